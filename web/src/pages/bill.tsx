/** One bill: the document beside its fields, what is wrong with it in words, coding, and the way to approval by keyboard. */
import { useRef, useState } from 'react'
import { address, call } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban, isZero } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, Icon, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { ApiForm, Combo, finders } from '../parts/form'
import { Keys } from '../parts/keys'
import { documentSheet, Preview, type Sheet } from '../parts/preview'
import { History } from '../parts/history'
import { useWords } from '../text/text'
import { Ask, Coding, Paying, Questions } from './bill-parts'

type BillShown = Schemas['bill_shown']
export default function Bill({ id }: { id: number }) {
    const read = useRead('bill_show', { id })
    return <Shown of={read} page>{shown => <Sheetful key={shown.bill.id} shown={shown} reload={read.reload} />}</Shown>
}

function Sheetful({ shown, reload }: { shown: BillShown; reload: () => void }) {
    const { t, word, date, instant, language } = useWords(), { can, me } = useSession(), { go } = useRouter(), { bill } = shown, { busy, problem, run } = useAction(), [asking, setAsking] = useState<'refuse' | 'reopen' | 'fatal' | 'ask' | { other: number }>(), code = useRef<HTMLFormElement>(null)
    const step = async (by: 1 | -1): Promise<void> => { // through the pile that waits for me, in its order
        const { items } = await call('bill_waiting', { limit: 200, sort: 'due_on' }), at = items.findIndex(w => w.id === bill.id), others = items.filter(w => w.id !== bill.id)
        const following = at < 0 ? (by > 0 ? others[0] : others[others.length - 1]) : items[at + by]
        if (following) go('/bills/' + following.id)
        else if (at >= 0 && others.length && by > 0) go('/bills/' + others[0]!.id)
        else { note(t('nothing_waits')); if (by > 0) go('/bills') }
    }
    const next = () => step(1)
    const act = (what: 'bill_submit' | 'bill_approve') => { if (!busy) void run(async () => { await call(what, { id: bill.id, version: bill.version }); note(t(what === 'bill_approve' ? 'bill_approved' : 'bill_submitted')); if (what === 'bill_approve') await next(); else reload() }) }
    const editable = bill.state === 'received' || bill.state === 'coded' || bill.state === 'submitted'
    const submit = editable && bill.state !== 'submitted' && can('bill_submit') ? () => act('bill_submit') : undefined
    const approve = bill.state === 'submitted' && can('bill_approve') ? () => act('bill_approve') : undefined
    const refuse = editable && can('bill_refuse') ? () => setAsking('refuse') : undefined
    const ask = editable && can('bill_ask') ? () => setAsking('ask') : undefined, edit = editable && can('bill_change') ? () => go('/bills/' + bill.id + '/change') : undefined
    const strokes = [{ key: 'a', text: t('approve'), act: approve }, { key: 's', text: t('submit'), act: submit }, { key: 'r', text: t('refuse'), act: refuse }, { key: 'q', text: t('ask'), act: ask }, { key: 'c', text: t('key_code'), act: editable && can('bill_code') ? () => code.current?.querySelector('input')?.focus() : undefined }, { key: 'e', text: t('change'), act: edit }, { key: 'h', text: t('hold'), act: bill.state === 'approved' ? () => document.querySelector<HTMLButtonElement>('button.hold')?.click() : undefined },
        { key: 'j', text: t('key_next_bill'), act: () => { void run(next) } }, { key: 'k', text: t('key_previous_bill'), act: () => { void run(() => step(-1)) } }]
    const sheets: Sheet[] = [{ key: 'html', label: t('readable'), kind: 'html', page: address('bill_preview', { id: bill.id, language }), load: () => call('bill_preview', { id: bill.id, language }) }]
    const unread = bill.syntax === 'file' && !bill.number && shown.lines.length === 0 // nothing is known of it yet: no zeros as if they were
    for (const d of shown.documents) { const sheet = documentSheet(d.id, d.file_name, d.media_type); if (sheet && (sheet.kind === 'file' || unread)) sheets.unshift(sheet) }
    if (unread && sheets.length > 1) sheets.pop()
    const fatal = shown.problems.filter(p => p.severity === 'fatal' && !p.released_at), rest = shown.problems.filter(p => !fatal.includes(p)), twins = shown.duplicates.filter(d => !d.released_at)
    const title = [shown.supplier ?? bill.seller_name ?? t('supplier_unknown'), bill.number ?? '#' + bill.receipt_number].join(' · ')
    return <Page title={title} back={<Link to="/bills">{t('nav_bills')}</Link>} note={<><Badge tone={bill.state === 'approved' ? 'good' : bill.state === 'refused' ? 'bad' : bill.state === 'submitted' ? 'warn' : 'info'}>{word('state', bill.state)}</Badge> {bill.kind === 'credit_note' && <Badge>{word('kind', 'credit_note')}</Badge>} {shown.documents.some(d => d.source === 'portal') && <Badge tone="info">{t('portal_from')}</Badge>} {t('receipt', { what: bill.receipt_number })}</>}
        actions={<>{approve && <Button look="main" icon="check" busy={busy} onClick={approve} keys="a">{t('approve')}</Button>}{submit && <Button look="main" busy={busy} onClick={submit} keys="s">{t('submit')}</Button>}{refuse && <Button look="danger" busy={busy} onClick={refuse} keys="r">{t('refuse')}</Button>}{(bill.state === 'approved' || bill.state === 'refused') && can('bill_reopen') && <Button icon="undo" onClick={() => setAsking('reopen')}>{t('reopen')}</Button>}{ask && <Button busy={busy} onClick={ask} keys="q">{t('ask')}</Button>}<Button look="quiet" onClick={() => { void run(next) }} keys="j">{t('next')}</Button></>}>
        <Keys strokes={strokes} />
        <ProblemBox problem={problem} />
        {bill.state === 'refused' && <p className="problem" role="status"><Icon name="info" /><span>{t('refused_because', { what: bill.refuse_reason ?? '' })}</span></p>}
        <div className="two"><div>
            {(fatal.length > 0 || twins.length > 0) && <div className="problem"><Icon name="warn" /><div className="stack"><ul>{fatal.map(p => <Trouble key={p.problem_no} p={p} />)}{twins.map(d => <li key={d.other_id}>{t('looks_like')} <Link to={'/bills/' + d.other_id}>{d.number ?? '#' + d.receipt_number}</Link> ({date(d.issued_on)}, <Amount value={d.payable} currency={d.currency} />) {can('bill_release_duplicate') && <button type="button" className="link" onClick={() => setAsking({ other: d.other_id })}>{t('is_different')}</button>}</li>)}</ul>{fatal.length > 0 && editable && can('bill_release_problem') && <Button onClick={() => setAsking('fatal')}>{t('release_problems')}</Button>}</div></div>}
            {rest.length > 0 && <details className="problem soft" open={unread}><summary>{t('remarks', { count: rest.length })}</summary><ul>{rest.map(p => <Trouble key={p.problem_no} p={p} />)}</ul></details>}
            <Questions shown={shown} reload={reload} />
            <Supplier shown={shown} editable={editable} reload={reload} />
            <Card title={t('data')} actions={editable && can('bill_change') && <Link className="button quiet" to={'/bills/' + bill.id + '/change'}>{t('change')}</Link>}><Facts rows={[
                [word('f', 'payable'), unread ? <span className="faint">{t('bill_not_read')}</span> : <strong className="big"><Amount value={bill.payable} currency={bill.currency} /></strong>], [word('f', 'open'), bill.state === 'approved' && <Amount value={shown.open} currency={bill.currency} />], [word('f', 'number'), bill.number], [word('f', 'issued_on'), date(bill.issued_on)], [word('f', 'due_on'), date(bill.due_on)],
                [word('f', 'net'), !unread && <Amount value={bill.net} currency={bill.currency} />], [word('f', 'vat'), !unread && <Amount value={bill.vat} currency={bill.currency} />], [word('f', 'total'), !unread && <Amount value={bill.total} currency={bill.currency} />], [word('f', 'prepaid'), isZero(bill.prepaid) ? '' : <Amount value={bill.prepaid} currency={bill.currency} />],
                ['IBAN', bill.iban && <><span className="mono iban">{formatIban(bill.iban)}</span> {shown.bank_state && <Badge tone={shown.bank_state === 'verified' ? 'good' : shown.bank_state === 'blocked' ? 'bad' : 'warn'}>{word('bank_state', shown.bank_state)}</Badge>}</>], [word('f', 'reference'), bill.reference], [word('f', 'order_reference'), bill.order_reference], [t('discount'), isZero(bill.discount ?? '') ? '' : <><Amount value={bill.discount} currency={bill.currency} /> {t('until_day', { what: date(bill.discount_on) })}</>],
                [t('entry'), bill.entry_id ? <Link to={'/ledger/entries/' + bill.entry_id}>{t('open_entry')}</Link> : ''], [word('f', 'notes'), bill.notes && <span className="text-block">{bill.notes}</span>]]} /></Card>
            <Paying shown={shown} />
            <Coding shown={shown} editable={editable && can('bill_code')} reload={reload} form={code} />
            <Card title={t('documents')}><ul className="lines-list">{shown.documents.map(d => <li key={d.id} className="spread"><a href={address('document_file', { id: d.id })} download>{d.file_name}</a><span className="faint mono">{d.hash.slice(0, 12)}…</span></li>)}</ul>{shown.documents.length === 0 && <p className="faint">{t('entered_by_hand')}</p>}</Card>
            <Card title={t('history')}><ul className="timeline">{shown.history.map(h => <li key={h.id}><strong>{word('event', h.event)}</strong> · {h.person ?? (h.user_id === me.person_id ? me.name : t('the_program'))}<br /><span className="faint">{instant(h.at)}{h.note && ' · ' + h.note}</span></li>)}</ul></Card>
            <History kind="bill" id={bill.id} turn={bill.version} />
        </div><Preview key={bill.version} sheets={sheets} title={t('document')} /></div>
        {asking === 'refuse' && <Dialog title={t('refuse')} close={() => setAsking(undefined)}><ApiForm name="bill_refuse" intro={<p className="faint">{t('portal_reads_reason')}</p>} fields={['reason']} fixed={{ id: bill.id, version: bill.version }} submit={t('refuse')} cancel={() => setAsking(undefined)} done={() => { note(t('bill_refused')); setAsking(undefined); reload() }} /></Dialog>}
        {asking === 'ask' && <Ask shown={shown} close={() => setAsking(undefined)} done={() => { setAsking(undefined); note(t('asked')); reload() }} />}
        {asking === 'reopen' && <Dialog title={t('reopen')} close={() => setAsking(undefined)}><ApiForm name="bill_reopen" fields={['on', 'reason']} fixed={{ id: bill.id, version: bill.version }} submit={t('reopen')} cancel={() => setAsking(undefined)} done={() => { note(t('bill_reopened')); setAsking(undefined); reload() }} /></Dialog>}
        {asking === 'fatal' && <Dialog title={t('release_problems')} close={() => setAsking(undefined)}><ApiForm name="bill_release_problem" fields={['reason']} fixed={{ id: bill.id }} intro={<p>{t('release_text')}</p>} submit={t('release')} cancel={() => setAsking(undefined)} done={() => { setAsking(undefined); reload() }} /></Dialog>}
        {typeof asking === 'object' && <Dialog title={t('is_different')} close={() => setAsking(undefined)}><ApiForm name="bill_release_duplicate" fields={['reason']} fixed={{ id: bill.id, other_id: asking.other }} submit={t('is_different')} cancel={() => setAsking(undefined)} done={() => { setAsking(undefined); reload() }} /></Dialog>}
    </Page>
}
function Trouble({ p }: { p: Schemas['bill_problem'] }) {
    const { language, t } = useWords()
    return <li>{language === 'nl' ? p.dutch : p.english} <span className="faint">{p.rule}{p.line ? ' · ' + t('line_of_file', { what: p.line }) : ''}{p.found && !/^\w+ = /.test(p.found) /* the sentence says those */ ? ' · “' + p.found.slice(0, 80) + '”' : ''}{p.release_reason ? ' · ' + t('released_because', { what: p.release_reason }) : ''}</span></li>
}

