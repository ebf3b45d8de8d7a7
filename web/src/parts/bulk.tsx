/** One act on many at once: first a look at what will go and what will not, with the sums; then one by one, each with what became of it. */
import { useEffect, useState } from 'react'
import { sumAmounts } from '../amount'
import { Problem } from '../api/client'
import { useWords } from '../text/text'
import { Amount, Badge, Button, Dialog, Loading, problemText } from './basics'

export interface Candidate { id: number; label: string; amount: string; currency: string; why: string[]; remarks?: string[]; go: () => Promise<unknown> }
type Fate = { state: 'goes' | 'done' } | { state: 'refused'; why: string }
export function Bulk({ title, act, ids, look, close }: { title: string; act: string; ids: number[]; look: (id: number) => Promise<Candidate>; close: (done: number) => void }) {
    const { t } = useWords(), [rows, setRows] = useState<Candidate[]>(), [fates, setFates] = useState<Record<number, Fate>>({}), [busy, setBusy] = useState(false), [problem, setProblem] = useState<unknown>()
    useEffect(() => {
        let live = true
        const found: Candidate[] = [], queue = [...ids]
        const lane = async () => { for (let id = queue.shift(); id !== undefined; id = queue.shift()) found.push(await look(id)) }
        Promise.all([lane(), lane(), lane(), lane()]).then(() => { if (live) setRows(ids.map(id => found.find(f => f.id === id)!).filter(Boolean)) }, (why: unknown) => { if (live) setProblem(why) })
        return () => { live = false }
    }, []) // eslint-disable-line
    const ready = (rows ?? []).filter(r => !r.why.length), currencies = [...new Set(ready.map(r => r.currency))], done = Object.values(fates).filter(f => f.state === 'done').length, over = ready.length > 0 && ready.every(r => fates[r.id] && fates[r.id]!.state !== 'goes')
    const run = async () => {
        setBusy(true)
        for (const row of ready.filter(r => fates[r.id]?.state !== 'done')) {
            setFates(before => ({ ...before, [row.id]: { state: 'goes' } }))
            try { await row.go(); setFates(before => ({ ...before, [row.id]: { state: 'done' } })) } catch (why) {
                if (why instanceof Problem && why.code === 'operation.step_up') { // who did not show it is not asked for each of them
                    setFates(before => Object.fromEntries(Object.entries(before).filter(([id]) => Number(id) !== row.id)))
                    break
                }
                setFates(before => ({ ...before, [row.id]: { state: 'refused', why: problemText(why, t) } }))
            }
        }
        setBusy(false)
    }
    return <Dialog title={title} close={() => close(done)}>
        {problem ? <p className="why" role="alert">{problemText(problem, t)}</p> : !rows ? <Loading /> : <div className="stack">
            <dl className="sums">{currencies.map(c => <div key={c} className="contents"><dt>{t('bulk_ready', { count: ready.filter(r => r.currency === c).length })}</dt><dd><Amount value={sumAmounts(ready.filter(r => r.currency === c).map(r => r.amount))} currency={c} /></dd></div>)}</dl>
            {rows.length > ready.length && <p className="why">{t('bulk_stays', { count: rows.length - ready.length })}</p>}
            <ul className="bulk-list" tabIndex={0} aria-label={title}>{[...rows.filter(r => r.why.length), ...ready].map(r => { const fate = fates[r.id]; return <li key={r.id}><div className="spread"><span>{r.label}</span><span><Amount value={r.amount} currency={r.currency} /> {fate ? <Badge tone={fate.state === 'done' ? 'good' : fate.state === 'refused' ? 'bad' : 'info'}>{t(fate.state === 'done' ? 'bulk_done' : fate.state === 'refused' ? 'bulk_refused' : 'file_goes')}</Badge> : r.why.length ? <Badge tone="bad">{t('bulk_not')}</Badge> : <Badge tone="good">{t('bulk_goes')}</Badge>}</span></div>
                {(r.why.length > 0 || r.remarks?.length || fate?.state === 'refused') && <ul>{r.why.map((w, i) => <li key={i} className="why">{w}</li>)}{r.remarks?.map((w, i) => <li key={'r' + i} className="faint">{w}</li>)}{fate?.state === 'refused' && <li className="why">{fate.why}</li>}</ul>}</li> })}</ul>
        </div>}
        <div className="form-end">{over ? <Button look="main" onClick={() => close(done)}>{t('close')}</Button> : <><Button look="main" icon="check" busy={busy} disabled={!ready.length} onClick={() => { void run() }}>{act + ' (' + ready.length + ')'}</Button><Button onClick={() => close(done)}>{t('cancel')}</Button></>}</div>
    </Dialog>
}
