/** A bank line decided by a person: open items it pays, what goes to the ledger, and what stays on account of a party. */
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { minorToText, textToMinor } from '../amount'
import { useWords } from '../text/text'
import { Amount, Button, Dialog, ProblemBox, useAction } from './basics'
import { AmountInput, Combo, finders, Row, TextField } from './form'

interface Line { id: number; amount: string; currency: string; party_id?: number; name?: string }
export function Decide({ line, close, done }: { line: Line; close: () => void; done: (decision: number) => void }) {
    const { t, word, date } = useWords(), { busy, problem, run } = useAction()
    const [party, setParty] = useState(line.party_id), [name, setName] = useState<string>(), [items, setItems] = useState<Schemas['open_item'][]>([]), [shares, setShares] = useState<Record<number, string>>({}), [account, setAccount] = useState(''), [booking, setBooking] = useState(''), [noteText, setNote] = useState('')
    useEffect(() => {
        if (!party) { setItems([]); return }
        let live = true
        call('item_list', { party_id: party, 'rest.ne': '0', currency: line.currency, sort: 'due_on', limit: 100 }).then(r => { if (live) setItems(r.items) }, () => undefined)
        call('party_show', { id: party }).then(p => { if (live) setName(p.party.name) }, () => undefined)
        return () => { live = false }
    }, [party, line.currency])
    const rest = useMemo(() => textToMinor(line.amount) - Object.values(shares).reduce((sum, s) => sum + textToMinor(s), 0n) - (account ? textToMinor(booking) : 0n), [line.amount, shares, account, booking])
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => {
            const decision = await call('cash_decide', { line_id: line.id, shares: Object.entries(shares).filter(([, s]) => s).map(([id, s]) => ({ item_id: Number(id), amount_minor: Number(textToMinor(s)) })), differences: [], bookings: account ? [{ account, amount_minor: Number(textToMinor(booking)) }] : [], ...(party ? { party_id: party } : {}), ...(noteText ? { note: noteText } : {}) })
            done(decision.id)
        })
    }
    return <Dialog title={t('decide_title')} close={close}><form onSubmit={send} noValidate>
        <p className="spread"><span>{line.name}</span><strong><Amount value={line.amount} currency={line.currency} /></strong></p>
        <ProblemBox problem={problem} />
        <Row label={t('f_party')}>{ids => <Combo {...ids} find={finders.party!} value={party} label={name} onChange={(id, o) => { setParty(id); setName(o?.label); setShares({}) }} />}</Row>
        {items.length > 0 && <fieldset><legend>{t('which_items')}</legend><ul className="lines-list">{items.map(i => <li key={i.id} className="spread"><label className="check"><input type="checkbox" checked={i.id in shares} onChange={e => setShares(now => { const next = { ...now }; if (e.target.checked) next[i.id] = i.rest; else delete next[i.id]; return next })} /> {i.reference} · {date(i.due_on)}</label>{i.id in shares ? <span><AmountInput aria-label={t('amount_of', { what: i.reference })} value={shares[i.id]!} onChange={v => setShares({ ...shares, [i.id]: v })} /></span> : <Amount value={i.rest} currency={i.currency} />}</li>)}</ul></fieldset>}
        <div className="fields"><Row label={t('to_account')}>{ids => <Combo {...ids} find={finders.account!} value={undefined} label={account} onChange={(_, o) => { const number = o?.label.split(' ')[0] ?? ''; setAccount(number); if (number && !booking) setBooking(minorToText(rest)) }} />}</Row>
            {account && <Row label={word('f', 'amount')}>{ids => <AmountInput {...ids} value={booking} onChange={setBooking} />}</Row>}</div>
        <TextField label={word('f', 'note')} value={noteText} onChange={setNote} />
        <p role="status" className={rest === 0n ? 'faint' : party ? 'faint' : 'why'}>{rest === 0n ? t('adds_up') : party ? t('rest_on_account', { what: minorToText(rest) }) : t('rest_left', { what: minorToText(rest) })}</p>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('decide')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}
