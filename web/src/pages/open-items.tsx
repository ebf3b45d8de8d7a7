/** What was open on any day, as it was known at any moment; page by page, with the total of all of it. */
import { useEffect, useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { Link, useRouter } from '../app/router'
import { Amount, Badge, Button, Empty, Loading, Page, ProblemBox } from '../parts/basics'
import { Row } from '../parts/form'
import { bucketDays, buckets, PrintHead, to, today, Ways } from '../parts/report'
import { Table } from '../parts/table'
import { Who } from '../parts/who'
import { useWords } from '../text/text'

export default function OpenItems() {
    const { t, word, date } = useWords(), { query, setQuery } = useRouter(), side = query.get('side') === 'payables' ? 'payables' : 'receivables', day = query.get('as_of') || today(), known = query.get('known_at') ?? '', party = Number(query.get('party_id') ?? 0), bucket = query.get('bucket') ?? '', days = bucketDays(bucket, day)
    const takes = { side, as_of: day, ...(known ? { known_at: known } : {}), ...(party ? { party_id: party } : {}), ...(days['due_on.ge'] ? { due_from_on: days['due_on.ge'] } : {}), ...(days['due_on.le'] ? { due_to_on: days['due_on.le'] } : {}) } as const
    const [open, setOpen] = useState<Schemas['open_list']>(), [problem, setProblem] = useState<unknown>(), [busy, setBusy] = useState(false)
    useEffect(() => {
        const stop = new AbortController()
        setOpen(undefined)
        setProblem(undefined)
        call('report_open_items', takes, { signal: stop.signal }).then(setOpen, (p: unknown) => { if (!stop.signal.aborted) setProblem(p) })
        return () => stop.abort()
    }, [JSON.stringify(takes)])
    const more = () => {
        if (!open?.next) return
        setBusy(true)
        call('report_open_items', { ...takes, after: open.next }).then(page => setOpen(now => now === open ? { ...page, items: [...open.items, ...page.items] } : now), setProblem).finally(() => setBusy(false))
    }
    const columns: [string, string][] = [['reference', word('f', 'reference')], ['kind', word('f', 'kind')], ['dated_on', word('f', 'dated_on')], ['due_on', word('f', 'due_on')], ['currency', word('f', 'currency')], ['amount', word('f', 'amount')], ['rest', word('f', 'rest')]]
    return <Page title={t('nav_items')} note={t('open_on', { what: date(day) })} back={<Link to={to('/reports/ageing', { side, as_of: day === today() ? undefined : day, known_at: known })}>{t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')}</Link>} actions={<Ways name="report_open_items" takes={{ ...takes, limit: 100000 }} columns={columns} />}>
        <PrintHead what={date(day)} />
        <nav className="views" aria-label={t('views')}>{(['receivables', 'payables'] as const).map(s => <Link key={s} to={to('/reports/open-items', { side: s, as_of: query.get('as_of') ?? undefined })} aria-current={s === side ? 'page' : undefined}>{word('control', s)}</Link>)}</nav>
        <div className="report-bar"><div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day} onChange={e => setQuery({ as_of: e.target.value })} />}</Row><Row label={t('how_late')}>{ids => <select {...ids} value={bucket} onChange={e => setQuery({ bucket: e.target.value })}><option value="">{t('all')}</option>{buckets.map(b => <option key={b} value={b}>{word('bucket', b)}</option>)}</select>}</Row></div>{party > 0 && <Button look="quiet" icon="close" onClick={() => setQuery({ party_id: undefined })}>{t('all_parties')}</Button>}</div>
        {problem ? <ProblemBox problem={problem} /> : !open ? <Loading /> : open.items.length === 0 ? <Empty title={t('items_empty')}>{t('items_empty_text')}</Empty> : <><Table caption={t('nav_items')} heads={[{ label: word('f', 'reference') }, { label: word('f', 'party_id'), narrow: 'title' }, { label: word('f', 'kind') }, { label: word('f', 'dated_on') }, { label: word('f', 'due_on') }, { label: word('f', 'amount'), right: true }, { label: word('f', 'rest'), right: true }]}
                rows={open.items.map(i => ({ key: i.id, cells: [<Link className="nowrap" to={'/items/' + i.id}>{i.reference}</Link>, <Who id={i.party_id} />, word('item_kind', i.kind), <span className="nowrap">{date(i.dated_on)}</span>, <span className="nowrap">{date(i.due_on)} {i.due_on < day && <Badge tone="bad">{t('days_late', { count: Math.round((Date.parse(day) - Date.parse(i.due_on)) / 86_400_000) })}</Badge>}</span>, <Amount value={i.amount} currency={i.currency} />, <Amount value={i.rest} currency={i.currency} />] }))}
                foot={[{ label: t('total'), cells: [<Amount value={open.total} currency={open.currency} />] }]} />
            {open.next && <p className="list-end"><Button onClick={more} busy={busy}>{t('more')}</Button> <span className="faint">{t('rows', { count: open.count })}</span></p>}</>}
    </Page>
}
