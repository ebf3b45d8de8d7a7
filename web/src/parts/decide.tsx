/** A bank line decided by a person: open items it pays, what is given up, what goes to the ledger, and what stays on account of a party. */
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import type { Schemas } from '../api/schema'
import { digitsOf, minorToText as asText, textToMinor as asMinor } from '../amount'
import { useWords } from '../text/text'
import { Amount, Button, Dialog, ProblemBox, useAction } from './basics'
import { AmountInput, Combo, finders, Row, TextField } from './form'

interface Line { id: number; amount: string; currency: string; party_id?: number; name?: string }
const kinds = ['', 'discount', 'discount_late', 'deduction', 'charge', 'rounding', 'write_off', 'surcharge', 'instalment', 'short', 'typo', 'net_of_vat', 'contra'], keeps = ['instalment', 'short', 'typo', 'net_of_vat', 'contra']
export function Decide({ line, close, done, asked }: { line: Line; close: () => void; done: (decision: number) => void; asked?: () => void }) {
    const { t, word, date, amount } = useWords(), { busy, problem, run } = useAction()
    const [party, setParty] = useState(line.party_id), [name, setName] = useState<string>(), [items, setItems] = useState<Schemas['open_item'][]>([]), [shares, setShares] = useState<Record<number, string>>({}), [parts, setParts] = useState<Record<number, string>>({}), [kind, setKind] = useState(''), [given, setGiven] = useState(''), [bookings, setBookings] = useState([{ account: '', amount: '' }]), [noteText, setNote] = useState('')
    useEffect(() => {
        setItems([]) // nobody ticks what the one before owes
        if (!party) return
        let live = true
        call('item_list', { party_id: party, 'rest.ne': '0', sort: 'due_on', limit: 500 }).then(r => { if (live) setItems(r.items) }, () => undefined)
        call('party_show', { id: party }).then(p => { if (live) setName(p.party.name) }, () => undefined)
        return () => { live = false }
    }, [party])
    const foreign = (id: number) => items.find(i => i.id === id)?.currency !== line.currency
    const digits = digitsOf(line.currency), textToMinor = (text: string) => asMinor(text, digits), minorToText = (minor: bigint) => asText(minor, digits)
    const gives = kind && !keeps.includes(kind) && given ? textToMinor(given) : 0n
    const rest = useMemo(() => textToMinor(line.amount) + gives - Object.entries(shares).reduce((sum, [id, s]) => sum + textToMinor(items.find(i => i.id === Number(id))?.currency === line.currency ? s : parts[Number(id)] || '0'), 0n) - bookings.reduce((sum, b) => sum + (b.account ? textToMinor(b.amount) : 0n), 0n), [line.amount, line.currency, items, shares, parts, bookings, gives])
    const over = rest !== 0n && rest < 0n !== line.amount.startsWith('-') && !Object.keys(shares).some(id => foreign(Number(id)) && !parts[Number(id)])
    const takes = () => ({ line_id: line.id, shares: Object.entries(shares).filter(([, s]) => s).map(([id, s]) => ({ item_id: Number(id), amount: s, ...(foreign(Number(id)) && parts[Number(id)] ? { line_amount: parts[Number(id)]! } : {}) })), differences: kind && given ? [{ kind, amount: given }] : [], bookings: bookings.filter(b => b.account && b.amount).map(b => ({ account: b.account, amount: b.amount })), ...(party ? { party_id: party } : {}), ...(noteText ? { note: noteText } : {}) })
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { done((await call('cash_decide', takes())).id) }) }
    const ask = () => void run(async () => { await call('cash_request', takes()); asked?.() })
    return <Dialog title={t('decide_title')} close={close}><form onSubmit={send} noValidate>
        <p className="spread"><span>{line.name}</span><strong><Amount value={line.amount} currency={line.currency} /></strong></p>
        <ProblemBox problem={problem} />
        {problem instanceof Problem && problem.code === 'cash.over_limit' && asked && <p className="form-end"><Button look="main" busy={busy} onClick={ask}>{t('ask_approval')}</Button></p>}
        <Row label={t('f_party')}>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label); setShares({}) }} />}</Row>
        {items.length > 0 && <fieldset><legend>{t('which_items')}</legend><ul className="lines-list">{items.map(i => <li key={i.id} className="spread"><label className="check"><input type="checkbox" checked={i.id in shares} onChange={e => setShares(now => { const next = { ...now }; if (e.target.checked) next[i.id] = i.rest; else delete next[i.id]; return next })} /> {i.reference} · {date(i.due_on)}</label>{i.id in shares ? <span><AmountInput digits={digitsOf(i.currency)} aria-label={t('amount_of', { what: i.reference })} value={shares[i.id]!} onChange={v => setShares({ ...shares, [i.id]: v })} />{i.currency !== line.currency && <> {i.currency} <AmountInput digits={digits} aria-label={t('line_part', { currency: line.currency }) + ' ' + i.reference} placeholder={line.currency} value={parts[i.id] ?? ''} onChange={v => setParts({ ...parts, [i.id]: v })} /></>}</span> : <Amount value={i.rest} currency={i.currency} />}</li>)}</ul></fieldset>}
        <div className="fields"><Row label={t('difference_kind')}>{ids => <select {...ids} value={kind} onChange={e => { setKind(e.target.value); if (e.target.value && !given && rest < 0n) setGiven(minorToText(-rest)) }}>{kinds.map(k => <option key={k} value={k}>{k ? word('difference', k) : '–'}</option>)}</select>}</Row>
            {kind && <Row label={t('given_up')}>{ids => <AmountInput {...ids} digits={digits} value={given} onChange={setGiven} />}</Row>}</div>
        {bookings.map((b, n) => <div key={n} className="fields"><Row label={n ? t('account_n', { n: n + 1 }) : t('to_account')}>{ids => <Combo {...ids} find={finders.account!} value={undefined} label={b.account} onChange={(_, o) => { const number = o?.label.split(' ')[0] ?? ''; setBookings(bookings.map((x, k) => k === n ? { account: number, amount: x.amount || (number ? minorToText(rest) : '') } : x)) }} />}</Row>
            {b.account && <Row label={n ? t('booking_n', { n: n + 1 }) : word('f', 'amount')}>{ids => <AmountInput {...ids} digits={digits} value={b.amount} onChange={v => setBookings(bookings.map((x, k) => k === n ? { ...x, amount: v } : x))} />}</Row>}</div>)}
        {bookings[bookings.length - 1]!.account && <Button look="quiet" icon="plus" onClick={() => setBookings([...bookings, { account: '', amount: '' }])}>{t('add_booking')}</Button>}
        <TextField label={word('f', 'note')} value={noteText} onChange={setNote} />
        <p role="status" className={rest === 0n ? 'faint' : party && !over ? 'faint' : 'why'}>{rest === 0n ? t('adds_up') : over ? t('more_than_line', { what: amount(minorToText(rest < 0n ? -rest : rest), line.currency) }) : party ? t('rest_on_account', { what: amount(minorToText(rest), line.currency) }) : t('rest_left', { what: amount(minorToText(rest), line.currency) })}</p>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('decide')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}
