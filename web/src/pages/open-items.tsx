/** What was open on any day, as it was known at any moment. */
import { useState } from 'react'
import { sumAmounts } from '../amount'
import { Link, useRouter } from '../app/router'
import { Amount, Badge, Button, Empty, Page, Shown, useRead } from '../parts/basics'
import { Row } from '../parts/form'
import { bucketDays, buckets, PrintHead, to, today, Ways } from '../parts/report'
import { useWords } from '../text/text'

const first = 200
export default function OpenItems() {
    const { t, word, date } = useWords(), { query, setQuery } = useRouter(), side = query.get('side') === 'payables' ? 'payables' : 'receivables', day = query.get('as_of') || today(), known = query.get('known_at') ?? '', party = Number(query.get('party_id') ?? 0), bucket = query.get('bucket') ?? '', [count, setCount] = useState(first)
    const takes = { side, as_of: day, ...(known ? { known_at: known } : {}), ...(party ? { party_id: party } : {}) } as const, read = useRead('report_open_items', takes), days = bucketDays(bucket, day)
    const columns: [string, string][] = [['reference', word('f', 'reference')], ['kind', word('f', 'kind')], ['dated_on', word('f', 'dated_on')], ['due_on', word('f', 'due_on')], ['currency', word('f', 'currency')], ['amount', word('f', 'amount')], ['rest', word('f', 'rest')]]
    return <Page title={t('nav_items')} note={t('open_on', { what: date(day) })} back={<Link to={to('/reports/ageing', { side, as_of: day === today() ? undefined : day, known_at: known })}>{t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')}</Link>} actions={<Ways name="report_open_items" takes={takes} columns={columns} />}>
        <PrintHead what={date(day)} />
        <nav className="views" aria-label={t('views')}>{(['receivables', 'payables'] as const).map(s => <Link key={s} to={to('/reports/open-items', { side: s, as_of: query.get('as_of') ?? undefined })} aria-current={s === side ? 'page' : undefined}>{word('control', s)}</Link>)}</nav>
        <div className="report-bar"><div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day} onChange={e => setQuery({ as_of: e.target.value })} />}</Row><Row label={t('how_late')}>{ids => <select {...ids} value={bucket} onChange={e => setQuery({ bucket: e.target.value })}><option value="">{t('all')}</option>{buckets.map(b => <option key={b} value={b}>{word('bucket', b)}</option>)}</select>}</Row></div>{party > 0 && <Button look="quiet" icon="close" onClick={() => setQuery({ party_id: undefined })}>{t('all_parties')}</Button>}</div>
        <Shown of={read}>{open => {
            const items = open.items.filter(i => (!days['due_on.ge'] || i.due_on >= days['due_on.ge']) && (!days['due_on.le'] || i.due_on <= days['due_on.le']))
            return items.length === 0 ? <Empty title={t('items_empty')}>{t('items_empty_text')}</Empty> : <><div className="table-wrap"><table className="table"><caption className="hidden">{t('nav_items')}</caption><thead><tr><th scope="col">{word('f', 'reference')}</th><th scope="col">{word('f', 'kind')}</th><th scope="col">{word('f', 'dated_on')}</th><th scope="col">{word('f', 'due_on')}</th><th scope="col" className="right">{word('f', 'amount')}</th><th scope="col" className="right">{word('f', 'rest')}</th></tr></thead>
                <tbody>{items.slice(0, count).map(i => <tr key={i.id}><td><Link to={'/items/' + i.id}>{i.reference}</Link></td><td>{word('item_kind', i.kind)}</td><td>{date(i.dated_on)}</td><td>{date(i.due_on)} {i.due_on < day && <Badge tone="bad">{t('days_late', { count: Math.round((Date.parse(day) - Date.parse(i.due_on)) / 86_400_000) })}</Badge>}</td><td className="right"><Amount value={i.amount} currency={i.currency} /></td><td className="right"><Amount value={i.rest} currency={i.currency} /></td></tr>)}</tbody>
                <tfoot><tr><td colSpan={5}>{t('total')}</td><td className="right"><Amount value={sumAmounts(items.map(i => i.rest_base))} currency={open.currency} /></td></tr></tfoot></table></div>
                {items.length > count && <p className="list-end"><Button onClick={() => setCount(count + 1000)}>{t('more')}</Button> <span className="faint">{t('rows', { count: items.length })}</span></p>}</>
        }}</Shown>
    </Page>
}
