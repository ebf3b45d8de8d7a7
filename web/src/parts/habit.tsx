/** How a customer pays, or a supplier is paid: a dot an invoice, its height the days after the promised day. Every dot opens its item. */
import type { Schemas } from '../api/schema'
import { isZero } from '../amount'
import { useSession } from '../app/session'
import { useRouter } from '../app/router'
import { useWords } from '../text/text'
import { Table } from './table'
import { Amount, Card, Facts, Shown, useRead } from './basics'

export function Habit({ id }: { id: number }) {
    const { can } = useSession(), read = useRead('report_party', { id }, can('report_party'))
    if (!can('report_party')) return null
    return <Shown of={read}>{habit => <>{habit.sides.map(s => <Side key={s.side} side={s} items={habit.items.filter(i => i.side === s.side)} />)}</>}</Shown>
}
function Side({ side, items }: { side: Schemas['party_habit_side']; items: Schemas['party_turn'][] }) {
    const { t, date, amount, decimal } = useWords(), { go } = useRouter(), shown = items.filter(i => i.settled_on || i.days_late > 0).slice(-40)
    const most = Math.max(10, ...shown.map(i => Math.min(i.days_late, 90))), least = Math.min(-10, ...shown.map(i => Math.max(i.days_late, -60))), wide = 640, high = 180, left = 40
    const x = (n: number) => left + (wide - left - 14) * (shown.length < 2 ? .5 : n / (shown.length - 1)), y = (late: number) => 12 + (high - 34) * (most - Math.max(least, Math.min(most, late))) / (most - least)
    return <Card title={t(side.side === 'receivables' ? 'habit_customer' : 'habit_supplier')}>
        <Facts rows={[[t('open'), <><strong className="big"><Amount value={side.open_base} currency={side.currency} /></strong> <span className="faint">{t('habit_items', { count: side.open_count })}</span></>], [t('view_overdue'), isZero(side.overdue_base) ? t('none') : <span className="why"><Amount value={side.overdue_base} currency={side.currency} /> ({side.overdue_count})</span>], [t('habit_days'), side.settled_count ? t('days', { count: side.median_days_to_pay }) : ''], [t('habit_late'), side.settled_count ? side.median_days_late > 0 ? t('days_late', { count: side.median_days_late }) : side.median_days_late < 0 ? t('days_early', { count: -side.median_days_late }) : t('on_the_day') : ''], [t('habit_share'), side.settled_count ? t('of_what', { what: decimal(String(side.late_count)), of: side.settled_count }) : '']]} />
        {shown.length > 1 && <><svg className="late-chart" viewBox={`0 0 ${wide} ${high}`} role="img" aria-label={t('habit_chart', { count: shown.length, late: shown.filter(i => i.days_late > 0).length })}>
            <line className="axis" x1={left} x2={wide - 8} y1={y(least)} y2={y(least)} /><line className="promise" x1={left} x2={wide - 8} y1={y(0)} y2={y(0)} />
            <text x={left - 6} y={y(most) + 4} textAnchor="end">+{most}</text><text x={left - 6} y={y(0) + 4} textAnchor="end">0</text><text x={left - 6} y={y(least) + 4} textAnchor="end">{'−' + -least}</text>
            <text x={left} y={high - 4}>{date(shown[0]!.dated_on)}</text><text x={wide - 8} y={high - 4} textAnchor="end">{date(shown[shown.length - 1]!.dated_on)}</text><text x={wide - 8} y={y(0) - 5} textAnchor="end">{t('habit_promised')}</text>
            {shown.map((i, n) => <circle key={i.id} className={(i.days_late > 0 ? 'bad' : 'good') + (i.settled_on ? '' : ' open')} cx={x(n)} cy={y(i.days_late)} r={5} onClick={() => go('/items/' + i.id)}><title>{`${i.reference ?? ''} · ${amount(i.amount, i.currency)} · ${date(i.due_on)} → ${i.settled_on ? date(i.settled_on) : t('open')} · ${i.days_late > 0 ? t('days_late', { count: i.days_late }) : t('days_early', { count: -i.days_late })}`}</title></circle>)}
        </svg><details><summary>{t('habit_table')}</summary><Table caption={t('habit_table')} heads={[{ label: t('number') }, { label: t('habit_promised') }, { label: t('settled') }, { label: t('habit_late'), right: true, mark: true }]} rows={[...shown].reverse().slice(0, 20).map(i => ({ key: i.id, cells: [i.reference, date(i.due_on), i.settled_on ? date(i.settled_on) : t('open'), i.days_late] }))} /></details></>}
    </Card>
}
