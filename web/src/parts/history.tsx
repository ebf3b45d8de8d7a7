/** What happened to one thing: who changed what, when, before and after, in words. Read when it is opened, from the audit trail. */
import { useEffect, useMemo, useState } from 'react'
import { call } from '../api/client'
import { minorToText } from '../amount'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { useWords, type Words } from '../text/text'
import { Button, Card, Dialog, Icon, Loading, ProblemBox, useAction } from './basics'

type Row = Schemas['history_row']
export type Difference = Record<string, [unknown, unknown]>
/** What says nothing to a person. */
const dull = /^(id|version|company_id|sequence|seen_at)$|_?hash$|_step$|^created_at$|probability_ppm$|^(evidence|weight|source_id|bank_line_id|each_booked|logo)$/
const named: [RegExp, 'people' | 'accounts' | 'vat'][] = [[/(_by|user_id|person_id)$/, 'people'], [/account_id$/, 'accounts'], [/vat_code_id$/, 'vat']]

/** One value as people say it. `names`: of people and accounts, for what is an id. */
export function sayValue(words: Words, field: string, value: unknown, names: (kind: string, id: number) => string | undefined): string {
    if (value === null || value === undefined || value === '') return words.t('nothing')
    if (typeof value === 'boolean') return words.t(value ? 'yes' : 'no')
    if (Array.isArray(value)) return value.map(part => typeof part === 'object' && part !== null ? Object.values(part).map(v => sayValue(words, '', v, names)).join(' ') : sayValue(words, field, part, names)).join(', ')
    if (typeof value === 'object') return Object.entries(value).map(([f, v]) => words.word('f', f) + ' ' + sayValue(words, f, v, names)).join(', ')
    const text = String(value)
    if (typeof value === 'number' && /_minor$/.test(field)) return words.decimal(minorToText(value))
    if (typeof value === 'number' && /_ppm$/.test(field)) return words.decimal(minorToText(value, 4).replace(/\.?0+$/, '')) + ' %'
    if (typeof value === 'number') return named.filter(([shape]) => shape.test(field)).map(([, kind]) => names(kind, value)).find(Boolean) ?? text
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return words.date(text)
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return words.instant(text)
    if (/^-?\d+\.\d{2}$/.test(text)) return words.decimal(text)
    return /^[a-z_]+$/.test(text) ? words.word(field, text) : text
}
/** The fields of a difference that say something. */
export const tellingFields = (difference: Difference): [string, [unknown, unknown]][] => Object.entries(difference).filter(([field, [before, after]]) => !dull.test(field) && ((before ?? '') !== '' || (after ?? '') !== ''))

function useNames(): (kind: string, id: number) => string | undefined {
    const { can } = useSession(), [all, setAll] = useState<Record<string, Map<number, string>>>({})
    useEffect(() => {
        let live = true
        const keep = (kind: string, rows: [number, string][]) => { if (live) setAll(before => ({ ...before, [kind]: new Map(rows) })) }
        if (can('user_list')) call('user_list', { limit: 500 }).then(r => keep('people', r.items.map(u => [u.id, u.name])), () => undefined)
        if (can('account_list')) call('account_list', { limit: 500 }).then(r => keep('accounts', r.items.map(a => [a.id, a.number + ' ' + a.name])), () => undefined)
        if (can('vat_list')) call('vat_list', { limit: 500 }).then(r => keep('vat', r.items.map(v => [v.id, v.name])), () => undefined)
        return () => { live = false }
    }, [can])
    return (kind, id) => all[kind]?.get(id)
}

export function Event({ row, names }: { row: Row; names: (kind: string, id: number) => string | undefined }) {
    const words = useWords(), { t, word, instant } = words, [noun, ...verb] = row.operation.split(' ')
    const changes = (Array.isArray(row.changes) ? row.changes as Difference[] : []).flatMap(tellingFields)
    const made = changes.length > 0 && changes.every(([, [before]]) => before === null)
    return <li>
        <strong>{word('noun', noun)}: {word('verb', verb.join(' '))}</strong> · {row.person ?? t('the_program')}<br /><span className="faint">{instant(row.at)}{row.source && row.source !== 'http' ? ' · ' + word('source', row.source) : ''}</span>
        {changes.length > 0 && <ul className="differences">{changes.slice(0, 30).map(([field, [before, after]], i) => <li key={field + String(i)}><span className="faint">{word('f', field)}</span> {made ? sayValue(words, field, after, names) : <><del>{sayValue(words, field, before, names)}</del> <span aria-hidden="true">→</span><span className="hidden">{t('became')}</span> <ins>{sayValue(words, field, after, names)}</ins></>}</li>)}</ul>}
    </li>
}

/** The card of a detail page: `<History kind="bill" id={bill.id} turn={bill.version} />`; `bare` inside a dialog or another card. Who may not see the audit trail sees nothing. */
export function History({ kind, id, turn, bare }: { kind: string; id: number; turn?: number; bare?: boolean }) {
    const { t } = useWords(), { can } = useSession(), [open, setOpen] = useState(false)
    if (!can('history_list')) return null
    const told = <details onToggle={e => setOpen(e.currentTarget.open)}><summary>{t('all_changes')}</summary>{open && <Told key={`${kind} ${id} ${turn ?? 0}`} kind={kind} id={id} />}</details>
    return bare ? <div className="history">{told}</div> : <Card className="history">{told}</Card>
}
/** A row's own history, in a dialog: for what has no page of its own. */
export function Past({ kind, id, what }: { kind: string; id: number; what: string }) {
    const { t } = useWords(), { can } = useSession(), [open, setOpen] = useState(false)
    if (!can('history_list')) return null
    return <><button type="button" className="icon-button" title={t('all_changes')} aria-label={t('changes_of', { what })} onClick={() => setOpen(true)}><Icon name="clock" /></button>
        {open && <Dialog title={t('changes_of', { what })} close={() => setOpen(false)}><div className="history"><Told kind={kind} id={id} /></div></Dialog>}</>
}
function Told({ kind, id }: { kind: string; id: number }) {
    const { t } = useWords(), names = useNames(), { busy, problem, run } = useAction(), [rows, setRows] = useState<Row[]>(), [next, setNext] = useState<string>()
    const more = useMemo(() => (after?: string) => run(async () => {
        const page = await call('history_list', { kind, id, limit: 20, ...(after ? { after } : {}) })
        setRows(before => [...(after ? before ?? [] : []), ...page.items])
        setNext(page.next)
    }), [kind, id, run])
    useEffect(() => { void more() }, [more])
    if (problem) return <ProblemBox problem={problem} again={() => { void more(next) }} />
    if (!rows) return <Loading />
    if (rows.length === 0) return <p className="faint">{t('no_changes')}</p>
    return <><ul className="timeline">{rows.map(row => <Event key={row.id} row={row} names={names} />)}</ul>{next && <Button look="quiet" busy={busy} onClick={() => { void more(next) }}>{t('more')}</Button>}</>
}
