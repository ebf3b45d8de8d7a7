/** What the bank brought and nobody has explained yet: the best three explanations, with what in the text speaks for each. */
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { digitsOf, formatIban, minorToText } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Empty, Facts, Loading, note, Page, ProblemBox, useAction, useKeys, useRead } from '../parts/basics'
import { Decide } from '../parts/decide'
import { Answer, Ask, Bulk, NotOurs, OnAccount, Refund } from '../parts/desk'
import { finders, TextField } from '../parts/form'
import { useParty } from '../parts/who'
import { useWords } from '../text/text'

export interface Evidence { kind: string; weight: number; value: number; source?: string; from?: number; length?: number; item_id?: number; party_id?: number }
export interface Explanation { probability_ppm: number; other_sets: number; category: string; party_id?: number; key?: string; shares: { item_id: number; amount_minor: number; line_minor?: number }[]; differences: { kind: string; amount_minor: number }[]; bookings?: { account: string; amount_minor: number }[]; evidence: Evidence[] }
type Row = Schemas['queue_row']
/** Says what to book: a proposal that can be accepted as it stands. */
const complete = (e?: Explanation) => !!e && (!/^un/.test(e.category) || !!e.bookings?.length)

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

/** A ledger account by its number, as people know it. */
function AccountName({ number }: { number: string }) {
    const { t } = useWords(), [name, setName] = useState('')
    useEffect(() => {
        let live = true
        finders.account!(number).then(found => { if (live) setName(found.find(o => o.label.startsWith(number + ' '))?.label ?? '') }, () => undefined)
        return () => { live = false }
    }, [number])
    return <span>{name || t('account_what', { what: number })}</span>
}

function ExplanationCard({ e, rank, row, best, accept, busy }: { e: Explanation; rank: number; row: Row; best: boolean; accept?: () => void; busy: boolean }) {
    const { t, word } = useWords(), party = useParty(e.party_id), percent = Math.min(99, Math.floor(e.probability_ppm / 10_000)), money = (minor: number) => minorToText(minor, digitsOf(row.currency))
    return <li className={'explanation' + (best ? ' best' : '')}>
        <div className="spread"><h3>{word('category', e.category)}{party && <>: <Link to={'/parties/' + e.party_id}>{party}</Link></>}</h3><span><span className="meter" aria-hidden="true"><span style={{ width: percent + '%' }} /></span> {percent} %</span></div>
        {e.shares.length > 0 && <ul className="lines-list">{e.shares.slice(0, 12).map(s => <li key={s.item_id} className="spread"><ItemName id={s.item_id} /><Amount value={money(s.line_minor || s.amount_minor)} currency={row.currency} /></li>)}{e.shares.length > 12 && <li className="faint">{t('and_more', { count: e.shares.length - 12 })}</li>}</ul>}
        {e.differences.map(d => <p key={d.kind} className="spread faint"><span>{word('difference', d.kind)}</span><Amount value={money(d.amount_minor)} currency={row.currency} /></p>)}
        {e.bookings?.map(b => <p key={b.account} className="spread"><AccountName number={b.account} /><Amount value={money(b.amount_minor)} currency={row.currency} /></p>)}
        <EvidenceList evidence={e.evidence} />
        {accept && complete(e) && <p className="form-end"><Button look={best ? 'main' : 'plain'} icon="check" busy={busy} onClick={accept} keys={String(rank)}>{t('accept_this')}</Button></p>}
    </li>
}

