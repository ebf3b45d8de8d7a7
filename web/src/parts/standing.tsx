/** How we stand: money in the bank, the weeks to come, the age of what is open on both sides, and how the months went. Every number opens
 *  what is behind it. */
import type { Name } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban, isNegative } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Amount, Card, Shown, useRead, type Loaded } from './basics'
import { Chart } from './chart'
import { bucketDays, buckets, to, today } from './report'

export function Ageing({ side, day, large, when = true }: { side: 'receivables' | 'payables'; day?: string; large?: boolean; when?: boolean }) {
    const { t, word, amount } = useWords(), read = useRead('report_ageing', { side, ...(day ? { as_of: day } : {}) }, when)
    return <Card title={t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')} actions={!large && <Link to={'/reports/ageing?side=' + side}>{t('per_party')}</Link>}><Shown of={read}>{a => <div className="stack">
        <p className="big"><Amount value={a.total} currency={a.currency} /></p>
        <Chart title={t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')} height={190} points={buckets.map((b, i) => ({ key: b, label: word('bucket', b), short: word('bucket_short', b), described: `${word('bucket', b)}: ${amount(a[b], a.currency)}`, bars: [{ value: a[b], shade: i === 0 ? 'a' : i < 3 ? 'b' : 'c' }], to: itemsOf(side, b, day) }))}>
            <table className="table"><caption className="hidden">{t('how_late')}</caption><thead><tr><th scope="col">{t('how_late')}</th><th scope="col" className="right">{word('f', 'rest')}</th></tr></thead><tbody>{buckets.map(b => <tr key={b}><td>{word('bucket', b)}</td><td className="right"><Link to={itemsOf(side, b, day)}><Amount value={a[b]} currency={a.currency} /></Link></td></tr>)}</tbody></table>
        </Chart></div>}</Shown></Card>
}
/** Today's items are a list that scrolls on for ever; those of another day are a report. */
export function itemsOf(side: 'receivables' | 'payables', bucket: string, day: string | undefined, party?: number): string {
    if (day && day !== today()) return to('/reports/open-items', { side, as_of: day, bucket: bucket === 'total' ? undefined : bucket, party_id: party })
    return to('/items', { control: side, 'rest.ne': '0', ...bucketDays(bucket, today()), party_id: party })
}

export function Cash({ when = true }: { when?: boolean }) {
    const { t } = useWords(), read = useRead('report_cash_position', {}, when)
    return <Card title={t('cash_now')} actions={<Link to="/bank/statements">{t('nav_statements')}</Link>}><Shown of={read}>{p => p.accounts.length === 0 ? <p className="faint">{t('bank_accounts_empty_text')}</p> : <ul className="lines-list">{p.accounts.map(a => <Position key={a.id} a={a} />)}{p.expected.map(e => <li key={e.currency} className="spread faint"><Link to="/payments">{t('on_its_way', { count: e.count })}</Link><Amount value={e.amount} currency={e.currency} /></li>)}</ul>}</Shown></Card>
}
function Position({ a }: { a: Schemas['bank_position'] }) {
    const { date, t } = useWords()
    return <li className="spread"><span><Link to={'/bank/lines?bank_account_id=' + a.id}>{a.name}</Link><br /><span className="faint mono iban">{formatIban(a.iban)}</span>{a.closing_on && <span className="faint"> · {t('per_day', { what: date(a.closing_on) })}</span>}{a.undecided_count > 0 && <span className="faint"> · <Link to="/bank/queue">{t('todo_lines', { count: a.undecided_count })}</Link></span>}</span><strong className="big"><Amount value={a.closing ?? a.booked} currency={a.currency} /></strong></li>
}
export function Forecast({ table, when = true }: { table?: boolean; when?: boolean }) {
    const { t, word, amount, date } = useWords(), read = useRead('report_cash_forecast', {}, when)
    return <Card title={t('forecast')} className="wide" actions={!table && <Link to="/reports/cash">{t('nav_cash')}</Link>}><Shown of={read}>{f => {
        const at = (w: Schemas['forecast_week']) => '/reports/cash?week=' + w.week, rows = <table className="table weeks"><caption className="hidden">{t('forecast')}</caption><thead><tr><th scope="col">{t('week')}</th><th scope="col" className="right">{t('money_in')}</th><th scope="col" className="right">{t('money_out')}</th><th scope="col" className="right">{word('f', 'balance')}</th></tr></thead>
            <tbody>{f.weeks.map(w => <tr key={w.week}><td><Link to={at(w)}>{date(w.from_on).replace(/ \d{4}$/, '')}<span className="year">{/ \d{4}$/.exec(date(w.from_on))}</span></Link></td><td className="right"><Amount value={w.in} /></td><td className="right"><Amount value={w.out} /></td><td className={'right' + (isNegative(w.balance) ? ' below' : '')}><Amount value={w.balance} /></td></tr>)}
                <tr><td><Link to="/reports/cash?week=14">{t('later')}</Link></td><td className="right"><Amount value={f.later_in} /></td><td className="right"><Amount value={f.later_out} /></td><td /></tr></tbody></table>
        return <><Chart title={t('forecast')} height={280} legend={[{ shade: 'a', text: t('money_in') }, { shade: 'b', text: t('money_out') }, { shade: 'd', text: t('balance_after'), line: true }]} points={f.weeks.map(w => ({ key: String(w.week), label: date(w.from_on).replace(/ \d{4}$/, ''), to: at(w), line: w.balance, bars: [{ value: w.in, shade: 'a' as const }, { value: w.out, shade: 'b' as const }],
            described: t('week_described', { what: date(w.from_on), in: amount(w.in, w.currency), out: amount(w.out, w.currency), balance: amount(w.balance, w.currency) }) }))}>{table ? undefined : rows}</Chart>{table && <div className="table-wrap">{rows}</div>}
            <p className="faint">{t('forecast_how')}</p></>
    }}</Shown></Card>
}

/* ---- How the months went ---- */
type Month = Schemas['trend_month']
const measures = { dso: { value: (m: Month) => m.dso_days, unit: '' }, in_time: { value: (m: Month) => m.in_time_percent, unit: '%' }, automatic: { value: (m: Month) => m.automatic_percent, unit: '%' } } as const
export type Measure = keyof typeof measures
export function monthLink(measure: Measure, m: Month): string {
    if (measure === 'dso') return to('/reports/dso', { as_of: m.to_on })
    return measure === 'in_time' ? to('/reports/paid', { from_on: m.from_on, to_on: m.to_on }) : to('/bank/lines', { 'booked_on.ge': m.from_on, 'booked_on.le': m.to_on })
}
export function TrendChart({ measure, months, height }: { measure: Measure; months: Month[]; height?: number }) {
    const { t, decimal, month } = useWords(), { value, unit } = measures[measure], title = t(measure === 'dso' ? 'trend_dso' : measure === 'in_time' ? 'trend_in_time' : 'trend_automatic')
    const shown = (m: Month) => value(m) === undefined ? t('no_figures') : measure === 'dso' ? t('days', { count: decimal(value(m)) }) : decimal(value(m)) + ' %'
    return <Chart title={title} height={height ?? 170} unit={unit} points={months.map(m => ({ key: m.from_on, label: month(m.from_on), described: `${month(m.from_on)}: ${shown(m)}`, line: value(m), to: monthLink(measure, m) }))}>
        <table className="table"><caption className="hidden">{title}</caption><thead><tr><th scope="col">{t('month')}</th><th scope="col" className="right">{title}</th></tr></thead><tbody>{months.map(m => <tr key={m.from_on}><td><Link to={monthLink(measure, m)}>{month(m.from_on)}</Link></td><td className="right">{shown(m)}</td></tr>)}</tbody></table>
    </Chart>
}
const measureTitle = { dso: 'trend_dso', in_time: 'trend_in_time', automatic: 'trend_automatic' } as const
function Trend({ measure, read }: { measure: Measure; read: Loaded<Schemas['trends']> }) {
    const { t, decimal } = useWords(), { value } = measures[measure]
    return <Card title={t(measureTitle[measure])} actions={<Link to="/reports/trends">{t('nav_trends')}</Link>}><Shown of={read}>{({ months }) => {
        const last = months[months.length - 1]!, shown = value(last) ?? value(months[months.length - 2] ?? last)
        return <div className="stack"><p className="big">{shown === undefined ? '–' : measure === 'dso' ? t('days', { count: decimal(shown) }) : decimal(shown) + ' %'}</p><TrendChart measure={measure} months={months} height={140} /></div>
    }}</Shown></Card>
}
function Trends({ when }: { when: boolean }) {
    const read = useRead('report_trends', {}, when)
    return <><Trend measure="dso" read={read} /><Trend measure="in_time" read={read} /><Trend measure="automatic" read={read} /></>
}
/** What somebody looks at first stands first: who pays, who collects, who decides. Each card has its place at once and its figures when they are
 *  there; `when`: only behind what waits, so that the reports of a large company keep nobody from it. */
export default function Standing({ when }: { when: boolean }) {
    const { can } = useSession(), may = (name: Name) => can(name), sells = may('invoice_finalise'), buys = may('bill_code'), money = may('payment_release') || may('entry_post') || sells === buys
    const only = sells !== buys ? sells ? 'receivables' : 'payables' : undefined
    const cash = <>{may('report_cash_forecast') && <Forecast when={when} />}{may('report_cash_position') && <Cash when={when} />}</>
    return <div className="grid standing">
        {money && cash}
        {may('report_ageing') && <><Ageing side={only ?? 'receivables'} when={when} /><Ageing side={only === 'payables' ? 'receivables' : 'payables'} when={when} /></>}
        {may('report_trends') && <Trends when={when} />}
        {!money && cash}
    </div>
}
