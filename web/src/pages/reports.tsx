/** All reports, by the question they answer. */
import { operations } from '../api/schema'
import type { Name } from '../api/client'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Card, Page } from '../parts/basics'
import { useWords, type Key } from '../text/text'

const groups: { title: Key; reports: { to: string; name: Key; text: Key; needs: Name }[] }[] = [
    { title: 'nav_parties', reports: [{ to: '/reports/ageing?side=receivables', name: 'ageing_receivables', text: 'about_ageing', needs: 'report_ageing' }, { to: '/reports/ageing?side=payables', name: 'ageing_payables', text: 'about_ageing_payables', needs: 'report_ageing' }, { to: '/reports/open-items', name: 'nav_items', text: 'about_items', needs: 'report_open_items' }, { to: '/reports/dso', name: 'nav_dso', text: 'about_dso', needs: 'report_dso' }, { to: '/reports/paid', name: 'nav_paid', text: 'about_paid', needs: 'report_paid_items' }, { to: '/reports/trends', name: 'nav_trends', text: 'about_trends', needs: 'report_trends' }] },
    { title: 'nav_bank', reports: [{ to: '/reports/cash', name: 'nav_cash', text: 'about_cash', needs: 'report_cash_forecast' }] },
    { title: 'nav_books', reports: [{ to: '/reports/balance-sheet', name: 'nav_sheet', text: 'about_sheet', needs: 'report_balances' }, { to: '/reports/profit', name: 'nav_profit', text: 'about_profit', needs: 'report_balances' }, { to: '/ledger/balance', name: 'nav_balance', text: 'about_balance', needs: 'report_balances' }, { to: '/reports/card', name: 'nav_card', text: 'about_card', needs: 'report_ledger_card' }, { to: '/ledger/entries', name: 'nav_entries', text: 'about_entries', needs: 'entry_list' }] },
    { title: 'nav_tax', reports: [{ to: '/reports/vat', name: 'nav_vat_return', text: 'about_vat', needs: 'report_vat' }, { to: '/reports/icp', name: 'nav_icp', text: 'about_icp', needs: 'report_icp' }] },
]
export default function Reports() {
    const { t } = useWords(), { can } = useSession()
    return <Page title={t('nav_reports')} note={t('reports_note')}><div className="found">{groups.map(g => {
        const reports = g.reports.filter(r => r.needs in operations && can(r.needs))
        return reports.length > 0 && <Card key={g.title} title={t(g.title)}><ul className="lines-list">{reports.map(r => <li key={r.to}><Link to={r.to}><strong>{t(r.name)}</strong></Link><br /><span className="faint">{t(r.text)}</span></li>)}</ul></Card>
    })}</div></Page>
}
