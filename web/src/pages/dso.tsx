import { Link, useRouter } from '../app/router'
import { Amount, Card, Page, Shown, useRead } from '../parts/basics'
import { Row } from '../parts/form'
import { addDays, PrintHead, to, today } from '../parts/report'
import { itemsOf, TrendChart } from '../parts/standing'
import { useWords } from '../text/text'

export default function Dso() {
    const { t, decimal, date, amount } = useWords(), { query, setQuery } = useRouter(), day = query.get('as_of') || today(), period = Number(query.get('days') || 90)
    const read = useRead('report_dso', { as_of: day, days: period }), trends = useRead('report_trends', {})
    return <Page title={t('nav_dso')} note={t('dso_note')} back={<Link to="/reports">{t('nav_reports')}</Link>}>
        <PrintHead what={date(day)} />
        <div className="report-bar"><div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day} onChange={e => setQuery({ as_of: e.target.value })} />}</Row><Row label={t('dso_period')}>{ids => <select {...ids} value={period} onChange={e => setQuery({ days: e.target.value })}>{[30, 60, 90, 180, 365].map(n => <option key={n} value={n}>{t('days', { count: n })}</option>)}</select>}</Row></div></div>
        <Shown of={read}>{d => {
            const values = { open: amount(d.receivables, d.currency), not_due: amount(d.not_due, d.currency), sales: amount(d.sales, d.currency), days: d.days }
            const one = (title: string, value: string | undefined, text: string, sum: string) => <Card title={title}><p className="big">{value === undefined ? '–' : t('days', { count: decimal(value) })}</p><p>{text}</p><p className="faint">{sum}</p></Card>
            return <><div className="grid four">
                {one(t('dso_simple'), d.simple_days, t('dso_simple_text'), t('dso_simple_sum', values))}
                {one(t('dso_back'), d.count_back_days, t('dso_back_text'), t('dso_back_sum', values))}
                {one(t('dso_weighted'), d.weighted_days, t('dso_weighted_text'), t('dso_weighted_sum', values))}
                {one(t('dso_best'), d.best_days, t('dso_best_text'), t('dso_best_sum', values))}
            </div>
            <Card title={t('behind_it')} className="after"><ul className="lines-list"><li className="spread"><Link to={itemsOf('receivables', 'total', day === today() ? undefined : day)}>{t('dso_open')}</Link><Amount value={d.receivables} currency={d.currency} /></li><li className="spread"><Link to={itemsOf('receivables', 'not_due', day === today() ? undefined : day)}>{t('dso_not_due')}</Link><Amount value={d.not_due} currency={d.currency} /></li><li className="spread"><Link to={to('/invoices', { 'issued_on.ge': addDays(day, 1 - d.days), 'issued_on.le': day })}>{t('dso_sales', { count: d.days })}</Link><Amount value={d.sales} currency={d.currency} /></li><li className="spread"><span>{t('dso_late')}</span><span>{d.late_days === undefined ? '–' : t('days', { count: decimal(d.late_days) })}</span></li></ul></Card></>
        }}</Shown>
        <Card title={t('trend_dso')}><Shown of={trends}>{({ months }) => <TrendChart measure="dso" months={months} height={210} />}</Shown></Card>
    </Page>
}
