import { Link, useRouter } from '../app/router'
import type { Schemas } from '../api/schema'
import { Amount, Badge, Card, Empty, Page, Shown, useRead } from '../parts/basics'
import { PrintHead, to, Ways } from '../parts/report'
import { Cash, Forecast } from '../parts/standing'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { sourceLink } from './item'

export default function CashReport() {
    const { t } = useWords(), { query } = useRouter(), week = Number(query.get('week') ?? 0)
    return <Page title={t('nav_cash')} note={t('cash_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_cash_forecast" takes={{}} />}>
        <PrintHead />
        <Forecast table={!week} />
        {week > 0 && week < 15 && <Week key={week} week={week} />}
        <div className="after"><Cash /></div>
    </Page>
}
function Week({ week }: { week: number }) {
    const { t, word, date } = useWords(), read = useRead('report_cash_items', { week }), forecast = useRead('report_cash_forecast', {}), of = forecast.data?.weeks.find(w => w.week === week)
    return <Card className="after" title={week === 14 ? t('later') : t('week_of', { what: of ? date(of.from_on) + ' – ' + date(of.to_on) : String(week) })} actions={<>{week > 1 && <Link to={to('/reports/cash', { week: week - 1 })}>{t('week_before')}</Link>}{week < 14 && <Link to={to('/reports/cash', { week: week + 1 })}>{t('week_after')}</Link>}<Ways name="report_cash_items" takes={{ week, limit: 100000 }} /></>}>
        <Shown of={read}>{list => list.count === 0 ? <Empty title={t('week_empty')} /> : <><Table caption={t('forecast')} heads={[{ label: word('f', 'name') }, { label: word('f', 'reference') }, { label: word('f', 'due_on') }, { label: word('f', 'expected_on') }, { label: word('f', 'amount'), right: true }]}
            rows={list.items.map((i, n) => ({ key: n, cells: [i.party_id ? <Link to={'/parties/' + i.party_id}>{i.name}</Link> : t('on_its_way', { count: 1 }), <Link to={i.item_id ? '/items/' + i.item_id : sourceLink(i.source_kind, i.source_id) ?? '/payments'}>{i.reference}</Link>, date(i.due_on), <>{date(i.expected_on)} <Why i={i} /></>, <Amount value={i.amount} currency={i.currency} />] }))}
            foot={[{ label: t('money_in'), cells: [<Amount value={list.in} currency={list.currency} />] }, { label: t('money_out'), cells: [<Amount value={list.out} currency={list.currency} />] }]} />
            {list.count > list.items.length && <p className="faint">{t('first_of', { count: list.items.length, of: list.count })}</p>}</>}</Shown>
    </Card>
}
function Why({ i }: { i: Schemas['week_item'] }) {
    const { t } = useWords()
    if (i.planned_on) return <Badge tone="info">{t('in_a_run')}</Badge>
    if (i.usual_days > 0) return <Badge>{t('usually_late', { count: i.usual_days })}</Badge>
    return i.usual_days < 0 ? <Badge>{t('usually_early', { count: -i.usual_days })}</Badge> : null
}