type Doing = 'decide' | 'on_account' | 'refund' | 'ask' | 'not_ours' | 'answer' | 'bulk' | 'help'
/** What the customer said, or that an answer or an approval is waited for. */
function Standing({ row, done, answer }: { row: Row; done: () => void; answer: () => void }) {
    const { t, date, amount } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), [why, setWhy] = useState('')
    const request = useRead('cash_requests', { bank_line_id: row.id, state: 'open', limit: 1 }, row.standing === 'waits_approval').data?.items[0]
    if (row.standing === 'open') return null
    return <div className="stack"><ProblemBox problem={problem} />
        {row.answer && <p className="remittance">{t('desk_answered', { what: row.answer })}</p>}
        {row.standing === 'unanswered' && <p className="why">{t('unanswered')}</p>}{row.standing === 'waits_answer' && <p><Badge tone="info">{t('waits_answer', { date: date(row.return_on ?? '') })}</Badge></p>}
        {/^(waits_answer|unanswered)$/.test(row.standing) && can('cash_answer') && <p><Button onClick={answer}>{t('answer_note')}</Button></p>}
        {request && <><p><Badge tone="warn">{t('waits_approval')}</Badge> {t('request_what', { what: amount(request.given_up), who: t('who_asked'), limit: amount(request.limit) })} {request.note}</p>
            <TextField label={t('why')} value={why} onChange={setWhy} />
            <p className="actions">{can('cash_approve') && <Button look="main" icon="check" busy={busy} onClick={() => { void run(async () => { await call('cash_approve', { id: request.id, version: request.version, ...(why ? { reason: why } : {}) }); note(t('approved_note')); done() }) }}>{t('desk_approve')}</Button>}{can('cash_refuse') && <Button busy={busy} onClick={() => { void run(async () => { await call('cash_refuse', { id: request.id, version: request.version, ...(why ? { reason: why } : {}) }); note(t('refused_note')); done() }) }}>{t('desk_refuse')}</Button>}</p></>}
    </div>
}
/** Why this line stands where it stands, in one line. */
function Worth({ row }: { row: Row }) {
    const { t, amount } = useWords()
    if (!row.chance_ppm) return <p className="faint">{t('queue_unknown')}</p>
    return <p className="faint">{t('queue_worth', { worth: amount(row.worth ?? '0'), amount: amount(row.amount, row.currency), chance: Math.min(99, Math.floor(row.chance_ppm / 10_000)) })}</p>
}

