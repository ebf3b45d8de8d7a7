import { useState } from 'react'
import { isZero } from '../amount'
import { Link, useRouter } from '../app/router'
import { Amount, Button, Empty, Page, Shown, useRead } from '../parts/basics'
import { Row } from '../parts/form'
import { buckets as parts, PrintHead, to, today, Ways } from '../parts/report'
import { Ageing, itemsOf } from '../parts/standing'
import { Table } from '../parts/table'
import { useWords } from '../text/text'

const buckets = [...parts, 'total'] as const
export default function AgeingReport() {
    const { t, word, date } = useWords(), { query, setQuery } = useRouter(), side = query.get('side') === 'payables' ? 'payables' : 'receivables', day = query.get('as_of') ?? '', known = query.get('known_at') ?? '', [more, setMore] = useState(!!known)
    const takes = { side, by_party: true, ...(day ? { as_of: day } : {}), ...(known ? { known_at: known } : {}) } as const, read = useRead('report_ageing', takes)
    const columns = [['name', word('f', 'name')], ['number', word('f', 'number')], ...buckets.map(b => [b, word('bucket', b)])] as [string, string][]
    return <Page title={t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')} note={t('ageing_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={<Ways name="report_ageing" takes={takes} columns={columns} />}>
        <PrintHead what={date(day || today())} />
        <nav className="views" aria-label={t('views')}>{(['receivables', 'payables'] as const).map(s => <Link key={s} to={to('/reports/ageing', { side: s, as_of: day, known_at: known })} aria-current={s === side ? 'page' : undefined}>{word('control', s)}</Link>)}</nav>
        <div className="report-bar"><div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day || today()} onChange={e => setQuery({ as_of: e.target.value === today() ? undefined : e.target.value })} />}</Row>
            {more ? <Row label={t('known_at')} help={t('known_help')}>{ids => <input {...ids} type="datetime-local" value={known ? local(known) : ''} onChange={e => setQuery({ known_at: e.target.value ? new Date(e.target.value).toISOString() : undefined })} />}</Row> : <Button look="quiet" icon="clock" onClick={() => setMore(true)}>{t('as_known')}</Button>}</div></div>
        {!known && <Ageing side={side} day={day || undefined} large />}
        <Shown of={read}>{a => a.parties.length === 0 ? <Empty title={t('ageing_empty')}>{t('items_empty_text')}</Empty> : <Table className="buckets" caption={t('per_party')} heads={[{ label: word('f', 'name') }, ...buckets.map(b => ({ label: word('bucket', b), right: true }))]}
            rows={a.parties.map(p => ({ key: p.party_id, cells: [<><Link to={'/parties/' + p.party_id}>{p.name}</Link> <span className="faint">{p.number}</span></>, ...buckets.map(b => isZero(p[b]) ? '' : <Link to={known ? to('/reports/open-items', { side, as_of: day || today(), known_at: known, party_id: p.party_id, bucket: b === 'total' ? undefined : b }) : itemsOf(side, b, day || undefined, p.party_id)}><Amount value={p[b]} /></Link>)] }))}
            foot={[{ label: t('total'), cells: buckets.map(b => isZero(a[b]) ? '' : <Amount value={a[b]} currency={b === 'total' ? a.currency : undefined} />) }]} />}</Shown>
    </Page>
}
function local(instant: string): string {
    const at = new Date(instant)
    return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
