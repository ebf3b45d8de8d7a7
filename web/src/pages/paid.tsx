import { Link } from '../app/router'
import { Badge, Empty, Page } from '../parts/basics'
import { List } from '../parts/list'
import { PeriodBar, periodOf, PrintHead, usePeriod } from '../parts/report'
import { useWords } from '../text/text'

export default function Paid() {
    const { t, date, word } = useWords(), period = usePeriod(periodOf('month', 0))
    return <Page title={t('nav_paid')} note={t('paid_note')} back={<Link to="/reports/trends">{t('nav_trends')}</Link>}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <List name="report_paid_items" caption={t('nav_paid')} fixed={{ side: 'receivables', paid_from_on: period.from_on, paid_to_on: period.to_on }} filters={['in_time', 'name', 'due_on', 'amount']} sort="-paid_on" link={row => '/items/' + row.id} views={[{ label: t('all'), query: {} }, { label: t('view_in_time'), query: { in_time: 'true' } }, { label: t('view_late'), query: { in_time: 'false' } }]} keep={['from_on', 'to_on']}
            empty={<Empty title={t('paid_empty')}>{t('paid_empty_text')}</Empty>} columns={[{ name: 'reference' }, { name: 'name', show: row => <Link to={'/parties/' + row.party_id}>{row.name}</Link> }, { name: 'dated_on' }, { name: 'due_on' }, { name: 'paid_on' }, { name: 'in_time', show: row => <Badge tone={row.in_time ? 'good' : 'bad'}>{row.in_time ? t('in_time') : t('days_late', { count: Math.round((Date.parse(row.paid_on) - Date.parse(row.due_on)) / 86_400_000) })}</Badge> }, { name: 'amount', narrow: 'amount' }]} labels={{ in_time: word('f', 'in_time') }} />
    </Page>
}
