/** What the bank brought and nobody has explained yet: the best three explanations, with what in the text speaks for each. */
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban, minorToText } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Button, Card, Dialog, Empty, Facts, Loading, note, Page, ProblemBox, useAction, useKeys } from '../parts/basics'
import { Decide } from '../parts/decide'
import { useWords } from '../text/text'

export interface Evidence { kind: string; weight: number; value: number; source?: string; from?: number; length?: number; item_id?: number; party_id?: number }
export interface Explanation { probability_ppm: number; other_sets: number; category: string; party_id?: number; shares: { item_id: number; amount_minor: number }[]; differences: { kind: string; amount_minor: number }[]; evidence: Evidence[] }
type Row = Schemas['queue_row']

/** The text with what was found in it marked; places are counted in bytes of UTF-8. */
export function Marked({ text, evidence, source }: { text: string; evidence: Evidence[]; source: string }) {
    const { word } = useWords()
    const bytes = new TextEncoder().encode(text), decode = (from: number, to: number) => new TextDecoder().decode(bytes.slice(from, to))
    const places = evidence.filter(e => e.source === source && e.length).map(e => ({ from: e.from ?? 0, to: (e.from ?? 0) + e.length!, kind: e.kind })).sort((a, b) => a.from - b.from)
    const parts: ReactNode[] = []
    let at = 0
    places.forEach((p, i) => {
        if (p.from < at) return
        parts.push(decode(at, p.from), <mark key={i} title={word('evidence', p.kind)}>{decode(p.from, p.to)}</mark>)
        at = p.to
    })
    parts.push(decode(at, bytes.length))
    return <span className="text-block">{parts}</span>
}
export function EvidenceList({ evidence }: { evidence: Evidence[] }) {
    const { word } = useWords(), seen = new Set<string>()
    return <ul className="evidence">{evidence.filter(e => !seen.has(e.kind) && seen.add(e.kind)).map(e => <li key={e.kind} className={e.weight < 0 || /^(other_sets|named_|number_unknown|elsewhere)/.test(e.kind) ? 'against' : ''}>{word('evidence', e.kind)}{/name|ultimate/.test(e.kind) && e.value ? ` ${e.value} %` : ''}</li>)}</ul>
}
export function useParty(id: number | undefined): string | undefined {
    const [name, setName] = useState<string>()
    useEffect(() => {
        let live = true
        setName(undefined)
        if (id) nameOfParty(id).then(n => { if (live) setName(n) }, () => undefined)
        return () => { live = false }
    }, [id])
    return name
}
const names = new Map<number, Promise<string>>()
const nameOfParty = (id: number): Promise<string> => { let found = names.get(id); if (!found) { found = call('party_show', { id }).then(p => p.party.name); names.set(id, found); found.catch(() => names.delete(id)) } return found }
const items = new Map<number, Promise<Schemas['item_shown']>>()
export function ItemName({ id }: { id: number }) {
    const { t, date } = useWords(), [item, setItem] = useState<Schemas['open_item']>()
    useEffect(() => {
        let live = true
        let read = items.get(id)
        if (!read) { read = call('item_show', { id }); items.set(id, read); read.catch(() => items.delete(id)) }
        read.then(r => { if (live) setItem(r.item) }, () => undefined)
        return () => { live = false }
    }, [id])
    return <Link to={'/items/' + id}>{item ? `${item.reference} · ${date(item.dated_on)}` : t('open_item')}</Link>
}

function ExplanationCard({ e, rank, row, best, accept, busy }: { e: Explanation; rank: number; row: Row; best: boolean; accept?: () => void; busy: boolean }) {
    const { t, word } = useWords(), party = useParty(e.party_id), percent = Math.min(99, Math.floor(e.probability_ppm / 10_000))
    return <li className={'explanation' + (best ? ' best' : '')}>
        <div className="spread"><h3>{word('category', e.category)}{party && <>: <Link to={'/parties/' + e.party_id}>{party}</Link></>}</h3><span><span className="meter" aria-hidden="true"><span style={{ width: percent + '%' }} /></span> {percent} %</span></div>
        {e.shares.length > 0 && <ul className="lines-list">{e.shares.slice(0, 12).map(s => <li key={s.item_id} className="spread"><ItemName id={s.item_id} /><Amount value={minorToText(s.amount_minor)} currency={row.currency} /></li>)}{e.shares.length > 12 && <li className="faint">{t('and_more', { count: e.shares.length - 12 })}</li>}</ul>}
        {e.differences.map(d => <p key={d.kind} className="spread faint"><span>{word('difference', d.kind)}</span><Amount value={minorToText(d.amount_minor)} currency={row.currency} /></p>)}
        <EvidenceList evidence={e.evidence} />
        {accept && e.category !== 'unknown' && e.category !== 'unrelated' && <p className="form-end"><Button look={best ? 'main' : 'plain'} icon="check" busy={busy} onClick={accept} keys={String(rank)}>{t('accept_this')}</Button></p>}
    </li>
}

