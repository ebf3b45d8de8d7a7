import { Link } from '../app/router'
import { isZero } from '../amount'
import { Amount, Empty, Page, Shown, useRead } from '../parts/basics'
import { PeriodBar, periodOf, PrintHead, to, today, usePeriod, Ways } from '../parts/report'
import { useWords } from '../text/text'

export default function Balance() {
    const { t, word, date } = useWords(), period = usePeriod({ from_on: periodOf('year', 0).from_on, to_on: today() }), read = useRead('report_balances', period)
    return <Page title={t('nav_balance')} note={t('balance_note')} actions={<Ways name="report_balances" takes={period} columns={[['number', word('f', 'number')], ['name', word('f', 'name')], ['opening', word('f', 'opening')], ['debit', t('debit')], ['credit', t('credit')], ['closing', word('f', 'closing')]]} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <Shown of={read}>{b => {
            const rows = b.accounts.filter(a => ![a.opening, a.debit, a.credit, a.closing].every(isZero))
            return rows.length === 0 ? <Empty title={t('entries_empty')}>{t('entries_empty_text')}</Empty> : <div className="table-wrap"><table className="table"><caption className="hidden">{t('nav_balance')}</caption><thead><tr><th scope="col">{word('f', 'number')}</th><th scope="col">{word('f', 'name')}</th><th scope="col" className="right">{word('f', 'opening')}</th><th scope="col" className="right">{t('debit')}</th><th scope="col" className="right">{t('credit')}</th><th scope="col" className="right">{word('f', 'closing')}</th></tr></thead>
                <tbody>{rows.map(a => <tr key={a.account_id}><td>{a.number}</td><td><Link to={to('/reports/card', { account: a.number, ...period })}>{a.name}</Link></td><td className="right"><Amount value={a.opening} /></td><td className="right"><Amount value={a.debit} /></td><td className="right"><Amount value={a.credit} /></td><td className="right"><Amount value={a.closing} /></td></tr>)}</tbody>
                <tfoot><tr><td colSpan={3}>{t('total')}</td><td className="right"><Amount value={b.debit} /></td><td className="right"><Amount value={b.credit} /></td><td /></tr></tfoot></table></div>
        }}</Shown>
    </Page>
}
