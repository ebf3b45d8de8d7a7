import { useMemo, useState } from 'react'
import { address, call } from '../api/client'
import type { Schemas } from '../api/schema'
import { isZero } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { tones } from '../parts/list'
import { Preview, type Sheet } from '../parts/preview'
import { History } from '../parts/history'
import { because, useWords } from '../text/text'
import { Credit, Send } from './invoice-parts'

export default function Invoice({ id }: { id: number }) {
    const words = useWords(), { t, word, date, instant, decimal } = words, { can } = useSession(), { go } = useRouter(), read = useRead('invoice_show', { id }), { busy, problem, run } = useAction(), [asking, setAsking] = useState<'finalise' | 'send' | 'credit'>()
    const draft = read.data?.invoice.state === 'draft'
    const sheets = useMemo<Sheet[]>(() => [{ key: draft ? 'p' : 'f', label: draft ? t('preview') : 'PDF', kind: 'file', load: async () => new Blob([await (draft ? call('invoice_preview', { id }) : call('invoice_file', { id, kind: 'pdf' }))], { type: 'application/pdf' }), download: draft ? undefined : address('invoice_file', { id, kind: 'pdf' }) }], [id, draft, t])
    return <Shown of={read} page>{({ invoice: i, lines, documents, messages, settlements, credits }) => <Page title={i.number ?? t('draft_of', { what: i.customer_name ?? '' })} back={<Link to="/invoices">{t('nav_invoices')}</Link>} note={<>{i.kind === 'credit_note' && <Badge>{word('kind', 'credit_note')}</Badge>} <Badge tone={tones[i.state]}>{word('state', i.state)}</Badge> {i.payment && <Badge tone={tones[i.payment]}>{word('payment', i.payment)}</Badge>}</>}
        actions={<>{draft && can('invoice_finalise') && <Button look="main" icon="check" onClick={() => setAsking('finalise')}>{t('finalise')}</Button>}{draft && can('invoice_change') && <Link className="button" to={'/invoices/' + id + '/change'}>{t('change')}</Link>}{draft && can('invoice_remove') && <Button look="danger" busy={busy} onClick={() => { void run(async () => { await call('invoice_remove', { id, version: i.version }); note(t('removed')); go('/invoices') }) }}>{t('remove')}</Button>}
            {!draft && can('invoice_send') && <Button look={i.sent ? 'plain' : 'main'} onClick={() => setAsking('send')}>{i.sent ? t('send_again') : t('send')}</Button>}{can('invoice_copy') && <Button busy={busy} onClick={() => { void run(async () => { const copy = await call('invoice_copy', { id }); note(t('copied')); go('/invoices/' + copy.invoice.id + '/change') }) }}>{t('copy')}</Button>}{!draft && i.kind === 'invoice' && can('invoice_credit') && <Button onClick={() => setAsking('credit')}>{t('credit_it')}</Button>}</>}>
        <ProblemBox problem={problem} />
        <Life i={i} />
        <div className="two"><div>
            <Card title={t('data')}><Facts rows={[[word('f', 'total'), <strong className="big"><Amount value={i.total} currency={i.currency} /></strong>], [word('f', 'open'), i.open && !isZero(i.open) && <Amount value={i.open} currency={i.currency} />], [t('customer'), <Link to={'/parties/' + i.party_id}>{i.customer_name}</Link>], [word('f', 'issued_on'), date(i.issued_on)], [word('f', 'due_on'), date(i.due_on)], [word('f', 'net'), <Amount value={i.net} currency={i.currency} />], [word('f', 'vat'), <Amount value={i.vat} currency={i.currency} />], [word('f', 'order_reference'), i.order_reference], [word('f', 'buyer_reference'), i.buyer_reference], [word('f', 'payment_reference'), i.payment_reference && <span className="mono">{i.payment_reference}</span>], [word('f', 'note'), i.note], [t('credits_what'), i.credits_id && <Link to={'/invoices/' + i.credits_id}>{word('kind', 'invoice')}</Link>]]} /></Card>
            <Card title={t('lines')}><ul className="lines-list">{lines.map(l => <li key={l.line_no} className="spread"><span>{l.description}<br /><span className="faint">{l.part !== 'line' ? (l.percent && l.base ? t('percent_of', { percent: decimal(l.percent), what: decimal(l.base) }) + (l.reason_code ? ' · ' : '') : '') + (l.reason_code ? word(l.part === 'charge' ? 'charge_code' : 'allowance_code', l.reason_code) : '') : `${decimal(l.quantity)} × ${decimal(l.price)}`}{l.discount_percent && !isZero(l.discount_percent) ? ` − ${decimal(l.discount_percent)} %` : ''} · {word('f', 'vat')} {decimal(l.vat_rate)} %</span></span><Amount value={l.net} currency={i.currency} /></li>)}</ul></Card>
            {!draft && <Card title={t('paid_by')}>{settlements.length === 0 ? <p className="faint">{t('nothing_paid')}</p> : <ul className="lines-list">{settlements.map(s => <li key={s.id} className="spread"><Link to={'/items/' + s.item_id}>{date(s.effective_on)} · {because(words, s.reason)}</Link><Amount value={s.amount} currency={i.currency} /></li>)}</ul>}</Card>}
            {credits.length > 0 && <Card title={t('credit_notes')}><ul className="lines-list">{credits.map(c => <li key={c.id} className="spread"><Link to={'/invoices/' + c.id}>{c.number}</Link><Amount value={c.total} currency={c.currency} /></li>)}</ul></Card>}
            {!draft && <Card title={t('messages')}>{messages.length === 0 ? <p className="faint">{t('never_sent')}</p> : <ul className="lines-list">{messages.map(m => <li key={m.id} className="spread"><span>{m.recipient ?? word('kind', m.channel)} <span className="faint">{instant(m.created_at)} {m.last_error}</span></span><Badge tone={tones[m.state]}>{word('sent', m.state)}</Badge></li>)}</ul>}</Card>}
            {documents.length > 0 && <Card title={t('documents')}><ul className="lines-list">{documents.map(d => <li key={d.document_id}><a href={address('invoice_file', { id, kind: d.kind })} download>{d.file_name}</a></li>)}</ul></Card>}
            <History kind="invoice" id={id} turn={i.version} />
        </div><Preview key={i.version + i.state} sheets={sheets} title={t('preview')} /></div>
        {asking === 'finalise' && <Dialog title={t('finalise')} close={() => setAsking(undefined)}><p>{t('finalise_text')}</p><ProblemBox problem={problem} /><div className="form-end"><Button look="main" busy={busy} onClick={() => { void run(async () => { const shown = await call('invoice_finalise', { id, version: i.version }); setAsking(undefined); note(t('finalised', { what: shown.invoice.number ?? '' })); read.set(shown) }) }}>{t('finalise')}</Button><Button onClick={() => setAsking(undefined)}>{t('cancel')}</Button></div></Dialog>}
        {asking === 'send' && <Send invoice={i} close={() => setAsking(undefined)} done={() => { setAsking(undefined); note(t('sent_to')); read.reload() }} />}
        {asking === 'credit' && <Credit id={id} lines={lines} close={() => setAsking(undefined)} done={shown => { setAsking(undefined); note(t('credited')); go('/invoices/' + shown.invoice.id) }} />}
    </Page>}</Shown>
}

