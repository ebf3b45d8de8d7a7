/** A list of the API: filters, sort and pages by key from the operation's own table; everything stands in the address, so a view is a link. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { call, type Gives, type Name } from '../api/client'
import { operations } from '../api/schema'
import type { Column as ColumnMeta } from '../api/meta'
import { formatIban, parseAmount } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Amount, Badge, Button, Empty, Icon, Loading, ProblemBox, type Tone } from './basics'
import { Past } from './history'
import { useLive } from './live'
import { Ways } from './report'
import { cellClass, type Narrow } from './table'
import { Keys } from './keys'
import { SavedViews } from './views'

type ListName = { [N in Name]: Gives<N> extends { items: unknown[] } ? N : never }[Name]
type RowOf<N extends ListName> = Gives<N> extends { items: (infer R)[] } ? R : never
export interface Column<R> { name: string; label?: string; right?: boolean; show?: (row: R) => ReactNode; narrow?: Narrow }

export const tones: Record<string, Tone> = {
    received: 'info', coded: 'info', submitted: 'warn', approved: 'good', refused: 'bad', draft: 'none', final: 'good', proposed: 'warn', verified: 'good', blocked: 'bad', released: 'good', sent: 'info', accepted: 'good', done: 'good',
    cancelled: 'none', rejected: 'bad', paid: 'good', partly_paid: 'info', open: 'none', overdue: 'bad', queued: 'info', handed_over: 'info', delivered: 'good', failed: 'bad', bounced: 'bad', broken: 'bad', gap: 'bad', follows: 'good', first: 'none', repeats: 'warn', returned: 'bad', carried: 'warn',
}
function usualShow(meta: ColumnMeta | undefined, row: Record<string, unknown>, name: string, words: ReturnType<typeof useWords>): ReactNode {
    const value = row[name]
    if (value === undefined || value === null) return ''
    switch (meta?.kind) {
        case 'decimal': return <Amount value={String(value)} currency={row.currency as string | undefined} />
        case 'date': return <span className="nowrap">{words.date(String(value))}</span>
        case 'instant': return <span className="nowrap">{words.instant(String(value))}</span>
        case 'bool': return value ? <span><Icon name="check" /><span className="hidden">{words.t('yes')}</span></span> : ''
        case 'choice': return tones[String(value)] ? <Badge tone={tones[String(value)]}>{words.word(name, String(value))}</Badge> : words.word(name, String(value))
        default: return name === 'iban' ? <span className="mono iban">{formatIban(String(value))}</span> : String(value)
    }
}

/* ---- Filters ---- */
const keysOf = (meta: ColumnMeta): string[] => meta.kind === 'text' ? [meta.name + '.has'] : meta.kind === 'date' || meta.kind === 'instant' || meta.kind === 'decimal' ? [meta.name + '.ge', meta.name + '.le'] : [meta.name]
function FilterInput({ meta, label, query, set }: { meta: ColumnMeta; label: string; query: URLSearchParams; set: (key: string, value: string) => void }) {
    const { t, word } = useWords()
    if (meta.kind === 'choice' || meta.kind === 'bool') {
        const choices = meta.kind === 'bool' ? ['true', 'false'] : meta.choices!
        return <label className="filter"><span>{label}</span><select value={query.get(meta.name) ?? ''} onChange={e => set(meta.name, e.target.value)}><option value="">{t('all')}</option>{choices.map(c => <option key={c} value={c}>{meta.kind === 'bool' ? t(c === 'true' ? 'yes' : 'no') : word(meta.name, c)}</option>)}</select></label>
    }
    if (meta.kind === 'date') return <div className="filter pair" role="group" aria-label={label}><span>{label}</span><span><input type="date" aria-label={t('from_day', { what: label })} value={query.get(meta.name + '.ge') ?? ''} onChange={e => set(meta.name + '.ge', e.target.value)} /> – <input type="date" aria-label={t('to_day', { what: label })} value={query.get(meta.name + '.le') ?? ''} onChange={e => set(meta.name + '.le', e.target.value)} /></span></div>
    if (meta.kind === 'decimal') return <div className="filter pair" role="group" aria-label={label}><span>{label}</span><span><Late label={t('from_amount', { what: label })} value={query.get(meta.name + '.ge') ?? ''} set={v => set(meta.name + '.ge', v)} amount /> – <Late label={t('to_amount', { what: label })} value={query.get(meta.name + '.le') ?? ''} set={v => set(meta.name + '.le', v)} amount /></span></div>
    const key = meta.kind === 'text' ? meta.name + '.has' : meta.name
    return <label className="filter"><span>{label}</span><Late label={label} value={query.get(key) ?? ''} set={v => set(key, v)} /></label>
}
/** Types on without waiting; asks when the typing rests. */
export function Late({ value, set, label, amount, ...ids }: { value: string; set: (value: string) => void; label?: string; amount?: boolean; id?: string; 'aria-describedby'?: string }) {
    const [typed, setTyped] = useState(value), timer = useRef<ReturnType<typeof setTimeout>>()
    useEffect(() => setTyped(value), [value])
    useEffect(() => () => clearTimeout(timer.current), []) // who has gone on to another page filters nothing there
    const give = (text: string) => set(amount && text ? parseAmount(text) ?? '' : text)
    return <input {...ids} type="text" inputMode={amount ? 'decimal' : undefined} aria-label={label} value={typed} onChange={e => { const text = e.target.value; setTyped(text); clearTimeout(timer.current); timer.current = setTimeout(() => give(text), 350) }}
        onKeyDown={e => { if (e.key === 'Enter') { clearTimeout(timer.current); give(typed) } }} />
}

