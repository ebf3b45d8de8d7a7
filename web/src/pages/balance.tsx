import { Link } from '../app/router'
import { isZero } from '../amount'
import { Amount, Empty, Page, Shown, useRead } from '../parts/basics'
import { PeriodBar, periodOf, PrintHead, to, today, usePeriod, Ways } from '../parts/report'
import { Table } from '../parts/table'
import { useWords } from '../text/text'

export default function Balance() {
    const { t, word, date } = useWords(), period = usePeriod({ from_on: periodOf('year', 0).from_on, to_on: today() }), read = useRead('report_balances', period)
    return <Page title={t('nav_balance')} note={t('balance_note')} actions={<Ways name="report_balances" takes={period} columns={[['number', word('f', 'number')], ['name', word('f', 'name')], ['opening', word('f', 'opening')], ['debit', t('debit')], ['credit', t('credit')], ['closing', word('f', 'closing')]]} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <Shown of={read}>{b => {
            const rows = b.accounts.filter(a => ![a.opening, a.debit, a.credit, a.closing].every(isZero))
            return rows.length === 0 ? <Empty title={t('entries_empty')}>{t('entries_empty_text')}</Empty> : <Table caption={t('nav_balance')} heads={[{ label: word('f', 'number'), narrow: 'none' }, { label: word('f', 'name'), narrow: 'title' }, { label: word('f', 'opening'), right: true }, { label: t('debit'), right: true }, { label: t('credit'), right: true }, { label: word('f', 'closing'), right: true }]}
                rows={rows.map(a => ({ key: a.account_id, cells: [a.number, <><span className="only-narrow">{a.number} </span><Link to={to('/reports/card', { account: a.number, ...period })}>{a.name}</Link></>, <Amount value={a.opening} />, <Amount value={a.debit} />, <Amount value={a.credit} />, <Amount value={a.closing} />] }))}
                foot={[{ label: t('total'), cells: [<Amount value={b.debit} />, <Amount value={b.credit} />, ''] }]} />
        }}</Shown>
    </Page>
}