export default function Queue() {
    const { t, word, date } = useWords(), { can } = useSession(), { query, setQuery } = useRouter(), { busy, problem, run, clear } = useAction()
    const [rows, setRows] = useState<Row[]>(), [next, setNext] = useState<string>(), [refused, setRefused] = useState<unknown>(), [deciding, setDeciding] = useState(false), [help, setHelp] = useState(false)
    const list = useRef<HTMLUListElement>(null), last = useRef<number>()
    const load = useCallback((after?: string) => { call('cash_queue', { limit: 50, sort: '-booked_on', ...(after ? { after } : {}) }).then(r => { setRows(before => after ? [...before ?? [], ...r.items] : r.items); setNext(r.next); setRefused(undefined) }, setRefused) }, [])
    useEffect(() => load(), [load])
    const at = rows?.find(r => r.id === Number(query.get('line'))) ?? rows?.[0], index = rows && at ? rows.indexOf(at) : -1
    const go = (to: number) => { const row = rows?.[to]; if (row) { clear(); setQuery({ line: String(row.id) }); list.current?.children[to]?.scrollIntoView({ block: 'nearest' }); if (to > rows.length - 5 && next) load(next) } }
    const decided = (row: Row, decision: number) => {
        last.current = decision
        const rest = rows!.filter(r => r.id !== row.id), following = rest[Math.min(index, rest.length - 1)]
        setRows(rest)
        setQuery({ line: following ? String(following.id) : undefined })
        note(t('decided', { what: row.name ?? date(row.booked_on) }), () => { void undo() })
        if (rest.length < 5 && next) load(next)
    }
    const undo = async () => { const id = last.current; if (!id) return; last.current = undefined; await run(async () => { await call('cash_undo', { id, reason: t('undo_reason') }); note(t('taken_back')); load() }) }
    const accept = (rank: number) => { if (at && !busy) void run(async () => { const decision = await call('cash_accept', { line_id: at.id, rank }); decided(at, decision.id) }) }
    const explanations = (at?.explanations ?? []) as Explanation[], evidence = explanations[0]?.evidence ?? []
    const may = can('cash_accept'), usable = (rank: number) => may && explanations[rank - 1] && !/^un/.test(explanations[rank - 1]!.category) ? () => accept(rank) : undefined
    useKeys({ j: () => go(index + 1), k: () => go(index - 1), ArrowDown: () => go(index + 1), ArrowUp: () => go(index - 1), Enter: usable(1), 1: usable(1), 2: usable(2), 3: usable(3), d: can('cash_decide') && at ? () => setDeciding(true) : undefined, u: last.current ? () => { void undo() } : undefined, '?': () => setHelp(true) })
    return <Page title={t('nav_queue')} note={rows && (rows.length ? t('queue_note', { count: rows.length + (next ? '+' : '') }) : '')} actions={<>{can('cash_run') && <Button busy={busy} onClick={() => { void run(async () => { const r = await call('cash_run', {}); note(t('cash_ran', { posted: r.posted, proposed: r.proposed })); load() }) }}>{t('match_again')}</Button>}<Button look="quiet" onClick={() => setHelp(true)} keys="?">{t('keys')}</Button></>}>
        <ProblemBox problem={refused} again={() => load()} />
        {!rows ? !refused && <Loading /> : !at ? <Empty title={t('queue_empty')} action={<Link className="button" to="/bank/statements">{t('nav_statements')}</Link>}>{t('queue_empty_text')}</Empty> : <div className="queue">
            <ul className="queue-list" ref={list} aria-label={t('nav_queue')} tabIndex={-1}>{rows.map((r, i) => <li key={r.id}><button type="button" aria-current={r === at ? 'true' : undefined} onClick={() => go(i)}><strong className="cut">{r.name ?? r.remittance ?? t('unknown')}</strong><Amount value={r.amount} currency={r.currency} /><span className="faint cut">{date(r.booked_on)}</span><span className="faint">{r.why_not ? word('why_not_short', r.why_not) : ''}</span></button></li>)}</ul>
            <div>
                <ProblemBox problem={problem} />
                <Card title={<Link to={'/bank/lines/' + at.id}>{at.name ?? t('unknown')}</Link>} actions={<span className="big"><Amount value={at.amount} currency={at.currency} /></span>}>
                    <Facts rows={[[word('f', 'booked_on'), date(at.booked_on)], ['IBAN', at.iban && <span className="mono">{evidence.some(e => e.source === 'iban') ? <mark>{formatIban(at.iban)}</mark> : formatIban(at.iban)}</span>], [word('f', 'reference'), at.reference && <Marked text={at.reference} evidence={evidence} source="reference" />]]} />
                    {at.remittance && <p className="remittance"><span className="faint">{word('f', 'remittance')}</span><br /><Marked text={at.remittance} evidence={evidence} source="text" /></p>}
                </Card>
                <Card title={t('explanations')} actions={can('cash_decide') && <Button onClick={() => setDeciding(true)} keys="d">{t('decide_self')}</Button>}>
                    {at.why_not && <p className="faint">{word('why_not', at.why_not)}</p>}
                    {explanations.length === 0 ? <p>{t('no_explanation')}</p> : <ol className="plain">{explanations.map((e, i) => <ExplanationCard key={at.id + '-' + i} e={e} rank={i + 1} row={at} best={i === 0} busy={busy} accept={usable(i + 1)} />)}</ol>}
                </Card>
            </div>
        </div>}
        {next && rows && <div className="list-end"><Button onClick={() => load(next)}>{t('more')}</Button></div>}
        {deciding && at && <Decide line={at} close={() => setDeciding(false)} done={decision => { setDeciding(false); decided(at, decision) }} />}
        {help && <Dialog title={t('keys')} close={() => setHelp(false)}><Facts rows={[['j / ↓', t('key_next')], ['k / ↑', t('key_previous')], ['Enter / 1', t('key_accept')], ['2, 3', t('key_accept_other')], ['d', t('decide_self')], ['u', t('undo')], ['/', t('search_anything')]]} /></Dialog>}
    </Page>
}