export function List<N extends ListName>({ name, columns: given, filters, fixed, link, sort, empty, views, toolbar, selected, onSelect, turn = 0, rowTone, labels = {}, caption, keep = [], keyboard = false, past }: {
    name: N; columns: Column<RowOf<N>>[]; filters?: string[]; fixed?: Record<string, string | number>; link?: (row: RowOf<N>) => string | undefined; sort?: string; empty?: ReactNode; views?: { label: string; query: Record<string, string> }[]
    toolbar?: ReactNode; selected?: Set<number>; onSelect?: (ids: Set<number>) => void; turn?: number; rowTone?: (row: RowOf<N>) => Tone | undefined; labels?: Record<string, string>; caption: string; keep?: string[]; keyboard?: boolean
    /** Rows that have no page of their own: what the audit trail calls them, and what people call one. */
    past?: { kind: string; of: (row: RowOf<N>) => string | undefined }
}) {
    const words = useWords(), { t, word } = words, { query, setQuery, go } = useRouter(), { can } = useSession()
    const columns: Column<RowOf<N>>[] = past && can('history_list') ? [...given, { name: 'past', label: t('changes'), show: row => <Past kind={past.kind} id={(row as { id: number }).id} what={past.of(row) ?? ''} /> }] : given
    const meta = useMemo(() => new Map(operations[name].columns!.map(c => [c.name, c])), [name])
    const labelOf = (column: string) => labels[column] ?? word('f', column)
    const filterMetas = (filters ?? []).map(f => meta.get(f)).filter((m): m is ColumnMeta => !!m?.filter)
    const filterKeys = filterMetas.flatMap(keysOf)
    const viewKeys = (views ?? []).flatMap(v => Object.keys(v.query))
    const active = [...new Set([...filterKeys, ...viewKeys])].filter(k => query.get(k))
    const order = query.get('sort') ?? sort
    const takes = useMemo(() => ({ ...Object.fromEntries(active.map(k => [k, query.get(k)!])), ...fixed, ...(order ? { sort: order } : {}) }), [active.join(), query.toString(), JSON.stringify(fixed), order]) // eslint-disable-line
    const key = JSON.stringify(takes) + name
    const [state, setState] = useState<{ key: string; rows: RowOf<N>[]; next?: string; problem?: unknown; more?: boolean }>({ key: '', rows: [] })
    const asked = useRef(0)
    const load = useCallback((after?: string, before: RowOf<N>[] = []) => {
        const stop = new AbortController(), mine = ++asked.current // what was asked last counts, whatever comes in last
        call(name, { ...takes, limit: 50, ...(after ? { after } : {}) } as never, { signal: stop.signal }).then(answer => {
            const page = answer as { items: RowOf<N>[]; next?: string }
            if (mine === asked.current) setState({ key, rows: [...before, ...page.items], next: page.next })
        }, (problem: unknown) => { if (!stop.signal.aborted && mine === asked.current) setState({ key, rows: before, problem }) })
        return () => stop.abort()
    }, [name, key]) // eslint-disable-line
    useEffect(() => load(), [load, turn])
    const loading = state.key !== key
    const end = useRef<HTMLDivElement>(null)
    const more = () => { if (state.next && !state.more) { setState({ ...state, more: true }); load(state.next, state.rows) } }
    const moreNow = useRef(more)
    moreNow.current = more
    useEffect(() => { // the next page before the end is in sight
        if (!end.current || !('IntersectionObserver' in window)) return
        const watch = new IntersectionObserver(seen => { if (seen.some(s => s.isIntersecting)) moreNow.current() }, { rootMargin: '600px' })
        watch.observe(end.current)
        return () => watch.disconnect()
    }, [state.next, loading])
    const [news, setNews] = useState(false)
    useEffect(() => setNews(false), [key])
    useLive(() => { // who has read on is not thrown back to the beginning
        if (state.rows.length <= 50 && !selected?.size && !state.more) load()
        else setNews(true)
    })
    const [showFilters, setShowFilters] = useState(false)
    const ids = state.rows.map(r => (r as { id?: number }).id).filter((id): id is number => id !== undefined)
    const clear = Object.fromEntries(active.map(k => [k, undefined]))
    const [at, setAt] = useState(-1), body = useRef<HTMLTableSectionElement>(null)
    const move = (by: number) => {
        const to = Math.max(0, Math.min(state.rows.length - 1, at + by))
        setAt(to)
        body.current?.rows[to]?.scrollIntoView({ block: 'nearest' })
    }
    const mark = () => {
        const id = (state.rows[at] as { id?: number } | undefined)?.id, now = new Set(selected)
        if (id === undefined || !onSelect) return
        if (!now.delete(id)) now.add(id)
        onSelect(now)
    }
    const opened = state.rows[at] && link?.(state.rows[at]!)
    return <div className="list">
        {keyboard && <Keys strokes={[{ key: 'j', text: t('key_down'), act: () => move(1) }, { key: 'k', text: t('key_up'), act: () => move(-1) }, { key: 'x', text: t('key_mark'), act: onSelect && at >= 0 ? mark : undefined }, { key: 'Enter', text: t('key_open'), act: opened ? () => go(opened) : undefined }]} />}
        {views && <nav className="views" aria-label={t('views')}>{views.map(v => {
            const on = [...new Set([...viewKeys, ...filterKeys])].every(k => (query.get(k) ?? '') === (v.query[k] ?? ''))
            const to = '?' + new URLSearchParams({ ...Object.fromEntries(keep.filter(k => query.get(k)).map(k => [k, query.get(k)!])), ...v.query }).toString()
            return <Link key={v.label} to={location.pathname + (to === '?' ? '' : to)} aria-current={on ? 'page' : undefined}>{v.label}</Link>
        })}<SavedViews changed={active.length > 0} /></nav>}
        <div className="list-bar">
            {filterMetas.length > 0 && <Button look="quiet" icon="list" aria-expanded={showFilters} onClick={() => setShowFilters(!showFilters)}>{active.length ? t('filters_on', { count: active.length }) : t('filters')}</Button>}
            {active.length > 0 && <Button look="quiet" icon="close" onClick={() => setQuery(clear)}>{t('clear_filters')}</Button>}
            {toolbar}
            {news && <Button look="quiet" icon="info" onClick={() => { setNews(false); load() }}>{t('news')}</Button>}
            <Ways name={name} takes={takes} columns={columns.filter(c => meta.has(c.name)).map(c => [c.name, c.label ?? labelOf(c.name)])} />
        </div>
        {(showFilters || undefined) && <div className="filters">{filterMetas.map(m => <FilterInput key={m.name} meta={m} label={labelOf(m.name)} query={query} set={(k, v) => setQuery({ [k]: v || undefined })} />)}</div>}
        {state.problem ? <ProblemBox problem={state.problem} again={() => load()} /> : null}
        {loading && !state.rows.length ? <Loading /> : !state.rows.length && !state.problem ? (active.length ? <Empty title={t('nothing_by_filter')} action={<Button onClick={() => setQuery(clear)}>{t('clear_filters')}</Button>} /> : empty ?? <Empty title={t('nothing_here')} />)
            : <div className={'table-wrap' + (loading ? ' stale' : '')}><table className="table cards"><caption className="hidden">{caption}</caption><thead><tr>
                {onSelect && <th scope="col" className="pick"><input type="checkbox" aria-label={t('select_all')} checked={ids.length > 0 && ids.every(id => selected?.has(id))} onChange={e => onSelect(e.target.checked ? new Set(ids) : new Set())} /></th>}
                {columns.map(c => {
                    const m = meta.get(c.name), right = c.right ?? m?.kind === 'decimal', on = order === c.name ? 'ascending' : order === '-' + c.name ? 'descending' : undefined, label = c.label ?? labelOf(c.name)
                    return <th key={c.name} scope="col" className={right ? 'right' : ''} aria-sort={on}>{m?.sort ? <button type="button" className="sort" onClick={() => setQuery({ sort: on ? (on === 'ascending' ? '-' + c.name : c.name) : m.kind === 'decimal' ? '-' + c.name : c.name })}>{label}<span className="arrow" aria-hidden="true">{on === 'ascending' ? '↑' : on === 'descending' ? '↓' : ''}</span></button> : label}</th>
                })}
            </tr></thead><tbody ref={body}>{state.rows.map((row, i) => {
                const record = row as Record<string, unknown>, id = record.id as number | undefined, to = link?.(row), tone = rowTone?.(row)
                return <tr key={id ?? i} className={(to ? 'linked ' : '') + (keyboard && i === at ? 'at ' : '') + (tone ?? '')} onClick={to ? e => { if (!(e.target as HTMLElement).closest('a,button,input,label') && !getSelection()?.toString()) go(to) } : undefined}>
                    {onSelect && <td className="pick"><input type="checkbox" aria-label={t('select_row', { what: String(record.number ?? record.name ?? id ?? '') })} checked={id !== undefined && !!selected?.has(id)} onChange={e => { const now = new Set(selected); if (id !== undefined) { if (e.target.checked) now.add(id); else now.delete(id) } onSelect(now) }} /></td>}
                    {columns.map((c, n) => {
                        const m = meta.get(c.name), shown = c.show ? c.show(row) : usualShow(m, record, c.name, words), first = n === 0
                        return <td key={c.name} data-label={c.label ?? labelOf(c.name)} className={cellClass(c.narrow ?? (first ? 'title' : m?.kind === 'decimal' ? 'amount' : 'line'), c.right ?? m?.kind === 'decimal', shown)}>{first && to ? <Link to={to}>{shown || '–'}</Link> : shown}</td>
                    })}
                </tr>
            })}</tbody></table></div>}
        <div ref={end} className="list-end">{state.next ? <Button onClick={more} busy={state.more}>{t('more')}</Button> : state.rows.length > 0 && !loading ? <span className="faint">{t('rows', { count: state.rows.length })}</span> : null}</div>
    </div>
}
