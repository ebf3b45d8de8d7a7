/** Balance sheet and profit and loss, plain from the chart of accounts. */
import type { Schemas } from '../api/schema'
import { isZero, sumAmounts } from '../amount'
import { Link, useRouter } from '../app/router'
import { Amount, Card, Empty, Page, Shown, useRead } from '../parts/basics'
import { Row } from '../parts/form'
import { PeriodBar, periodOf, PrintHead, to, today, usePeriod, Ways } from '../parts/report'
import { Table } from '../parts/table'
import { useWords } from '../text/text'

type Account = Schemas['account_balance']
const turned = (text: string): string => isZero(text) ? text : text.startsWith('-') ? text.slice(1) : '-' + text
/** The rows of some kinds; what stands credit in the books reads as positive where that is its nature. */
function Part({ title, rows, value, currency, link }: { title: string; rows: Account[]; value: (a: Account) => string; currency: string; link: (a: Account) => string }) {
    const { t } = useWords(), shown = rows.filter(a => !isZero(value(a)))
    return <Card title={title}><Table plain tight noHeads caption={title} heads={[{ label: t('number'), narrow: 'none' }, { label: t('name'), narrow: 'title' }, { label: t('total'), right: true }]}
        rows={shown.map(a => ({ key: a.account_id, cells: [a.number, <>{a.number && <span className="only-narrow">{a.number} </span>}<Link to={link(a)}>{a.name}</Link></>, <Amount value={value(a)} />] }))}
        foot={[{ label: t('total'), cells: [<Amount value={sumAmounts(shown.map(value))} currency={currency} />] }]} /></Card>
}
export function Profit() {
    const { t, date } = useWords(), period = usePeriod({ from_on: periodOf('year', 0).from_on, to_on: today() }), read = useRead('report_balances', period)
    const moved = (a: Account) => sumAmounts([a.credit, turned(a.debit)])
    return <Page title={t('nav_profit')} note={t('about_profit')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_balances" takes={period} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <Shown of={read}>{b => {
            const income = b.accounts.filter(a => a.kind === 'income'), cost = b.accounts.filter(a => a.kind === 'expense'), link = (a: Account) => to('/reports/card', { account: a.number, ...period })
            const result = sumAmounts([...income, ...cost].map(moved))
            return [...income, ...cost].every(a => isZero(moved(a))) ? <Empty title={t('entries_empty')}>{t('entries_empty_text')}</Empty> : <div className="sheet"><Part title={t('income')} rows={income} value={moved} currency={b.currency} link={link} /><Part title={t('costs')} rows={cost} value={a => turned(moved(a))} currency={b.currency} link={link} />
                <Card><p className="spread"><strong>{t(result.startsWith('-') ? 'loss' : 'profit')}</strong><strong className="big"><Amount value={result} currency={b.currency} /></strong></p></Card></div>
        }}</Shown>
    </Page>
}
export function Sheet() {
    const { t, date } = useWords(), { query, setQuery } = useRouter(), day = query.get('as_of') || today(), year = day.slice(0, 4) + '-01-01', read = useRead('report_balances', { from_on: year, to_on: day })
    return <Page title={t('nav_sheet')} note={t('about_sheet')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_balances" takes={{ from_on: year, to_on: day }} />}>
        <PrintHead what={date(day)} />
        <div className="report-bar"><div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day} onChange={e => setQuery({ as_of: e.target.value })} />}</Row></div></div>
        <Shown of={read}>{b => {
            const of = (...kinds: string[]) => b.accounts.filter(a => kinds.includes(a.kind)), link = (a: Account) => to('/reports/card', { account: a.number, from_on: year, to_on: day }), credit = (a: Account) => turned(a.closing)
            const results = of('income', 'expense'), before = turned(sumAmounts(results.map(a => a.opening))), now = sumAmounts(results.flatMap(a => [a.credit, turned(a.debit)]))
            const made: Account[] = [[-1, t('result_before'), before], [-2, t('result_year', { what: day.slice(0, 4) }), now]].map(([id, name, value]) => ({ account_id: id as number, number: '', name: name as string, kind: 'equity', opening: '0.00', debit: '0.00', credit: '0.00', closing: turned(value as string) }))
            const profit = (a: Account) => a.account_id < 0 ? to('/reports/profit', a.account_id === -2 ? { from_on: year, to_on: day } : { from_on: '2000-01-01', to_on: periodOf('year', 1, day).to_on }) : link(a)
            const right = sumAmounts([...of('liability', 'equity').map(credit), before, now]), left = sumAmounts(of('asset').map(a => a.closing))
            return <div className="sheet two"><Part title={t('assets')} rows={of('asset')} value={a => a.closing} currency={b.currency} link={link} /><div><Part title={t('equity')} rows={[...of('equity'), ...made]} value={credit} currency={b.currency} link={profit} /><Part title={t('debts')} rows={of('liability')} value={credit} currency={b.currency} link={link} />
                <Card><p className="spread"><strong>{t('equity_and_debts')}</strong><strong><Amount value={right} currency={b.currency} /></strong></p><p className="faint">{t(left === right ? 'sheet_even' : 'sheet_uneven')}</p></Card></div></div>
        }}</Shown>
    </Page>
}
