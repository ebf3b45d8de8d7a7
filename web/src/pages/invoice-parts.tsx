/** Sending an invoice with its mail in sight, and crediting it in whole or by line. */
import { useEffect, useState, type FormEvent } from 'react'
import { call } from '../api/client'
import type { Operations, Schemas } from '../api/schema'
import { parseAmount } from '../amount'
import { Button, Dialog, Loading, ProblemBox, useAction, useRead } from '../parts/basics'
import { Row, TextField } from '../parts/form'
import { useWords } from '../text/text'

type Way = Schemas['invoice_mail']['by']
const ways: Way[] = ['mail_hybrid', 'mail_pdf', 'mail_ubl', 'letter']
export function Send({ invoice, close, done }: { invoice: Schemas['invoice']; close: () => void; done: () => void }) {
    const { t, word } = useWords(), { busy, problem, run } = useAction(), [by, setBy] = useState<Way>(), read = useRead('invoice_mail', { id: invoice.id, ...(by ? { by } : {}) }), [to, setTo] = useState<string>(), [title, setTitle] = useState<string>(), [text, setText] = useState<string>()
    const mail = read.data, way = by ?? mail?.by, post = way?.startsWith('mail')
    useEffect(() => setTo(undefined), [by])
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => {
            await call('invoice_send', { id: invoice.id, ...(way ? { by: way } : {}), ...(to !== undefined && to !== mail?.to && to ? { to } : {}), ...(post && title !== undefined && title !== mail?.title ? { title } : {}), ...(post && text !== undefined && text !== mail?.text ? { text } : {}) })
            done()
        })
    }
    return <Dialog title={t('send')} close={close}><form onSubmit={send} noValidate>
        <ProblemBox problem={problem ?? read.problem} />
        <Row label={word('f', 'by')}>{ids => <select {...ids} value={way ?? ''} onChange={e => setBy(e.target.value as Way)}>{ways.map(w => <option key={w} value={w}>{word('by', w)}</option>)}</select>}</Row>
        {!mail ? <Loading /> : <><TextField label={t('send_to')} value={to ?? mail.to ?? ''} onChange={setTo} type={post ? 'email' : 'text'} required wide />
            {post && <><TextField label={t('mail_subject')} value={title ?? mail.title} onChange={setTitle} maxLength={300} wide /><Row label={t('mail_text')} wide help={t('mail_language', { what: word('language', mail.language) })}>{ids => <textarea {...ids} rows={11} lang={mail.language} value={text ?? mail.text} onChange={e => setText(e.target.value)} />}</Row></>}
            {mail.documents.length > 0 && <p className="faint">{t('goes_with_it')}: {mail.documents.map(d => d.file_name).join(', ')}</p>}</>}
        <div className="form-end"><Button look="main" type="submit" busy={busy} disabled={!mail}>{t('send')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}

export function Credit({ id, lines, close, done }: { id: number; lines: Schemas['invoice_line'][]; close: () => void; done: (shown: Schemas['invoice_shown']) => void }) {
    const { t, decimal, amount } = useWords(), { busy, problem, run } = useAction(), [some, setSome] = useState(false), [chosen, setChosen] = useState<Record<number, string>>({}), [reason, setReason] = useState('')
    const send = (event: FormEvent) => {
        event.preventDefault()
        const picked = Object.entries(chosen).map(([no, quantity]) => ({ line_no: Number(no), ...(quantity ? { quantity: quantity.includes(',') ? parseAmount(quantity, 4) ?? quantity : quantity } : {}) }))
        void run(async () => { done(await call('invoice_credit', { id, reason, ...(some ? { lines: picked } : {}) } as Operations['invoice_credit']['takes'])) })
    }
    return <Dialog title={t('credit_it')} close={close}><form onSubmit={send} noValidate><ProblemBox problem={problem} />
        <fieldset><legend>{t('credit_what')}</legend><div className="stack"><label className="check-line"><input type="radio" name="what" checked={!some} onChange={() => setSome(false)} /> {t('credit_all')}</label><label className="check-line"><input type="radio" name="what" checked={some} onChange={() => setSome(true)} /> {t('credit_some')}</label></div></fieldset>
        {some && <ul className="lines-list">{lines.map(l => <li key={l.line_no} className="spread"><label className="check-line"><input type="checkbox" checked={l.line_no in chosen} onChange={e => setChosen(before => { const now = { ...before }; if (e.target.checked) now[l.line_no] = ''; else delete now[l.line_no]; return now })} /> {l.description} <span className="faint">{decimal(l.quantity)} × {amount(l.price, undefined)}</span></label>
            {l.line_no in chosen && <input type="text" inputMode="decimal" className="amount-input narrow-input" aria-label={t('quantity_of', { what: l.line_no })} placeholder={decimal(l.quantity)} value={chosen[l.line_no]} onChange={e => setChosen({ ...chosen, [l.line_no]: e.target.value })} />}</li>)}</ul>}
        <TextField label={t('credit_reason')} value={reason} onChange={setReason} area wide required maxLength={1000} />
        <div className="form-end"><Button look="main" type="submit" busy={busy} disabled={some && !Object.keys(chosen).length}>{t('credit_it')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}