function Supplier({ shown, editable, reload }: { shown: BillShown; editable: boolean; reload: () => void }) {
    const { t, word } = useWords(), { can } = useSession(), { bill } = shown, { busy, problem, run } = useAction(), [other, setOther] = useState(false)
    const choose = (party: number | undefined) => { if (party) void run(async () => { await call('bill_supplier', { id: bill.id, party_id: party, version: bill.version }); note(t('supplier_set')); reload() }) }
    const may = editable && can('bill_supplier')
    if (bill.party_id && !other) return <Card title={t('supplier')} actions={may && <Button look="quiet" onClick={() => setOther(true)}>{t('another_supplier')}</Button>}><p><Link to={'/parties/' + bill.party_id}>{shown.supplier}</Link> {bill.supplier_basis && <span className="faint">{t('found_by', { what: word('basis', bill.supplier_basis) })}</span>}</p>{bill.payee_name && <p>{t('payee', { what: bill.payee_name })}</p>}</Card>
    return <Card title={t('supplier')}><div className="stack"><p>{bill.seller_name || bill.seller_kvk_number || bill.seller_vat_number ? <>{t('supplier_missing')} <strong>{bill.seller_name}</strong> {[bill.seller_kvk_number && 'KVK ' + bill.seller_kvk_number, bill.seller_vat_number].filter(Boolean).join(' · ')}</> : t('supplier_whose')}</p><ProblemBox problem={problem} />
        {may && <>{shown.candidates.map(c => <p key={c.party_id} className="spread"><span>{c.name} <span className="faint">{c.number} · {c.city} · {t('found_by', { what: word('basis', c.basis) })}</span></span><Button icon="check" busy={busy} onClick={() => choose(c.party_id)}>{t('this_one')}</Button></p>)}
            <Combo aria-label={t('supplier')} placeholder={t('search_supplier')} find={finders.supplier!} value={undefined} onChange={choose} />{can('party_add') && <p><Link to={'/parties/new?as=supplier&name=' + encodeURIComponent(bill.seller_name ?? '')}>{t('supplier_new')}</Link></p>}</>}
    </div></Card>
}

