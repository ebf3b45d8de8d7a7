import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, Icon, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { List, tones } from '../parts/list'
import { Habit } from '../parts/habit'
import { History, Past } from '../parts/history'
import { Portal } from '../parts/portal'
import { useWords } from '../text/text'

export default function Party({ id }: { id: number }) {
    const { t, word } = useWords(), { can } = useSession(), read = useRead('party_show', { id })
    return <Shown of={read} page>{({ party, contacts, banks }) => <Page title={party.name} back={<Link to="/parties">{t('nav_parties')}</Link>}
        note={<>{party.number} {party.is_customer && <Badge>{t('customer')}</Badge>} {party.is_supplier && <Badge>{t('supplier')}</Badge>} {party.is_blocked && <Badge tone="bad">{t('blocked')}: {party.block_reason}</Badge>}</>}
        actions={<>{party.is_customer && !party.is_blocked && can('invoice_draft') && <Link className="button" to={'/invoices/new?party=' + id}><Icon name="plus" /><span>{t('invoice_new')}</span></Link>}{can('party_merge') && !party.block_reason?.startsWith('= ') && <Link className="button" to={'/parties/' + id + '/merge'}>{t('merge')}</Link>}{can('party_change') && <Link className="button" to={'/parties/' + id + '/change'}>{t('change')}</Link>}</>}>
        <div className="grid">
            <Card title={t('data')}><Facts rows={[
                [word('f', 'street'), <>{party.street}<br />{[party.postal_code, party.city].filter(Boolean).join(' ')}<br />{party.country}</>], [word('f', 'email'), party.email && <a href={'mailto:' + party.email}>{party.email}</a>], [word('f', 'phone'), party.phone && <a href={'tel:' + party.phone}>{party.phone}</a>],
                [word('f', 'kvk_number'), party.kvk_number], [word('f', 'vat_number'), party.vat_number], [word('f', 'currency'), party.currency], [t('terms_customer'), party.is_customer ? t('days', { count: party.customer_terms_days }) : ''], [t('terms_supplier'), party.is_supplier ? t('days', { count: party.supplier_terms_days }) : ''],
                [word('f', 'delivery'), party.is_customer ? word('delivery', party.delivery) : ''], [word('f', 'notes'), party.notes && <span className="text-block">{party.notes}</span>],
            ]} /></Card>
            <Banks party={party} banks={banks} reload={read.reload} />
            <Contacts party={party} contacts={contacts} reload={read.reload} />
            {party.is_supplier && can('portal_list') && <Portal party={party} />}
        </div>
        <div className="grid section"><Habit id={id} /><Lately party={party} /></div>
        <h2 className="section">{t('nav_items')}</h2>
        {can('item_list') && <List name="item_list" caption={t('nav_items')} fixed={{ party_id: id }} sort="-dated_on" filters={['control', 'kind', 'reference', 'dated_on', 'rest']} link={row => '/items/' + row.id} views={[{ label: t('all'), query: {} }, { label: t('open'), query: { 'rest.ne': '0' } }]} columns={[
            { name: 'reference' }, { name: 'kind', show: row => word('item_kind', row.kind) }, { name: 'control', show: row => word('control', row.control) }, { name: 'dated_on' }, { name: 'due_on' }, { name: 'amount', narrow: 'line' }, { name: 'rest', narrow: 'amount' }]} />}
        <History kind="party" id={id} turn={party.version} />
    </Page>}</Shown>
}
function Banks({ party, banks, reload }: { party: Schemas['party']; banks: Schemas['party_bank'][]; reload: () => void }) {
    const { t, word, date, instant } = useWords(), { can, me } = useSession(), [open, setOpen] = useState<{ what: 'verify' | 'block'; bank: Schemas['party_bank'] } | 'new'>()
    const done = (text: string) => { setOpen(undefined); note(text); reload() }
    return <Card title={t('bank_accounts')} actions={can('party_bank_propose') && <Button icon="plus" onClick={() => setOpen('new')}>{t('propose')}</Button>}>
        {banks.length === 0 && <p className="faint">{t('no_bank_accounts')}</p>}
        <ul className="lines-list">{banks.map(b => <li key={b.id}><div className="spread"><strong className="mono iban">{formatIban(b.iban)}</strong><Badge tone={tones[b.state]}>{word('bank_state', b.state)}</Badge></div>
            <p className="faint">{b.holder} · {t('proposed_at', { what: instant(b.proposed_at) })}{b.verified_at && ' · ' + t('verified_at', { what: instant(b.verified_at) })}{b.usable_from && ' · ' + t('usable_from', { what: date(b.usable_from) })}</p>{b.note && <p className="faint">{b.note}</p>}<History bare kind="party_bank" id={b.id} turn={b.version} />
            <div className="actions">{b.state === 'proposed' && can('party_bank_verify') && (b.proposed_by === me.person_id ? <span className="faint"><Icon name="lock" /> {t('other_verifies')}</span> : <Button icon="check" onClick={() => setOpen({ what: 'verify', bank: b })}>{t('verify')}</Button>)}{b.state !== 'blocked' && can('party_bank_block') && <Button look="quiet" onClick={() => setOpen({ what: 'block', bank: b })}>{t('block')}</Button>}</div></li>)}</ul>
        {open === 'new' && <Dialog title={t('propose_bank')} close={() => setOpen(undefined)}><ApiForm name="party_bank_propose" fields={['iban', 'bic', 'holder', 'source']} initial={{ holder: party.name }} fixed={{ party_id: party.id }} intro={<p>{t('four_eyes')}</p>} submit={t('propose')} cancel={() => setOpen(undefined)} done={() => done(t('proposed'))} /></Dialog>}
        {open && open !== 'new' && <Dialog title={t(open.what === 'verify' ? 'verify_bank' : 'block_bank')} close={() => setOpen(undefined)}>{open.what === 'verify'
            ? <ApiForm name="party_bank_verify" fields={['channel', 'note']} fixed={{ id: open.bank.id, version: open.bank.version }} intro={<><p className="big mono">{formatIban(open.bank.iban)}</p><p>{t('verify_text')}</p></>} submit={t('verify')} cancel={() => setOpen(undefined)} done={() => done(t('verified'))} />
            : <ApiForm name="party_bank_block" fields={['note']} fixed={{ id: open.bank.id, version: open.bank.version }} intro={<p className="mono iban">{formatIban(open.bank.iban)}</p>} submit={t('block')} cancel={() => setOpen(undefined)} done={() => done(t('blocked'))} />}</Dialog>}
    </Card>
}
function Contacts({ party, contacts, reload }: { party: Schemas['party']; contacts: Schemas['contact'][]; reload: () => void }) {
    const { t, word } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), [open, setOpen] = useState<Schemas['contact'] | 'new'>()
    return <Card title={t('contacts')} actions={can('contact_set') && <Button icon="plus" onClick={() => setOpen('new')}>{t('add')}</Button>}>
        <ProblemBox problem={problem} />{contacts.length === 0 && <p className="faint">{t('no_contacts')}</p>}
        <ul className="lines-list">{contacts.map(c => <li key={c.id} className="spread"><span><strong>{c.name}</strong> <Badge>{word('purpose', c.purpose)}</Badge><br />{c.email && <a href={'mailto:' + c.email}>{c.email}</a>} {c.phone && <a href={'tel:' + c.phone}>{c.phone}</a>}</span><span className="actions"><Past kind="contact" id={c.id!} what={c.name} />{can('contact_set') && <><Button look="quiet" aria-label={t('change_what', { what: c.name })} onClick={() => setOpen(c)}>{t('change')}</Button><Button look="quiet" busy={busy} aria-label={t('end_what', { what: c.name })} onClick={() => { void run(async () => { await call('contact_end', { id: c.id! }); note(t('ended')); reload() }) }}>{t('end_it')}</Button></>}</span></li>)}</ul>
        {open && <Dialog title={t('contact')} close={() => setOpen(undefined)}><ApiForm name="contact_set" again={open === 'new' ? undefined : { kind: 'contact', id: open.id!, read: async () => ({ ...(await call('party_show', { id: party.id })).contacts.find(c => c.id === open.id) }) }} fields={['name', 'purpose', 'email', 'phone']} initial={open === 'new' ? { purpose: 'general' } : { name: open.name, purpose: open.purpose, email: open.email, phone: open.phone }} fixed={open === 'new' ? { party_id: party.id } : { id: open.id, party_id: party.id, version: open.version }} submit={t('save')} cancel={() => setOpen(undefined)} done={() => { setOpen(undefined); note(t('saved')); reload() }} /></Dialog>}
    </Card>
}
/** What went back and forth last: invoices, bills and payments, for who calls about one. */
function Lately({ party }: { party: Schemas['party'] }) {
    const { t, word, date } = useWords(), { can } = useSession()
    const invoices = useRead('invoice_list', { party_id: party.id, limit: 6, sort: '-id' }, party.is_customer && can('invoice_list')), bills = useRead('bill_list', { party_id: party.id, limit: 6, sort: '-received_at' }, party.is_supplier && can('bill_list')), messages = useRead('message_list', { party_id: party.id, limit: 6, sort: '-created_at' }, can('message_list'))
    return <>{invoices.data && <Card title={t('nav_invoices')} actions={<Link to={'/invoices?customer_name.has=' + encodeURIComponent(party.name)}>{t('all')}</Link>}>{invoices.data.items.length === 0 ? <p className="faint">{t('nothing_here')}</p> : <ul className="lines-list">{invoices.data.items.map(i => <li key={i.id} className="spread"><span><Link to={'/invoices/' + i.id}>{i.number ?? word('state', 'draft')}</Link> {i.payment && <Badge tone={tones[i.payment]}>{word('payment', i.payment)}</Badge>} {i.sent && i.sent !== 'delivered' && <Badge tone={tones[i.sent]}>{word('sent', i.sent)}</Badge>}<br /><span className="faint">{date(i.issued_on)}{i.due_on && ' → ' + date(i.due_on)}</span></span><Amount value={i.total} currency={i.currency} /></li>)}</ul>}</Card>}
        {bills.data && <Card title={t('nav_bills')} actions={<Link to={'/bills?supplier.has=' + encodeURIComponent(party.name)}>{t('all')}</Link>}>{bills.data.items.length === 0 ? <p className="faint">{t('nothing_here')}</p> : <ul className="lines-list">{bills.data.items.map(b => <li key={b.id} className="spread"><span><Link to={'/bills/' + b.id}>{b.number ?? '#' + b.receipt_number}</Link> <Badge tone={tones[b.state]}>{word('state', b.state)}</Badge><br /><span className="faint">{date(b.issued_on)}{b.due_on && ' → ' + date(b.due_on)}</span></span><Amount value={b.payable} currency={b.currency} /></li>)}</ul>}</Card>}
        {messages.data && messages.data.items.length > 0 && <Card title={t('messages')}><ul className="lines-list">{messages.data.items.map(m => <li key={m.id} className="spread"><span>{m.title}<br /><span className="faint">{m.recipient} · {date(m.created_at.slice(0, 10))}</span></span><Badge tone={tones[m.state]}>{word('sent', m.state)}</Badge></li>)}</ul></Card>}</>
}