/** Where it is on its way: written, final, sent, arrived, due, paid. */
function Life({ i }: { i: Schemas['invoice'] }) {
    const { t, word, date, instant } = useWords(), draft = i.state === 'draft', paid = i.payment === 'paid', late = i.payment === 'overdue', lost = i.sent === 'failed' || i.sent === 'bounced'
    const steps: [string, string | undefined, 'done' | 'now' | 'bad' | ''][] = [
        [t('life_written'), instant(i.created_at), 'done'],
        [t('life_final'), i.finalised_at && instant(i.finalised_at), draft ? 'now' : 'done'],
        [t('life_sent'), i.sent ? word('sent', i.sent) : '', lost ? 'bad' : i.sent ? 'done' : draft ? '' : 'now'],
        [t('life_due'), i.due_on && date(i.due_on), late ? 'bad' : paid ? 'done' : draft ? '' : 'now'],
        [t('life_paid'), i.payment ? word('payment', i.payment) : '', paid ? 'done' : i.payment === 'partly_paid' ? 'now' : ''],
    ]
    return <ol className="steps-line plain">{(i.kind === 'credit_note' ? steps.slice(0, 3) : steps).map(([name, what, state]) => <li key={name} className={state}><strong>{name}</strong>{what}</li>)}</ol>
}
