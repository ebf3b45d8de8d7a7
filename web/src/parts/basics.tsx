/** Small parts of every page. */
import { useCallback, useEffect, useId, useRef, useState, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { call, Problem, type Gives, type Name, type Takes } from '../api/client'
import { hear } from '../app/live'
import { useWords } from '../text/text'

/* ---- Drawings ---- */
const drawings = {
    home: 'M3 11 12 4l9 7M5 10v10h14V10M10 20v-6h4v6', bill: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7', invoice: 'M5 3h14v18l-3-2-2 2-2-2-2 2-2-2-3 2zM9 8h6M9 12h6',
    bank: 'M3 10 12 4l9 6M4 20h16M6 10v8M10 10v8M14 10v8M18 10v8', pay: 'M3 7h18v10H3zM3 11h18M7 14h3', party: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-4 3-7 7-7s7 3 7 7M16 4a4 4 0 0 1 0 7M18 14c3 1 4 4 4 7',
    chart: 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6', book: 'M4 5c3-1 6-1 8 1 2-2 5-2 8-1v14c-3-1-6-1-8 1-2-2-5-2-8-1zM12 6v14', gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1',
    search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5 21 21', menu: 'M4 6h16M4 12h16M4 18h16', close: 'M6 6l12 12M18 6 6 18', check: 'M4 12l5 5L20 6', down: 'M6 9l6 6 6-6', right: 'M9 6l6 6-6 6',
    up: 'M12 19V5M6 11l6-6 6 6', warn: 'M12 4 2.5 20h19zM12 10v5M12 17.5v.5', info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 7.5v.5', download: 'M12 4v11M7 11l5 5 5-5M4 20h16', plus: 'M12 5v14M5 12h14', user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 4-7 8-7s8 3 8 7',
    lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3', undo: 'M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 12h-2', clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 3', list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01', file: 'M6 3h8l5 5v13H6zM14 3v5h5',
}
export type Drawing = keyof typeof drawings
export function Icon({ name }: { name: Drawing }) {
    return <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d={drawings[name]} /></svg>
}

/* ---- Buttons ---- */
type ButtonLook = 'main' | 'plain' | 'quiet' | 'danger'
export function Button({ look = 'plain', icon, busy, children, keys, ...rest }: { look?: ButtonLook; icon?: Drawing; busy?: boolean; keys?: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
    return <button type="button" {...rest} className={'button ' + look + (rest.className ? ' ' + rest.className : '')} disabled={busy || rest.disabled} aria-busy={busy || undefined} aria-keyshortcuts={keys}>
        {icon && <Icon name={icon} />}<span>{children}</span>{keys && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
}

/* ---- What came back ---- */
export function problemText(problem: unknown, t: ReturnType<typeof useWords>['t']): string {
    if (problem instanceof Problem) {
        if (problem.code === 'web.offline') return t('problem_offline')
        if (problem.code === 'web.no_answer') return t('problem_no_answer')
        return problem.detail
    }
    return t('problem_ours')
}
/** A refusal in words: the whole list, not only the first. `except`: fields that show their own. */
export function ProblemBox({ problem, except = [], again }: { problem: unknown; except?: string[]; again?: () => void }) {
    const { t } = useWords()
    if (!problem) return null
    const troubles = problem instanceof Problem ? problem.troubles.filter(p => !(p.field && except.includes(p.field))) : []
    const atFields = problem instanceof Problem && problem.troubles.length > 0 && troubles.length === 0
    return <div className="problem" role="alert">
        <Icon name="warn" />
        <div>
            {atFields ? <p>{t('problem_see_fields')}</p> : troubles.length > 1 ? <ul>{troubles.map((p, i) => <li key={i}>{p.text}</li>)}</ul> : <p>{troubles[0]?.text ?? problemText(problem, t)}</p>}
            {problem instanceof Problem && problem.request && problem.status >= 500 && <p className="faint">{t('problem_request', { id: problem.request })}</p>}
            {again && <Button onClick={again}>{t('again')}</Button>}
        </div>
    </div>
}
export function Loading() {
    const { t } = useWords()
    return <div className="loading" role="status"><span className="spinner" aria-hidden="true" /><span>{t('loading')}</span></div>
}
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
    return <div className="empty"><svg viewBox="0 0 64 48" aria-hidden="true"><path d="M8 20 16 6h32l8 14v20H8zM8 20h14c0 6 4 9 10 9s10-3 10-9h14" /></svg><p className="empty-title">{title}</p>{children && <p>{children}</p>}{action}</div>
}
export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'none'
export function Badge({ tone = 'none', children }: { tone?: Tone; children: ReactNode }) { return <span className={'badge ' + tone}>{children}</span> }

export function Page({ title, note, actions, children, back }: { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode; back?: ReactNode }) {
    const heading = useRef<HTMLHeadingElement>(null)
    useEffect(() => { document.title = title + ' · Florin' }, [title])
    return <div className="page">
        {back && <nav className="back">{back}</nav>}
        <header className="page-head"><div><h1 ref={heading} tabIndex={-1}>{title}</h1>{note && <div className="note">{note}</div>}</div>{actions && <div className="actions">{actions}</div>}</header>
        {children}
    </div>
}
export function Card({ title, actions, children, className = '' }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string }) {
    return <section className={'card ' + className}>{(title || actions) && <header><h2>{title}</h2>{actions && <div className="actions">{actions}</div>}</header>}{children}</section>
}
export function Facts({ rows }: { rows: [label: string, value: ReactNode][] }) {
    return <dl className="facts">{rows.filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
}
export function Amount({ value, currency }: { value: string | undefined; currency?: string }) {
    const { amount } = useWords()
    return <span className={'amount' + (value?.startsWith('-') ? ' negative' : '')}>{amount(value, currency)}</span>
}

/* ---- Asking the server ---- */
export interface Loaded<T> { data: T | undefined; problem: unknown; loading: boolean; reload: () => void; set: (data: T) => void }
/** Reads with an operation; again when what it takes changes, on `reload`, and when the window comes back after a while. */
export function useRead<N extends Name>(name: N, takes: Takes<N>, when = true): Loaded<Gives<N>> {
    const key = JSON.stringify(takes)
    const [state, setState] = useState<{ data?: Gives<N>; problem?: unknown; key?: string }>({})
    const [turn, setTurn] = useState(0)
    useEffect(() => {
        if (!when) return
        const stop = new AbortController()
        call(name, JSON.parse(key) as Takes<N>, { signal: stop.signal }).then(data => setState({ data, key }), (problem: unknown) => {
            if (!stop.signal.aborted) setState(before => ({ ...(before.key === key ? before : {}), problem, key }))
        })
        return () => stop.abort()
    }, [name, key, turn, when])
    useEffect(() => {
        let left = 0
        const seen = () => {
            if (document.visibilityState === 'hidden') left = Date.now()
            else if (left && Date.now() - left > 30_000) setTurn(n => n + 1)
        }
        document.addEventListener('visibilitychange', seen)
        return () => document.removeEventListener('visibilitychange', seen)
    }, [])
    useEffect(() => { // what others change shows by itself: of one thing when it is that thing or a total may have moved, of a report now and then
        if (!when) return
        let timer: ReturnType<typeof setTimeout> | undefined, done = Date.now()
        const rest = name.startsWith('report_') ? 10_000 : 3000
        const stop = hear(() => { timer ??= setTimeout(() => { timer = undefined; done = Date.now(); if (document.visibilityState === 'visible') setTurn(n => n + 1) }, Math.max(300, rest - (Date.now() - done))) })
        return () => { stop(); clearTimeout(timer) }
    }, [name, when])
    const current = state.key === key
    const reload = useCallback(() => setTurn(n => n + 1), [])
    return { data: current ? state.data : undefined, problem: current ? state.problem : undefined, loading: when && !current, reload, set: data => setState({ data, key }) }
}
/** Shows what was read, or that it is on its way, or why not. */
export function Shown<T>({ of, children, page }: { of: Loaded<T>; children: (data: T) => ReactNode; /** It is a whole page: what is missing has a heading and a way on too. */ page?: boolean }) {
    const { t } = useWords()
    if (of.data !== undefined) return <>{children(of.data)}</>
    if (of.problem && page) return <Page title={of.problem instanceof Problem && of.problem.status === 404 ? t('nowhere') : t('not_read')}><ProblemBox problem={of.problem} again={of.reload} /></Page>
    if (of.problem) return <ProblemBox problem={of.problem} again={of.reload} />
    return <Loading />
}
/** Does something once at a time and keeps why it was refused. */
export function useAction(): { busy: boolean; problem: unknown; run: (what: () => Promise<void>) => Promise<boolean>; clear: () => void } {
    const [busy, setBusy] = useState(false)
    const [problem, setProblem] = useState<unknown>()
    const going = useRef(false)
    const run = useCallback(async (what: () => Promise<void>) => {
        if (going.current) return false
        going.current = true
        setBusy(true)
        setProblem(undefined)
        try {
            await what()
            return true
        } catch (refused) {
            setProblem(refused)
            return false
        } finally {
            going.current = false
            setBusy(false)
        }
    }, [])
    return { busy, problem, run, clear: () => setProblem(undefined) }
}

/* ---- Dialogs and notes ---- */
export function Dialog({ title, children, close }: { title: string; children: ReactNode; close: () => void }) {
    const element = useRef<HTMLDialogElement>(null), id = useId(), { t } = useWords()
    useEffect(() => {
        const dialog = element.current
        if (dialog && !dialog.open) {
            dialog.showModal() // which gives the focus to the cross; who opened this by a key goes on typing
            dialog.querySelector<HTMLElement>('form :is(textarea, select, input:not([type=radio], [type=checkbox], [type=file], [type=hidden])):enabled')?.focus()
        }
        return () => dialog?.close()
    }, [])
    return <dialog ref={element} className="dialog" aria-labelledby={id} onCancel={event => { event.preventDefault(); close() }}>
        <div className="dialog-head"><h2 id={id}>{title}</h2><button type="button" className="icon-button" aria-label={t('close')} onClick={close}><Icon name="close" /></button></div>
        {children}
    </dialog>
}
type Note = { id: number; text: string; undo?: () => void }
let tell: (text: string, undo?: () => void) => void = () => undefined
/** A short note that something was done; read out, gone by itself. */
export function note(text: string, undo?: () => void): void { tell(text, undo) }
export function Notes() {
    const [notes, setNotes] = useState<Note[]>([]), { t } = useWords()
    useEffect(() => {
        tell = (text, undo) => {
            const id = Date.now() + Math.random()
            setNotes(before => [...before.slice(-2), { id, text, undo }])
            setTimeout(() => setNotes(before => before.filter(n => n.id !== id)), undo ? 9000 : 5000)
        }
        return () => { tell = () => undefined }
    }, [])
    return <div className="notes" role="status" aria-live="polite">{notes.map(n => <div className="toast" key={n.id}><Icon name="check" /><span>{n.text}</span>
        {n.undo && <button type="button" className="link" onClick={() => { n.undo?.(); setNotes(before => before.filter(m => m.id !== n.id)) }}>{t('undo')}</button>}</div>)}</div>
}
/** Keys of a page, while nobody is typing. */
export function useKeys(keys: Record<string, (() => void) | undefined>): void {
    const kept = useRef(keys)
    kept.current = keys
    useEffect(() => {
        const pressed = (event: KeyboardEvent) => {
            const target = event.target as HTMLElement
            if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable || document.querySelector('dialog[open]')) return
            if (event.key === 'Enter' && /^(BUTTON|A)$/.test(target.tagName)) return
            const act = kept.current[event.key]
            if (!act) return
            event.preventDefault()
            act()
        }
        addEventListener('keydown', pressed)
        return () => removeEventListener('keydown', pressed)
    }, [])
}
