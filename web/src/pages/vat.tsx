import { isZero } from '../amount'
import { Link, useRouter } from '../app/router'
import { Amount, Badge, Card, Empty, Page, Shown, useRead } from '../parts/basics'
import { List } from '../parts/list'
import { PeriodBar, periodOf, PrintHead, to, usePeriod, Ways } from '../parts/report'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { sourceLink } from './item'

export default function Vat() {
    const { t, word, date } = useWords(), { query } = useRouter(), period = usePeriod(periodOf('quarter', 1)), code = query.get('code') ?? '', read = useRead('report_vat', period)
    return <Page title={t('nav_vat_return')} note={t('vat_return_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_vat" takes={period} columns={[['box', t('box')], ['code', t('code_vat')], ['name', word('f', 'name')], ['turnover', t('turnover')], ['vat', word('f', 'vat')]]} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <Shown of={read}>{v => <div className="two">
            <Card title={t('vat_form')}><Table plain tight caption={t('vat_form')} heads={[{ label: t('box'), narrow: 'none' }, { label: word('f', 'description'), narrow: 'title' }, { label: t('turnover'), right: true }, { label: word('f', 'vat'), right: true, mark: true }]}
                rows={v.form.map(b => ({ key: b.box, className: /^5[acg]$/.test(b.box) ? 'sum' : '', cells: [b.box, <><span className="only-narrow">{b.box} </span>{word('vat_box', b.box)}</>, b.has_turnover && <Amount value={b.turnover} />, b.has_vat && <Amount value={b.vat} />] }))} /></Card>
            <Card title={t('by_code')}>{v.boxes.length === 0 ? <Empty title={t('vat_empty')}>{t('vat_empty_text')}</Empty> : <Table plain tight caption={t('by_code')} heads={[{ label: t('box'), narrow: 'line' }, { label: t('code_vat'), narrow: 'title' }, { label: t('turnover'), right: true }, { label: word('f', 'vat'), right: true, mark: true }]}
                rows={v.boxes.map((b, i) => ({ key: i, cells: [b.box ?? '–', <><Link to={to('/reports/vat', { ...period, code: b.code })} aria-current={b.code === code ? 'true' : undefined}>{b.code}</Link> <span className="faint">{b.name}</span></>, <Amount value={b.turnover} />, <Amount value={b.vat} currency={b.currency} />] }))} />}
                <p className="spread"><span>{t(v.payable.startsWith('-') ? 'vat_back' : 'vat_pay')}</span><strong className="big"><Amount value={v.payable.replace(/^-/, '')} currency={v.currency} /></strong></p></Card>
        </div>}</Shown>
        {code && <Card className="after" title={t('vat_entries', { what: code })} actions={<Link to={to('/reports/vat', period)}>{t('close')}</Link>}><List key={code} name="report_vat_entries" caption={t('vat_entries', { what: code })} fixed={{ code, ...period }} filters={['description', 'dated_on', 'turnover']} sort="-dated_on" link={row => '/ledger/entries/' + row.id} keep={['from_on', 'to_on', 'code']}
            columns={[{ name: 'number' }, { name: 'dated_on' }, { name: 'description', show: row => sourceLink(row.source_kind, row.source_id) ? <Link to={sourceLink(row.source_kind, row.source_id)!}>{row.description}</Link> : row.description }, { name: 'turnover', label: t('turnover'), narrow: 'line' }, { name: 'vat', narrow: 'amount' }]} /></Card>}
        <p className="faint after">{t('vat_see_icp')} <Link to={to('/reports/icp', period)}>{t('nav_icp')}</Link></p>
    </Page>
}
export function Icp() {
    const { t, word, date } = useWords(), period = usePeriod(periodOf('quarter', 1)), read = useRead('report_icp', period)
    return <Page title={t('nav_icp')} note={t('icp_note')} back={<Link to={to('/reports/vat', period)}>{t('nav_vat_return')}</Link>} actions={<Ways name="report_icp" takes={period} columns={[['country', word('f', 'country')], ['vat_number', word('f', 'vat_number')], ['name', word('f', 'name')], ['turnover', t('turnover')]]} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period} />
        <Shown of={read}>{icp => icp.customers.length === 0 ? <Empty title={t('icp_empty')}>{t('icp_empty_text')}</Empty> : <Table caption={t('nav_icp')} heads={[{ label: word('f', 'country'), narrow: 'line' }, { label: word('f', 'vat_number'), narrow: 'line' }, { label: t('customer'), narrow: 'title' }, { label: t('nav_entries'), right: true }, { label: t('turnover'), right: true }]}
            rows={icp.customers.filter(c => !isZero(c.turnover)).map((c, i) => ({ key: c.id ?? i, cells: [c.country, c.vat_number ?? <Badge tone="bad">{t('vat_number_missing')}</Badge>, c.id ? <Link to={'/parties/' + c.id}>{c.name}</Link> : t('unknown'), c.entry_count, <Amount value={c.turnover} currency={c.currency} />] }))}
            foot={[{ label: <>{t('total')} ({t('box')} 3b)</>, cells: [<Amount value={icp.turnover} currency={icp.currency} />] }]} />}</Shown>
    </Page>
}
