/** What a clerk does with a bank line besides accepting it: on account, give back, ask, not ours, many at once. */
import { useEffect, useState, type FormEvent } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useWords } from '../text/text'
import { Amount, Button, Dialog, Loading, ProblemBox, useAction } from './basics'
import { Combo, finders, Row, TextField } from './form'

export interface DeskLine { id: number; amount: string; currency: string; party_id?: number; name?: string }
function useParty(id: number | undefined) {
    const [name, setName] = useState<string>()
    useEffect(() => { let live = true; if (id) call('party_show', { id }).then(p => { if (live) setName(p.party.name) }, () => undefined); return () => { live = false } }, [id])
    return [name, setName] as const
}
function Head({ line }: { line: DeskLine }) { return <p className="spread"><span>{line.name}</span><strong><Amount value={line.amount} currency={line.currency} /></strong></p> }
interface Doing { line: DeskLine; close: () => void; done: (decision: number) => void }

export function OnAccount({ line, close, done }: Doing) {
    const { t, word } = useWords(), { busy, problem, run } = useAction(), [party, setParty] = useState(line.party_id), [name, setName] = useParty(line.party_id), [why, setWhy] = useState('')
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { const d = await call('cash_decide', { line_id: line.id, shares: [], differences: [], bookings: [], ...(party ? { party_id: party } : {}), ...(why ? { note: why } : {}) }); done(d.id) }) }
    return <Dialog title={t('on_account_title')} close={close}><form onSubmit={send} noValidate><Head line={line} /><ProblemBox problem={problem} /><p className="faint">{t('on_account_text')}</p>
        <Row label={t('f_party')} required>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label) }} />}</Row>
        <TextField label={word('f', 'note')} value={why} onChange={setWhy} />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('on_account')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

export function Refund({ line, close, done }: Doing) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [party, setParty] = useState(line.party_id), [name, setName] = useParty(line.party_id), [why, setWhy] = useState('')
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { const d = await call('cash_refund', { line_id: line.id, party_id: party ?? 0, reason: why }); done(d.id) }) }
    return <Dialog title={t('refund_title')} close={close}><form onSubmit={send} noValidate><Head line={line} /><ProblemBox problem={problem} /><p className="faint">{t('refund_text')}</p>
        <Row label={t('f_party')} required>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label) }} />}</Row>
        <TextField label={t('why')} value={why} onChange={setWhy} required />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('refund')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

export function NotOurs({ line, close, done }: Doing) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [way, setWay] = useState<'keep' | 'send_back'>('keep'), [account, setAccount] = useState(''), [party, setParty] = useState(line.party_id), [name, setName] = useParty(line.party_id), [why, setWhy] = useState('')
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { const d = await call('cash_not_ours', { line_id: line.id, way, reason: why, ...(way === 'keep' && account ? { account } : {}), ...(way === 'send_back' && party ? { party_id: party } : {}) }); done(d.id) }) }
    return <Dialog title={t('not_ours_title')} close={close}><form onSubmit={send} noValidate><Head line={line} /><ProblemBox problem={problem} />
        <fieldset><legend>{t('what_to_do')}</legend>{(['keep', 'send_back'] as const).map(w => <label key={w} className="check"><input type="radio" name="way" checked={way === w} onChange={() => setWay(w)} /> {t(w === 'keep' ? 'not_ours_keep' : 'not_ours_back')}</label>)}</fieldset>
        {way === 'keep' ? <Row label={t('not_ours_account')}>{ids => <Combo {...ids} find={finders.account!} value={undefined} label={account} onChange={(_, o) => setAccount(o?.label.split(' ')[0] ?? '')} />}</Row>
            : <Row label={t('f_party')} required>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label) }} />}</Row>}
        <TextField label={t('why')} value={why} onChange={setWhy} required />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('not_ours')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

