/** Two parties that are one: what will happen, before it does. */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Combo, finders, Row } from '../parts/form'
import { sayValue } from '../parts/history'
import { useParty } from '../parts/who'
import { useWords } from '../text/text'

const fields = ['is_customer', 'is_supplier', 'kvk_number', 'vat_number', 'oin', 'email', 'phone', 'street', 'postal_code', 'city', 'endpoint', 'buyer_reference', 'expense_account_id', 'sales_account_id', 'cost_center', 'notes'] as const
export default function Merge({ id }: { id: number }) {
    const { t } = useWords(), { go, query, setQuery } = useRouter(), from = useRead('party_show', { id }), into = Number(query.get('into')) || undefined, name = useParty(into)
    return <Shown of={from} page>{({ party, contacts }) => <Page title={t('merge_title', { what: party.name })} note={t('merge_text')} back={<Link to={'/parties/' + id}>{party.name}</Link>}>
        <Card><div className="fields"><Row label={t('merge_into')} required>{ids => <Combo {...ids} find={finders.party!} value={into} label={name} onChange={other => setQuery({ into: other ? String(other) : undefined })} />}</Row></div>
            {into !== undefined && <p><Button look="quiet" onClick={() => go(`/parties/${into}/merge?into=${id}`, true)}>{t('merge_turn')}</Button></p>}</Card>
        {into !== undefined && <What key={into} id={id} into={into} contacts={contacts} />}
    </Page>}</Shown>
}
function What({ id, into, contacts }: { id: number; into: number; contacts: Schemas['contact'][] }) {
    const words = useWords(), { t, word, date } = words, { can } = useSession(), { go } = useRouter(), read = useRead('party_merge_preview', { id, into_id: into }), items = useRead('item_list', { party_id: id, 'rest.ne': '0', limit: 50, sort: 'due_on' }, can('item_list')), { busy, problem, run } = useAction(), [ready, setReady] = useState(false)
    return <Shown of={read}>{({ from, into: stays, after, banks }) => {
        const gains = fields.filter(f => JSON.stringify(stays[f] ?? '') !== JSON.stringify(after[f] ?? '')), say = (f: string, v: unknown) => sayValue(words, f, v, () => undefined)
        return <>
            <div className="grid section">
                <Card title={t('merge_learns', { what: stays.name })}>{gains.length === 0 ? <p className="faint">{t('merge_learns_nothing')}</p> : <ul className="lines-list">{gains.map(f => <li key={f} className="spread"><span>{word('f', f)}</span><span><del>{say(f, stays[f])}</del> → <ins>{say(f, after[f])}</ins></span></li>)}</ul>}</Card>
                <Card title={t('bank_accounts')}>{banks.length === 0 ? <p className="faint">{t('merge_no_banks')}</p> : <><p>{t('merge_banks')}</p><ul className="lines-list">{banks.map(b => <li key={b.id} className="spread"><span className="mono iban nowrap">{formatIban(b.iban)}</span><Badge tone="warn">{word('bank_state', 'proposed')}</Badge></li>)}</ul></>}</Card>
                <Card title={t('contacts')}>{contacts.length === 0 ? <p className="faint">{t('merge_no_contacts')}</p> : <ul className="lines-list">{contacts.map(c => <li key={c.id}>{c.name} <span className="faint">{c.email}</span></li>)}</ul>}</Card>
                <Card title={from.name}><p>{t('merge_double', { what: from.name, number: from.number, stays: stays.name })}</p>{items.data && items.data.items.length > 0 && <><p>{t('merge_items', { count: items.data.items.length })}</p><ul className="lines-list">{items.data.items.map(i => <li key={i.id} className="spread"><span><Link to={'/items/' + i.id}>{i.reference}</Link> <span className="faint">{date(i.due_on)}</span></span><Amount value={i.rest} currency={i.currency} /></li>)}</ul></>}</Card>
            </div>
            <ProblemBox problem={problem} />
            <p className="check section"><label><input type="checkbox" checked={ready} onChange={e => setReady(e.target.checked)} /> {t('merge_sure', { what: from.name, stays: stays.name })}</label></p>
            <div className="form-end"><Button look="danger" busy={busy} disabled={!ready} onClick={() => { void run(async () => { const kept = await call('party_merge', { id, into_id: into, version: from.version }); note(t('merged')); go('/parties/' + kept.id) }) }}>{t('merge')}</Button><Button onClick={() => go('/parties/' + id)}>{t('cancel')}</Button></div>
        </>
    }}</Shown>
}
