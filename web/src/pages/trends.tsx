import { Link } from '../app/router'
import { Amount, Card, Page, Shown, useRead } from '../parts/basics'
import { PrintHead, to, Ways } from '../parts/report'
import { itemsOf, monthLink, TrendChart } from '../parts/standing'
import { useWords } from '../text/text'

export default function Trends() {
    const { t, decimal, month } = useWords(), read = useRead('report_trends', { months: 24 })
    return <Page title={t('nav_trends')} note={t('trends_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_trends" takes={{ months: 24 }} />}>
        <PrintHead />
        <Shown of={read}>{({ months }) => <>
            <div className="grid">{(['dso', 'in_time', 'automatic'] as const).map(m => <Card key={m} title={t(m === 'dso' ? 'trend_dso' : m === 'in_time' ? 'trend_in_time' : 'trend_automatic')}><TrendChart measure={m} months={months} /></Card>)}</div>
            <div className="table-wrap after"><table className="table"><caption className="hidden">{t('nav_trends')}</caption><thead><tr><th scope="col">{t('month')}</th><th scope="col" className="right">{t('dso_open')}</th><th scope="col" className="right">{t('sales_month')}</th><th scope="col" className="right">{t('trend_dso')}</th><th scope="col" className="right">{t('paid_whole')}</th><th scope="col" className="right">{t('trend_in_time')}</th><th scope="col" className="right">{t('nav_lines')}</th><th scope="col" className="right">{t('trend_automatic')}</th></tr></thead>
                <tbody>{[...months].reverse().map(m => <tr key={m.from_on}><td className="nowrap">{month(m.from_on)}</td><td className="right"><Link to={itemsOf('receivables', 'total', m.to_on)}><Amount value={m.receivables} /></Link></td><td className="right"><Link to={to('/invoices', { 'issued_on.ge': m.from_on, 'issued_on.le': m.to_on })}><Amount value={m.sales} /></Link></td><td className="right">{m.dso_days ? <Link to={monthLink('dso', m)}>{decimal(m.dso_days)}</Link> : '–'}</td><td className="right"><Link to={monthLink('in_time', m)}>{m.paid_count}</Link></td><td className="right">{m.in_time_percent ? decimal(m.in_time_percent) + ' %' : '–'}</td><td className="right"><Link to={monthLink('automatic', m)}>{m.line_count}</Link></td><td className="right">{m.automatic_percent ? decimal(m.automatic_percent) + ' %' : '–'}</td></tr>)}</tbody></table></div>
        </>}</Shown>
    </Page>
}
