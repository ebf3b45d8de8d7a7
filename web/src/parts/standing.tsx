/** How we stand: money in the bank, the weeks to come, and the age of what is open on both sides. Every number opens what is behind it. */
import type { Name } from '../api/client'
import type { Schemas } from '../api/schema'
import { isNegative, textToMinor } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Amount, Card, Facts, Shown, useRead } from './basics'
import { formatIban } from '../amount'

/** A share of the largest, for the height of a bar; the amount itself stays text. */
function shares(amounts: string[]): number[] {
    const minors = amounts.map(a => { const m = textToMinor(a); return m < 0n ? -m : m }), most = minors.reduce((a, b) => a > b ? a : b, 1n)
    return minors.map(m => Number(m * 1000n / most) / 1000)
}
const buckets = ['not_due', 'days_30', 'days_60', 'days_90', 'later'] as const
export function Ageing({ side }: { side: 'receivables' | 'payables' }) {
    const { t, word, amount } = useWords(), read = useRead('report_ageing', { side })
    return <Card title={t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')} actions={<Link to={'/reports?side=' + side}>{t('per_party')}</Link>}><Shown of={read}>{a => {
        const values = buckets.map(b => a[b]), heights = shares(values)
        return <div className="stack"><p className="big"><Amount value={a.total} currency={a.currency} /></p>
            <svg className="chart" viewBox="0 0 500 170" role="img" aria-label={buckets.map((b, i) => `${word('bucket', b)}: ${amount(values[i], a.currency)}`).join('; ')}>
                {buckets.map((b, i) => <g key={b}><rect className={i === 0 ? 'a' : i < 3 ? 'b' : 'c'} x={i * 100 + 12} y={130 - 105 * heights[i]!} width={76} height={105 * heights[i]! + 1} rx={3} /><text x={i * 100 + 50} y={122 - 105 * heights[i]!} textAnchor="middle">{amount(values[i], undefined).replace(/[.,]\d\d$/, '')}</text><text x={i * 100 + 50} y={150} textAnchor="middle">{word('bucket', b)}</text></g>)}
                <line className="axis" x1={0} x2={500} y1={131} y2={131} />
            </svg></div>
    }}</Shown></Card>
}
function Cash() {
    const { t } = useWords(), read = useRead('report_cash_position', {})
    return <Card title={t('cash_now')} actions={<Link to="/bank/statements">{t('nav_statements')}</Link>}><Shown of={read}>{p => p.accounts.length === 0 ? <p className="faint">{t('bank_accounts_empty_text')}</p> : <ul className="lines-list">{p.accounts.map(a => <Position key={a.id} a={a} />)}{p.expected.map(e => <li key={e.currency} className="spread faint"><span>{t('on_its_way', { count: e.count })}</span><Amount value={e.amount} currency={e.currency} /></li>)}</ul>}</Shown></Card>
}
function Position({ a }: { a: Schemas['bank_position'] }) {
    const { date, t } = useWords()
    return <li className="spread"><span>{a.name}<br /><span className="faint mono">{formatIban(a.iban)}</span>{a.closing_on && <span className="faint"> · {t('per_day', { what: date(a.closing_on) })}</span>}</span><strong className="big"><Amount value={a.closing ?? a.booked} currency={a.currency} /></strong></li>
}
function Forecast() {
    const { t, word, amount, date } = useWords(), read = useRead('report_cash_forecast', {})
    return <Card title={t('forecast')}><Shown of={read}>{f => {
        const weeks = f.weeks.filter(w => w.currency === f.weeks[0]?.currency).slice(0, 13)
        if (!weeks.length) return <p className="faint">{t('no_figures')}</p>
        const heights = shares([...weeks.map(w => w.in), ...weeks.map(w => w.out)]), n = weeks.length
        return <div className="stack"><svg className="chart" viewBox={`0 0 ${n * 40} 150`} role="img" aria-label={t('forecast')}>{weeks.map((w, i) => <g key={i}><rect className="a" x={i * 40 + 5} y={120 - 100 * heights[i]!} width={13} height={100 * heights[i]! + 1} /><rect className="b" x={i * 40 + 20} y={120 - 100 * heights[n + i]!} width={13} height={100 * heights[n + i]! + 1} /><text x={i * 40 + 19} y={140} textAnchor="middle">{w.week}</text></g>)}<line className="axis" x1={0} x2={n * 40} y1={121} y2={121} /></svg>
            <p className="legend"><span>{t('money_in')}</span><span className="b">{t('money_out')}</span></p>
            <details><summary>{t('figures')}</summary><table className="table"><caption className="hidden">{t('forecast')}</caption><thead><tr><th scope="col">{word('f', 'period')}</th><th scope="col" className="right">{t('money_in')}</th><th scope="col" className="right">{t('money_out')}</th><th scope="col" className="right">{word('f', 'balance')}</th></tr></thead><tbody>{weeks.map((w, i) => <tr key={i}><td>{date(w.from_on)}</td><td className="right"><Amount value={w.in} /></td><td className="right"><Amount value={w.out} /></td><td className={'right' + (isNegative(w.balance) ? ' why' : '')}>{amount(w.balance, w.currency)}</td></tr>)}</tbody></table></details></div>
    }}</Shown></Card>
}
function Figures() {
    const { t, decimal } = useWords(), dso = useRead('report_dso', {}), kpi = useRead('report_kpi', {})
    return <Card title={t('figures')}><Shown of={kpi}>{k => <Facts rows={[[t('late_receivables'), <Amount value={k.receivables_late} currency={k.currency} />], [t('late_payables'), <Amount value={k.payables_late} currency={k.currency} />], [t('matched_itself'), k.automatic_percent ? decimal(k.automatic_percent) + ' %' : ''], [t('dso'), dso.data?.simple_days ? t('days', { count: decimal(dso.data.simple_days) }) : '']]} />}</Shown></Card>
}
export default function Standing() {
    const { can } = useSession(), may = (name: Name) => can(name)
    return <div className="grid">
        {may('report_cash_position') && <Cash />}{may('report_kpi') && <Figures />}{may('report_ageing') && <><Ageing side="receivables" /><Ageing side="payables" /></>}{may('report_cash_forecast') && <Forecast />}
    </div>
}