export default function Queue() {
    const { t, word, date } = useWords(), { can } = useSession(), { query, setQuery } = useRouter(), { busy, problem, run, clear } = useAction()
    const [rows, setRows] = useState<Row[]>(), [next, setNext] = useState<string>(), [refused, setRefused] = useState<unknown>(), [doing, setDoing] = useState<Doing>(), [marked, setMarked] = useState<number[]>([])
    const list = useRef<HTMLUListElement>(null), last = useRef<number[]>([]), waiting = query.get('waiting') === '1'
    const asked = useRef({ turn: 0, after: '' })
    const load = useCallback((after?: string) => { // a page is asked for once; what was asked last counts
        if (after && asked.current.after === after) return
        const mine = ++asked.current.turn
        asked.current.after = after ?? ''
        const done = () => { if (mine === asked.current.turn) asked.current.after = ''; return mine === asked.current.turn }
        call('cash_queue', { limit: 50, ...(waiting ? { waiting: 'true' } : {}), ...(after ? { after } : {}) }).then(r => { if (done()) { setRows(before => { const known = new Set(after ? before?.map(b => b.id) : []); return [...(after ? before ?? [] : []), ...r.items.filter(i => !known.has(i.id))] }); setNext(r.next); setRefused(undefined) } }, why => { if (done()) setRefused(why) })
    }, [waiting])
    useEffect(() => load(), [load])
    const at = rows?.find(r => r.id === Number(query.get('line'))) ?? rows?.[0], index = rows && at ? rows.indexOf(at) : -1
    const to = (line?: number) => setQuery({ line: line ? String(line) : undefined })
    const go = (where: number) => { const row = rows?.[where]; if (row) { clear(); to(row.id); list.current?.children[where]?.scrollIntoView({ block: 'nearest' }); if (where > rows.length - 5 && next) load(next) } }
    const gone = (ids: number[]) => {
        const rest = rows!.filter(r => !ids.includes(r.id)), following = rest[Math.min(index, rest.length - 1)]
        setRows(now => now?.filter(r => !ids.includes(r.id))) // a page may have come in meanwhile
        setMarked(now => now.filter(id => !ids.includes(id)))
        to(following?.id)
        if (rest.length < 5 && next) load(next)
    }
    const decided = (row: Row, decision: number) => { last.current.push(decision); setDoing(undefined); gone([row.id]); note(t('decided', { what: row.name ?? date(row.booked_on) }), () => { void undo() }) }
    const undo = async () => { const id = last.current[last.current.length - 1]; if (!id) return; await run(async () => { await call('cash_undo', { id, reason: t('undo_reason') }); last.current = last.current.filter(d => d !== id); note(t('taken_back')); load() }) }
    const accept = (rank: number) => { if (at && !busy) void run(async () => { const decision = await call('cash_accept', { line_id: at.id, rank, ...(explanations[rank - 1]?.key ? { key: explanations[rank - 1]!.key } : {}) }); decided(at, decision.id) }) }
    const explanations = (at?.explanations ?? []) as Explanation[], evidence = explanations[0]?.evidence ?? []
    const may = can('cash_accept'), usable = (rank: number) => may && complete(explanations[rank - 1]) ? () => accept(rank) : undefined
    const markable = (row: Row) => may && complete(((row.explanations ?? []) as Explanation[])[0]), flip = (id: number) => setMarked(now => now.includes(id) ? now.filter(m => m !== id) : [...now, id])
    const sure = () => setMarked((rows ?? []).filter(r => markable(r) && (r.probability_ppm ?? 0) >= 950_000).map(r => r.id))
    const open = (what: Doing, name: Parameters<typeof can>[0]) => at && can(name) ? () => setDoing(what) : undefined
    const bulk = marked.length && can('cash_bulk') ? () => setDoing('bulk') : undefined
    useKeys({ j: () => go(index + 1), k: () => go(index - 1), ArrowDown: () => go(index + 1), ArrowUp: () => go(index - 1), Enter: usable(1), 1: usable(1), 2: usable(2), 3: usable(3), d: open('decide', 'cash_decide'), o: open('on_account', 'cash_decide'), r: open('refund', 'cash_refund'), v: open('ask', 'cash_ask'), n: open('not_ours', 'cash_not_ours'), x: at && markable(at) ? () => { flip(at.id); go(index + 1) } : undefined, a: may ? sure : undefined, b: bulk, u: () => { void undo() }, '?': () => setDoing('help') })
    const close = () => setDoing(undefined), question = useRead('cash_questions', { bank_line_id: at?.id ?? 0, sort: '-id', limit: 1 }, doing === 'answer').data?.items[0]
    return <Page title={t('nav_queue')} note={rows && (rows.length ? t('queue_note', { count: rows.length + (next ? '+' : '') }) : '')} actions={<><Button look={waiting ? 'main' : 'plain'} aria-pressed={waiting} onClick={() => setQuery({ waiting: waiting ? undefined : '1', line: undefined })}>{t('show_waiting')}</Button>{can('cash_run') && <Button busy={busy} onClick={() => { void run(async () => { const r = await call('cash_run', {}); note(t('cash_ran', { posted: r.posted, proposed: r.proposed })); load() }) }}>{t('match_again')}</Button>}<Button look="quiet" onClick={() => setDoing('help')} keys="?">{t('keys')}</Button></>}>
        <ProblemBox problem={refused} again={() => load()} />
        {rows && rows.length > 0 && can('cash_bulk') && <p className="actions"><Button look="quiet" onClick={sure} keys="a">{t('mark_sure')}</Button>{marked.length > 0 && <><span>{t('marked', { count: marked.length })}</span><Button look="main" icon="check" onClick={bulk} keys="b">{t('bulk')}</Button></>}</p>}
        {!rows ? !refused && <Loading /> : !at ? <Empty title={t('queue_empty')} action={<Link className="button" to="/bank/statements">{t('nav_statements')}</Link>}>{t('queue_empty_text')}</Empty> : <div className="queue">
            <ul className="queue-list" ref={list} aria-label={t('nav_queue')} tabIndex={-1}>{rows.map((r, i) => <li key={r.id} className="marking">{markable(r) && can('cash_bulk') && <input type="checkbox" aria-label={t('mark_line', { what: r.name ?? date(r.booked_on) })} checked={marked.includes(r.id)} onChange={() => flip(r.id)} />}<button type="button" aria-current={r === at ? 'true' : undefined} onClick={() => go(i)}><strong className="cut">{r.name ?? r.remittance ?? t('unknown')}</strong><Amount value={r.amount} currency={r.currency} /><span className="faint cut">{date(r.booked_on)}</span><span className="faint">{r.standing !== 'open' ? word('standing', r.standing) : r.why_not ? word('why_not_short', r.why_not) : ''}</span></button></li>)}</ul>
            <div>
                <ProblemBox problem={problem} />
                <Card title={<Link to={'/bank/lines/' + at.id}>{at.name ?? t('unknown')}</Link>} actions={<span className="big"><Amount value={at.amount} currency={at.currency} /></span>}>
                    <div className="stack"><Facts rows={[[word('f', 'booked_on'), date(at.booked_on)], ['IBAN', at.iban && <span className="mono iban">{evidence.some(e => e.source === 'iban') ? <mark>{formatIban(at.iban)}</mark> : formatIban(at.iban)}</span>], [word('f', 'reference'), at.reference && <Marked text={at.reference} evidence={evidence} source="reference" />]]} />
                    {at.return_reason && <p className="why">{t('desk_came_back', { what: [at.return_reason, at.return_text].filter(Boolean).join(' · ') })}</p>}
                    {at.remittance && <p className="remittance"><span className="faint">{word('f', 'remittance')}</span><br /><Marked text={at.remittance} evidence={evidence} source="text" /></p>}
                    <Standing key={at.id} row={at} done={() => load()} answer={() => setDoing('answer')} />
                    <Worth row={at} />
                    <p className="actions">{can('cash_decide') && <><Button onClick={() => setDoing('decide')} keys="d">{t('decide_self')}</Button><Button onClick={() => setDoing('on_account')} keys="o">{t('on_account')}</Button></>}{can('cash_refund') && !at.amount.startsWith('-') && <Button onClick={() => setDoing('refund')} keys="r">{t('refund')}</Button>}{can('cash_ask') && <Button onClick={() => setDoing('ask')} keys="v">{t('ask_customer')}</Button>}{can('cash_not_ours') && <Button onClick={() => setDoing('not_ours')} keys="n">{t('not_ours')}</Button>}</p></div>
                </Card>
                <Card title={t('explanations')}>
                    {at.why_not && <p className="faint">{word('why_not', at.why_not)}</p>}
                    {explanations.length === 0 ? <p>{t('no_explanation')}</p> : <ol className="plain">{explanations.map((e, i) => <ExplanationCard key={at.id + '-' + i} e={e} rank={i + 1} row={at} best={i === 0} busy={busy} accept={usable(i + 1)} />)}</ol>}
                </Card>
            </div>
        </div>}
        {next && rows && <div className="list-end"><Button onClick={() => load(next)}>{t('more')}</Button></div>}
        {doing === 'decide' && at && <Decide line={at} close={close} done={decision => decided(at, decision)} asked={() => { close(); gone([at.id]); note(t('approval_asked')) }} />}
        {doing === 'on_account' && at && <OnAccount line={at} close={close} done={decision => decided(at, decision)} />}
        {doing === 'refund' && at && <Refund line={at} close={close} done={decision => decided(at, decision)} />}
        {doing === 'not_ours' && at && <NotOurs line={at} close={close} done={decision => decided(at, decision)} />}
        {doing === 'ask' && at && <Ask line={at} close={close} done={back => { close(); if (waiting) load(); else gone([at.id]); note(t('desk_asked', { date: date(back) })) }} />}
        {doing === 'answer' && question && <Answer question={question.id} version={question.version} close={close} done={() => { close(); note(t('answer_kept')); load() }} />}
        {doing === 'bulk' && <Bulk lines={marked} close={close} done={shown => { close(); const done = shown.lines.filter(r => r.decision_id); last.current.push(...done.map(r => r.decision_id!)); gone(done.map(r => r.id)); setMarked([]); note(t('desk_bulk_done', { count: done.length })) }} />}
        {doing === 'help' && <Dialog title={t('keys')} close={close}><Facts rows={[['j / ↓', t('key_next')], ['k / ↑', t('key_previous')], ['Enter / 1', t('key_accept')], ['2, 3', t('key_accept_other')], ['d', t('decide_self')], ['o', t('on_account')], ['r', t('refund')], ['v', t('ask_customer')], ['n', t('not_ours')], ['x', t('desk_key_mark')], ['a', t('key_sure')], ['b', t('bulk')], ['u', t('key_undo')], ['/', t('search_anything')]]} /></Dialog>}
    </Page>
}
