/** The page of suppliers, /supplier#SECRET: an entry of its own beside the application, without its catalogue and tables, so that it is small.
 *  The secret stands behind the #, is handed over once for a session, and leaves the address at once. */
import { StrictMode, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import type { Schemas } from './api/schema'
import { formatAmount, formatDate, isZero, type Language } from './amount'
import { said, type Said } from './text/supplier'

type Me = Schemas['portal_me']
type Judged = Schemas['portal_judged']
type Invoice = Schemas['portal_invoice']
type Wrong = Schemas['portal_problem']

const most = 20 // MB, as the server takes it

/* ---- Words ---- */

interface Words { language: Language; t: (key: Said, params?: Record<string, string | number>) => string; date: (text: string | undefined) => string; amount: (text: string, currency: string) => string }
function wordsOf(language: Language): Words {
    return {
        language,
        t: (key, params = {}) => {
            let text: string = said[key][language === 'nl' ? 1 : 0]
            if ('count' in params && text.includes('|')) text = text.split('|')[Number(params.count) === 1 ? 0 : 1]!
            return text.replace(/\{(\w+)\}/g, (whole, name: string) => name in params ? String(params[name]) : whole)
        },
        date: text => text === undefined ? '' : formatDate(text.slice(0, 10), language),
        amount: (text, currency) => formatAmount(text, currency, language),
    }
}
function chosen(): Language | undefined {
    try {
        const kept = localStorage.getItem('florin.language')
        return kept === 'nl' || kept === 'en' ? kept : undefined
    } catch { return undefined /* storage is off */ }
}
function choose(language: Language): void {
    try { localStorage.setItem('florin.language', language) } catch { /* storage is off */ }
}

/* ---- The server ---- */

class Refusal extends Error {
    constructor(readonly status: number, readonly texts: string[]) { super(texts[0] ?? '') }
}
const ways = { csrf: '', language: 'en' as Language }
async function ask<T>(method: string, path: string, body?: BodyInit): Promise<T> {
    let reply: Response
    const raw = body instanceof Blob
    try {
        reply = await fetch('/api/v1/portal' + path, {
            method, body, credentials: 'same-origin',
            headers: { 'Accept-Language': ways.language, ...(method === 'GET' ? {} : { 'X-Florin-CSRF': ways.csrf, 'Content-Type': raw ? 'application/octet-stream' : 'application/json' }) },
        })
    } catch { throw new Refusal(0, []) }
    const answer = await reply.json().catch(() => ({})) as { detail?: string; problems?: { text: string }[] }
    if (!reply.ok) throw new Refusal(reply.status, answer.problems?.length ? answer.problems.map(p => p.text) : [answer.detail ?? ''])
    return answer as T
}
const withFile = (path: string, file: File) => ask<Judged>('POST', path + '?file_name=' + encodeURIComponent(file.name.slice(-200) || 'file'), file)

/* ---- Parts ---- */

function Languages({ words, set }: { words: Words; set: (language: Language) => void }) {
    return <div className="languages" role="group" aria-label={words.t('language')}>{(['nl', 'en'] as const).map(l => <button key={l} type="button" lang={l} aria-pressed={l === words.language} onClick={() => set(l)}>{l === 'nl' ? 'Nederlands' : 'English'}</button>)}</div>
}
function Box({ words, problem, again }: { words: Words; problem: unknown; again?: () => void }) {
    const texts = problem instanceof Refusal ? problem.status === 0 ? [words.t('offline')] : problem.texts : [words.t('trouble')]
    return <div className="problem" role="alert"><div>{texts.length > 1 ? <ul>{texts.map((text, i) => <li key={i}>{text}</li>)}</ul> : <p>{texts[0]}</p>}{again && <button type="button" className="button" onClick={again}>{words.t('again')}</button>}</div></div>
}
/** All that is wrong: what must be mended first, then hints. The official id, where it stands, and what was found. */
function Problems({ words, problems }: { words: Words; problems: Wrong[] }) {
    const { t } = words, order = { fatal: 0, warning: 1, information: 2 }
    const sorted = problems.map((p, i) => ({ p, i })).sort((a, b) => order[a.p.severity] - order[b.p.severity] || a.i - b.i)
    return <ol className="plain supplier-problems">{sorted.map(({ p, i }) => <li key={i}>
        <p><span className={'badge ' + (p.severity === 'fatal' ? 'bad' : 'warn')}>{t(p.severity === 'fatal' ? 'must' : 'may')}</span> {words.language === 'nl' ? p.dutch : p.english}</p>
        <p className="faint mono">{[p.rule, p.line && t('line', { line: p.line }), p.place].filter(Boolean).join(' · ')}</p>
        {p.found && !/^(bill|portal)\./.test(p.rule) && <p className="faint mono">{t('found', { found: p.found })}</p>}
    </li>)}</ol>
}
function Facts({ rows }: { rows: [string, ReactNode][] }) {
    return <dl className="facts">{rows.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
}

/* ---- Checking and sending ---- */

interface Held { file: File; judged?: Judged; sent?: boolean; problem?: unknown; busy?: 'check' | 'send' }
function Sending({ words, me, sent, shut }: { words: Words; me: Me; sent: () => void; shut: () => void }) {
    const { t } = words, [held, setHeld] = useState<Held>(), [over, setOver] = useState(false), input = useRef<HTMLInputElement>(null), turn = useRef(0), heading = useRef<HTMLHeadingElement>(null)
    const done = held && !held.busy
    useEffect(() => { if (done) heading.current?.focus() }, [done, held?.sent])
    const take = async (file: File, what: 'check' | 'send') => {
        const mine = ++turn.current, last = (next: Held) => { if (mine === turn.current) setHeld(next) }
        if (file.size > most << 20) { last({ file, problem: new Refusal(422, [t('too_large', { most })]) }); return }
        setHeld(before => ({ file, judged: what === 'send' ? before?.judged : undefined, busy: what }))
        try {
            last({ file, judged: await withFile(what === 'send' ? '/invoices' : '/check', file), sent: what === 'send' })
            if (what === 'send') sent()
        } catch (problem) {
            if (problem instanceof Refusal && problem.status === 401) shut()
            else last({ file, problem })
        }
    }
    const clear = () => { turn.current++; setHeld(undefined); setTimeout(() => input.current?.nextElementSibling instanceof HTMLElement && (input.current.nextElementSibling as HTMLElement).focus(), 0) }
    const picked = (files: FileList | null) => { const file = files?.[0]; if (file) void take(file, 'check') }
    return <section className="card" aria-labelledby="send-title" onDragOver={e => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={e => { e.preventDefault(); setOver(false); picked(e.dataTransfer.files) }}>
        <header><h2 id="send-title">{t('send_title')}</h2></header>
        {!held && <div className={'drop' + (over ? ' over' : '')}><span>{t('send_help')}</span>
            <input ref={input} type="file" accept=".xml,.pdf,.png,.jpg,.jpeg" className="hidden" tabIndex={-1} aria-label={t('choose')} onChange={e => { picked(e.target.files); e.target.value = '' }} />
            <button type="button" className="button main" onClick={() => input.current?.click()}>{t('choose')}</button></div>}
        <div aria-live="polite">
            {held?.busy && <p className="loading"><span className="spinner" aria-hidden="true" /><span>{t(held.busy === 'send' ? 'sending_file' : 'checking_file', { file: held.file.name })}</span></p>}
            {done && held.problem !== undefined && <><h3 ref={heading} tabIndex={-1}>{t('trouble')}</h3><Box words={words} problem={held.problem} /><div className="actions"><button type="button" className="button main" onClick={clear}>{t('other_file')}</button></div></>}
            {done && held.judged && <Verdict words={words} me={me} held={held} judged={held.judged} heading={heading} send={() => void take(held.file, 'send')} clear={clear} />}
        </div>
    </section>
}
function Verdict({ words, me, held, judged, heading, send, clear }: { words: Words; me: Me; held: Held; judged: Judged; heading: React.RefObject<HTMLHeadingElement>; send: () => void; clear: () => void }) {
    const { t, date, amount } = words, v = judged.verdict, company = me.company.name
    const problems = judged.problems.filter(p => p.rule !== 'bill.no_einvoice') // said above in the supplier's own words
    const titles = { good: t('good'), by_hand: t('by_hand'), mend: t('mend', { count: judged.fatal_count }), refused: t('refused_file') }
    const texts = { good: t(problems.length ? 'hint_text' : 'good_text'), by_hand: t('by_hand_text'), mend: t('mend_text'), refused: '' }
    const tone = held.sent || v === 'good' ? 'good' : v === 'by_hand' ? 'info' : 'bad'
    return <>
        <div className={'supplier-verdict ' + tone}>
            <h3 ref={heading} tabIndex={-1}>{held.sent ? t('received_title') : titles[v]}</h3>
            <p>{held.sent ? t('received_text', { file: held.file.name, company, reference: judged.receipt_number ?? '' }) : texts[v]}</p>
            {held.sent && v === 'mend' && <p>{t('received_mend')}</p>}
        </div>
        {judged.known_receipt_number !== undefined && !held.sent && v !== 'refused' && <p className="supplier-known">{t('known', { reference: judged.known_receipt_number, date: date(judged.known_received_at) })}</p>}
        {judged.syntax !== 'file' && <Facts rows={[[t('number'), judged.number], [t('issued'), date(judged.issued_on)], [t('due'), date(judged.due_on)], [t('amount'), amount(judged.payable, judged.currency)]]} />}
        <Problems words={words} problems={problems} />
        <div className="actions">
            {!held.sent && v !== 'refused' && <button type="button" className={'button' + (v === 'mend' ? '' : ' main')} onClick={send}>{v === 'mend' ? t('send_anyway') : t('send', { company })}</button>}
            <button type="button" className={'button' + (held.sent || v === 'refused' || v === 'mend' ? ' main' : '')} onClick={clear}>{t('other_file')}</button>
        </div>
    </>
}

/* ---- What became of them ---- */

const tones = { received: 'none', checking: 'info', approved: 'good', planned: 'good', paid: 'good', refused: 'bad' } as const
function State({ words, invoice: i }: { words: Words; invoice: Invoice }) {
    const { t, date, amount } = words
    const text = { received: t('is_received', { date: date(i.received_at) }), checking: t('is_checking'), approved: t('is_approved'), planned: t('is_planned', { date: date(i.expected_on) }),
        paid: t(i.kind === 'credit_note' ? 'is_settled' : 'is_paid', { date: date(i.paid_on) }), refused: t('is_refused') }[i.state]
    return <><span className={'badge ' + tones[i.state]}>{text}</span>
        {i.state === 'approved' && <p className="faint">{i.expected_on ? t('expected', { date: date(i.expected_on) }) : t('not_planned')}</p>}
        {i.state === 'approved' && !isZero(i.paid) && <p className="faint">{t('part_paid', { paid: amount(i.paid, i.currency) })}</p>}
        {i.reason && <p>{t('reason', { reason: i.reason })}</p>}</>
}
function One({ words, invoice: i, shut }: { words: Words; invoice: Invoice; shut: () => void }) {
    const { t, date, amount } = words, [problems, setProblems] = useState<Wrong[]>(), [problem, setProblem] = useState<unknown>()
    const load = () => {
        if (problems) return
        ask<Schemas['portal_invoice_shown']>('GET', '/invoices/' + i.id).then(shown => setProblems(shown.problems.filter(p => p.rule !== 'bill.no_einvoice')), refused => refused instanceof Refusal && refused.status === 401 ? shut() : setProblem(refused))
    }
    return <li>
        <div className="spread"><strong>{i.number ?? t('no_number')}{i.kind === 'credit_note' && <> ({t('credit_note')})</>}</strong><span className="amount">{amount(i.payable, i.currency)}</span></div>
        <p className="faint">{[i.issued_on && date(i.issued_on), i.due_on && t('due') + ' ' + date(i.due_on), t('reference') + ' ' + i.receipt_number].filter(Boolean).join(' · ')}</p>
        <div className="supplier-state"><State words={words} invoice={i} /></div>
        <details onToggle={e => { if (e.currentTarget.open) load() }}><summary>{t('what_is_wrong')}</summary>{problem !== undefined && <Box words={words} problem={problem} />}{problems && (problems.length ? <Problems words={words} problems={problems} /> : <p className="faint">{t('nothing_wrong')}</p>)}</details>
    </li>
}
function Invoices({ words, turn, shut }: { words: Words; turn: number; shut: () => void }) {
    const { t } = words, [rows, setRows] = useState<Invoice[]>(), [next, setNext] = useState<string>(), [problem, setProblem] = useState<unknown>(), [again, setAgain] = useState(0)
    const load = useCallback(async (after?: string) => {
        try {
            const page = await ask<{ items: Invoice[]; next?: string }>('GET', '/invoices?limit=20&sort=-received_at' + (after ? '&after=' + encodeURIComponent(after) : ''))
            setRows(before => after ? [...before ?? [], ...page.items] : page.items)
            setNext(page.next)
            setProblem(undefined)
        } catch (refused) {
            if (refused instanceof Refusal && refused.status === 401) shut()
            else setProblem(refused)
        }
    }, [shut])
    useEffect(() => { void load() }, [load, turn, again])
    useEffect(() => {
        const seen = () => { if (document.visibilityState === 'visible') setAgain(n => n + 1) }
        document.addEventListener('visibilitychange', seen)
        return () => document.removeEventListener('visibilitychange', seen)
    }, [])
    return <section className="card" aria-labelledby="invoices-title">
        <header><h2 id="invoices-title">{t('invoices')}</h2><div className="actions"><button type="button" className="button" onClick={() => setAgain(n => n + 1)}>{t('fresh')}</button></div></header>
        {problem !== undefined && <Box words={words} problem={problem} again={() => setAgain(n => n + 1)} />}
        {!rows && problem === undefined && <p className="loading" role="status">{t('loading')}</p>}
        {rows && rows.length === 0 && <p className="faint">{t('none')}</p>}
        <ul className="lines-list">{rows?.map(i => <One key={i.id} words={words} invoice={i} shut={shut} />)}</ul>
        {next && <div className="list-end"><button type="button" className="button" onClick={() => void load(next)}>{t('more')}</button></div>}
    </section>
}

/* ---- The page ---- */

type Door = 'opening' | 'open' | 'shut' | 'closed'
function Page() {
    const [language, setLanguage] = useState<Language>(() => chosen() ?? (navigator.language.toLowerCase().startsWith('nl') ? 'nl' : 'en'))
    const [door, setDoor] = useState<Door>('opening'), [me, setMe] = useState<Me>(), [problem, setProblem] = useState<unknown>(), [turn, setTurn] = useState(0), begun = useRef(false)
    const words = useMemo(() => wordsOf(language), [language]), { t, date } = words
    ways.language = language
    const shut = useCallback(() => setDoor('shut'), [])
    const enter = useCallback(async () => {
        const secret = location.hash.slice(1)
        if (secret) history.replaceState(null, '', location.pathname) // it stands in no history and in no picture of the screen
        setDoor('opening')
        setProblem(undefined)
        try {
            if (secret) {
                const opened = await ask<Schemas['portal_opened']>('POST', '/session', JSON.stringify({ secret }))
                if (!chosen() && (opened.language === 'nl' || opened.language === 'en')) setLanguage(opened.language)
            }
            const now = await ask<Me>('GET', '/session')
            ways.csrf = now.csrf
            setMe(now)
            setDoor('open')
        } catch (refused) {
            if (!(refused instanceof Refusal) || refused.status !== 401 || secret) setProblem(refused)
            setDoor('shut')
        }
    }, [])
    useEffect(() => { if (!begun.current) { begun.current = true; void enter() } }, [enter])
    useEffect(() => { // another link opened in the page that is there
        const other = () => { if (location.hash.length > 1) void enter() }
        addEventListener('hashchange', other)
        return () => removeEventListener('hashchange', other)
    }, [enter])
    useEffect(() => {
        document.documentElement.lang = language
        document.title = door === 'open' && me ? t('title', { company: me.company.name }) : 'Florin'
    }, [language, door, me, t])
    const set = (wanted: Language) => { setLanguage(wanted); choose(wanted) }
    const leave = async () => { try { await ask('POST', '/session/close', '{}') } catch { /* it ends by itself */ } setMe(undefined); setDoor('closed') }
    if (door !== 'open' || !me) return <div className="gate"><main className="gate-card">
        <h1>{t(door === 'opening' ? 'loading' : door === 'closed' ? 'closed' : 'shut')}</h1>
        {problem !== undefined && <Box words={words} problem={problem} />}
        {door === 'opening' ? <p className="loading" role="status"><span className="spinner" aria-hidden="true" /><span>{t('loading')}</span></p> : <p>{t(door === 'closed' ? 'closed_text' : 'shut_text')}</p>}
        <Languages words={words} set={set} />
    </main></div>
    const c = me.company
    return <div className="supplier">
        <header className="supplier-top"><div><h1>{t('title', { company: c.name })}</h1><p className="note">{t('of', { party: me.party_name })}</p></div>
            <div className="actions"><Languages words={words} set={set} /><button type="button" className="button" onClick={() => void leave()}>{t('close')}</button></div></header>
        <main>
            <Sending words={words} me={me} sent={() => setTurn(n => n + 1)} shut={shut} />
            <Invoices words={words} turn={turn} shut={shut} />
            <section className="card" aria-labelledby="where-title"><header><h2 id="where-title">{t('where')}</h2></header>
                <Facts rows={[[t('name'), c.name], [t('legal_name'), c.legal_name !== c.name && c.legal_name], [t('address'), (c.street || c.city) && <>{c.street}<br />{[c.postal_code, c.city].filter(Boolean).join(' ')}<br />{c.country}</>],
                    [t('kvk_number'), c.kvk_number], [t('vat_number'), c.vat_number], [t('email'), c.email && <a href={'mailto:' + c.email}>{c.email}</a>], [t('phone'), c.phone && <a href={'tel:' + c.phone}>{c.phone}</a>]]} /></section>
        </main>
        <footer className="faint">{t('until', { date: date(me.access_until) })}</footer>
    </div>
}

createRoot(document.getElementById('root')!).render(<StrictMode><Page /></StrictMode>)
