import { useEffect, useState } from 'react'
import { call, type Name } from '../api/client'
import { operations } from '../api/schema'
import { parseAmount } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Card, Empty, Loading, Page } from '../parts/basics'
import { useWords } from '../text/text'

interface Hit { to: string; title: string; text: string }
interface Group { key: string; hits: Hit[] }
type Rows = { items: Record<string, string | number | undefined>[] }
/** By number, name, IBAN or amount, over everything this person may read. */
export default function Search() {
    const words = useWords(), { t, amount, date, word } = words, { query } = useRouter(), { can } = useSession(), text = (query.get('q') ?? '').trim(), [groups, setGroups] = useState<Group[]>(), [shown, setShown] = useState('')
    useEffect(() => {
        if (!text) return
        const stop = new AbortController(), exact = parseAmount(text), iban = text.replace(/\s/g, '').toUpperCase(), isIban = /^[A-Z]{2}\d\d[A-Z0-9]{6,}$/.test(iban)
        const ask = async (name: string, filters: Record<string, string>[], hit: (row: Rows['items'][number]) => Hit): Promise<Hit[]> => {
            if (!(name in operations) || !can(name as Name)) return []
            const found = await Promise.all(filters.map(f => call(name as 'party_list', { ...f, limit: 8 }, { signal: stop.signal }).then(r => (r as unknown as Rows).items, () => [])))
            const seen = new Map<unknown, Hit>()
            for (const row of found.flat()) if (!seen.has(row.id)) seen.set(row.id, hit(row))
            return [...seen.values()].slice(0, 10)
        }
        const money = (r: Rows['items'][number], field: string) => amount(r[field] as string, r.currency as string)
        Promise.all([
            ask('party_list', [{ 'name.has': text }, { 'number.has': text }, { 'email.has': text }], r => ({ to: '/parties/' + r.id, title: String(r.name), text: [r.number, r.city].filter(Boolean).join(' · ') })).then(hits => ({ key: 'nav_parties', hits })),
            ask('bill_list', [{ 'number.has': text }, { 'supplier.has': text }, ...(exact ? [{ total: exact }] : []), ...(isIban ? [{ iban }] : [])], r => ({ to: '/bills/' + r.id, title: [r.supplier, r.number].filter(Boolean).join(' · ') || '#' + r.receipt_number, text: `${money(r, 'total')} · ${word('state', r.state as string)} · ${date(r.issued_on as string)}` })).then(hits => ({ key: 'nav_bills', hits })),
            ask('invoice_list', [{ 'number.has': text }, { 'customer_name.has': text }, ...(exact ? [{ total: exact }] : [])], r => ({ to: '/invoices/' + r.id, title: [r.customer_name, r.number].filter(Boolean).join(' · '), text: `${money(r, 'total')} · ${date(r.issued_on as string)}` })).then(hits => ({ key: 'nav_invoices', hits })),
            ask('item_list', [{ 'reference.has': text }, ...(exact ? [{ amount: exact }, { rest: exact }] : [])], r => ({ to: '/items/' + r.id, title: String(r.reference), text: `${money(r, 'rest')} · ${date(r.due_on as string)}` })).then(hits => ({ key: 'nav_items', hits })),
            ask('bank_line_list', [{ 'name.has': text }, { 'remittance.has': text }, ...(exact ? [{ amount: exact }, { amount: '-' + exact }] : []), ...(isIban ? [{ 'iban.has': iban }] : [])], r => ({ to: '/bank/lines/' + r.id, title: String(r.name ?? r.remittance ?? r.id), text: `${money(r, 'amount')} · ${date(r.booked_on as string)}` })).then(hits => ({ key: 'nav_lines', hits })),
            ask('party_bank_list', isIban ? [{ iban }] : [], r => ({ to: '/parties/' + r.party_id, title: String(r.iban), text: String(r.holder) })).then(hits => ({ key: 'bank_accounts', hits })),
            ask('entry_list', [{ 'description.has': text }], r => ({ to: '/ledger/entries/' + r.id, title: `${r.number} ${r.description}`, text: date(r.dated_on as string) })).then(hits => ({ key: 'nav_entries', hits })),
        ]).then(all => { if (!stop.signal.aborted) { setGroups(all.filter(g => g.hits.length)); setShown(text) } }, () => undefined)
        return () => stop.abort()
    }, [text]) // eslint-disable-line
    return <Page title={t('search_title', { what: text })}>{!text ? <Empty title={t('search_anything')} /> : shown !== text || !groups ? <Loading /> : !groups.length ? <Empty title={t('nothing_found')}>{t('search_help')}</Empty> : <div className="grid">{groups.map(g => <Card key={g.key} title={t(g.key as 'nav_items')}><ul className="lines-list">{g.hits.map(h => <li key={h.to}><Link to={h.to}>{h.title}</Link><br /><span className="faint">{h.text}</span></li>)}</ul></Card>)}</div>}</Page>
}