export function Ask({ line, close, done }: { line: DeskLine; close: () => void; done: (back: string) => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [party, setParty] = useState(line.party_id), [name, setName] = useParty(line.party_id), [to, setTo] = useState(''), [text, setText] = useState(''), [days, setDays] = useState('')
    useEffect(() => {
        let live = true
        if (party) call('cash_question', { line_id: line.id, party_id: party }).then(d => { if (live) { setTo(d.to ?? ''); setText(d.text) } }, () => undefined)
        return () => { live = false }
    }, [party, line.id])
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { const q = await call('cash_ask', { line_id: line.id, party_id: party ?? 0, ...(to ? { to } : {}), ...(text ? { text } : {}), ...(Number(days) > 0 ? { days: Number(days) } : {}) }); done(q.return_on) }) }
    return <Dialog title={t('ask_customer')} close={close}><form onSubmit={send} noValidate><Head line={line} /><ProblemBox problem={problem} />
        <Row label={t('f_party')} required>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label) }} />}</Row>
        <div className="fields"><TextField label={t('ask_to')} value={to} onChange={setTo} type="email" /><TextField label={t('ask_days')} value={days} onChange={setDays} inputMode="numeric" /></div>
        <Row label={t('ask_text')} wide>{ids => <textarea {...ids} rows={12} value={text} maxLength={4000} onChange={e => setText(e.target.value)} />}</Row>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('ask_send')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

export function Answer({ question, version, close, done }: { question: number; version: number; close: () => void; done: () => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [answer, setAnswer] = useState('')
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { await call('cash_answer', { id: question, answer, version }); done() }) }
    return <Dialog title={t('answer_note')} close={close}><form onSubmit={send} noValidate><ProblemBox problem={problem} /><TextField label={t('desk_answer')} value={answer} onChange={setAnswer} area wide required maxLength={4000} />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('answer_note')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

type Shown = Schemas['bulk_shown']
/** First what it will do, each line and the sums; then just that, in one go. */
export function Bulk({ lines, close, done }: { lines: number[]; close: () => void; done: (shown: Shown) => void }) {
    const { t, word, date, amount } = useWords(), { busy, problem, run } = useAction(), [shown, setShown] = useState<Shown>(), [refused, setRefused] = useState<unknown>()
    const key = lines.join(' ')
    useEffect(() => { let live = true; call('cash_preview', { lines: key.split(' ').map(id => ({ line_id: Number(id) })) }).then(s => { if (live) setShown(s) }, p => { if (live) setRefused(p) }); return () => { live = false } }, [key])
    const book = () => void run(async () => { done(await call('cash_bulk', { lines: lines.map(id => ({ line_id: id })), hash: shown?.hash ?? '' })) })
    return <Dialog title={t('bulk_title')} close={close}><ProblemBox problem={problem ?? refused} />
        {!shown ? !refused && <Loading /> : <><p><strong>{t('bulk_sum', { count: shown.count, what: shown.sums.map(s => amount(s.amount, s.currency)).join(' + ') || '–' })}</strong>{shown.refused_count > 0 && <> · <span className="why">{t('desk_bulk_refused', { count: shown.refused_count })}</span></>}</p>
            <ul className="lines-list hits">{shown.lines.map((r, i) => <li key={r.id + '-' + i}><div className="spread"><span>{r.name ?? date(r.booked_on ?? '')} {r.category && <span className="faint">{word('category', r.category)}{r.party_name && ': ' + r.party_name} · {r.booked_to ?? t('bulk_items', { count: r.item_count ?? 0 })} · {Math.min(99, Math.floor((r.probability_ppm ?? 0) / 10_000))} %</span>}</span><Amount value={r.amount} currency={r.currency} /></div>{!r.is_possible && <p className="why">{r.text}</p>}</li>)}</ul>
            <div className="form-end"><Button look="main" icon="check" busy={busy} disabled={!shown.count} onClick={book}>{t('bulk_do', { count: shown.count })}</Button><Button onClick={close}>{t('cancel')}</Button></div></>}
    </Dialog>
}
