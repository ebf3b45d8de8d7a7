import { Link } from '../app/router'
import { Amount, Card, Page, Shown, useRead } from '../parts/basics'
import { PrintHead, to, Ways } from '../parts/report'
import { itemsOf, monthLink, TrendChart } from '../parts/standing'
import { Table } from '../parts/table'
import { useWords } from '../text/text'

export default function Trends() {
    const { t, decimal, month } = useWords(), read = useRead('report_trends', { months: 24 })
    return <Page title={t('nav_trends')} note={t('trends_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_trends" takes={{ months: 24 }} />}>
        <PrintHead />
        <Shown of={read}>{({ months }) => <>
            <div className="grid">{(['dso', 'in_time', 'automatic'] as const).map(m => <Card key={m} title={t(m === 'dso' ? 'trend_dso' : m === 'in_time' ? 'trend_in_time' : 'trend_automatic')}><TrendChart measure={m} months={months} /></Card>)}</div>
            <div className="after"><Table caption={t('nav_trends')} heads={[{ label: t('month') }, { label: t('dso_open'), right: true }, { label: t('sales_month'), right: true }, { label: t('trend_dso'), right: true, narrow: 'amount', mark: true }, { label: t('paid_whole'), right: true }, { label: t('trend_in_time'), right: true }, { label: t('nav_lines'), right: true }, { label: t('trend_automatic'), right: true, narrow: 'line' }]}
                rows={[...months].reverse().map(m => ({ key: m.from_on, cells: [<span className="nowrap">{month(m.from_on)}</span>, <Link to={itemsOf('receivables', 'total', m.to_on)}><Amount value={m.receivables} /></Link>, <Link to={to('/invoices', { 'issued_on.ge': m.from_on, 'issued_on.le': m.to_on })}><Amount value={m.sales} /></Link>, m.dso_days ? <Link to={monthLink('dso', m)}>{decimal(m.dso_days)}</Link> : '–', <Link to={monthLink('in_time', m)}>{m.paid_count}</Link>, m.in_time_percent ? decimal(m.in_time_percent) + ' %' : '–', <Link to={monthLink('automatic', m)}>{m.line_count}</Link>, m.automatic_percent ? decimal(m.automatic_percent) + ' %' : '–'] }))} /></div>
        </>}</Shown>
    </Page>
}
