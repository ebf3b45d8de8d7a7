import { useEffect, useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import type { Operations, Schemas } from '../api/schema'
import { operations } from '../api/schema'
import { parseAmount } from '../amount'
import { leaveGuard, Link, useRouter } from '../app/router'
import { Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { AmountInput, ApiField, Combo, finders, Row, type Values } from '../parts/form'
import { useWords } from '../text/text'

interface Line { key: number; description: string; quantity: string; unit: string; price: string; discount_percent: string; vat_code: string; account?: string; cost_center?: string; item_number?: string }
const blank = (): Line => ({ key: Math.random(), description: '', quantity: '1', unit: 'C62', price: '', discount_percent: '', vat_code: '' })
const heads = ['order_reference', 'buyer_reference', 'delivered_on', 'period_from_on', 'period_to_on', 'delivery', 'currency', 'note']
export default function InvoiceForm({ id }: { id: number }) {
    const read = useRead('invoice_show', { id }, id > 0), codes = useRead('vat_list', { limit: 500 }), accounts = useRead('account_list', { limit: 500 }, id > 0)
    return <Shown of={codes}>{vat => id ? <Shown of={accounts}>{list => <Shown of={read}>{shown => <Form shown={shown} vat={vat.items} accounts={list.items} />}</Shown>}</Shown> : <Form vat={vat.items} accounts={[]} />}</Shown>
}
function Form({ shown, vat, accounts }: { shown?: Schemas['invoice_shown']; vat: Schemas['vat_code'][]; accounts: Schemas['account'][] }) {
    const { t, word } = useWords(), { go } = useRouter(), { busy, problem, run } = useAction(), before = shown?.invoice
    const [party, setParty] = useState(before?.party_id), [values, setValues] = useState<Values>(Object.fromEntries(heads.map(h => [h, before && (before as Record<string, unknown>)[h]]))), [dirty, setDirty] = useState(false)
    const [lines, setLines] = useState<Line[]>(shown?.lines.length ? shown.lines.map(l => ({ key: l.line_no, description: l.description, quantity: l.quantity, unit: l.unit, price: l.price, discount_percent: l.discount_percent ?? '', vat_code: vat.find(v => v.id === l.vat_code_id)?.code ?? '', account: accounts.find(a => a.id === l.account_id)?.number, cost_center: l.cost_center, item_number: l.item_number })) : [blank()])
    const change = (key: number, part: Partial<Line>) => { setDirty(true); setLines(lines.map(l => l.key === key ? { ...l, ...part } : l)) }
    useEffect(() => {
        leaveGuard(dirty ? () => confirm(t('leave_unsaved')) : undefined)
        return () => leaveGuard(undefined)
    }, [dirty, t])
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const send = (event: FormEvent) => {
        event.preventDefault()
        const plain = (text: string) => parseAmount(text, 2) === undefined ? text : text.includes(',') ? parseAmount(text, 2)! : text
        const data = { ...Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== '')), party_id: party!, lines: lines.filter(l => l.description || l.price).map(({ key: _, ...l }) => Object.fromEntries(Object.entries({ ...l, quantity: plain(l.quantity), discount_percent: plain(l.discount_percent) }).filter(([, v]) => v !== undefined && v !== '')) as unknown as Schemas['invoice_line_data']) }
        void run(async () => {
            const saved = before ? await call('invoice_change', { ...data, id: before.id, version: before.version } as Operations['invoice_change']['takes']) : await call('invoice_draft', data as Operations['invoice_draft']['takes'])
            leaveGuard(undefined)
            note(t('draft_saved'))
            go('/invoices/' + saved.invoice.id, true)
        })
    }
    return <Page title={before ? t('draft_of', { what: before.customer_name ?? '' }) : t('invoice_new')} back={<Link to="/invoices">{t('nav_invoices')}</Link>}><form className="form" onSubmit={send} noValidate>
        <ProblemBox problem={problem} except={['party_id', ...heads]} />
        <Card><div className="fields"><Row label={t('customer')} wrong={at('party_id')} required>{ids => <Combo {...ids} find={finders.customer!} value={party} label={before?.customer_name} onChange={p => { setDirty(true); setParty(p) }} />}</Row>
            {heads.map(h => operations.invoice_draft.fields!.find(f => f.name === h)!).map(f => <ApiField key={f.name} field={f} value={values[f.name]} wrong={at(f.name)} onChange={v => { setDirty(true); setValues({ ...values, [f.name]: v }) }} />)}</div></Card>
        <Card title={t('lines')}><div className="stack">{lines.map((l, i) => <fieldset key={l.key}><legend>{t('line_n', { what: i + 1 })}</legend><div className="line-fields">
            <label><span>{word('f', 'description')}</span><input type="text" aria-label={t('description_of', { what: i + 1 })} value={l.description} onChange={e => change(l.key, { description: e.target.value })} /></label>
            <label><span>{word('f', 'quantity')}</span><input type="text" inputMode="decimal" className="amount-input" aria-label={t('quantity_of', { what: i + 1 })} value={l.quantity} onChange={e => change(l.key, { quantity: e.target.value })} /></label>
            <label><span>{word('f', 'unit')}</span><input type="text" aria-label={t('unit_of', { what: i + 1 })} value={l.unit} onChange={e => change(l.key, { unit: e.target.value })} /></label>
            <label><span>{word('f', 'price')}</span><AmountInput aria-label={t('price_of', { what: i + 1 })} value={l.price} onChange={price => change(l.key, { price })} /></label>
            <label><span>{word('f', 'discount_percent')}</span><input type="text" inputMode="decimal" className="amount-input" aria-label={t('discount_of', { what: i + 1 })} value={l.discount_percent} onChange={e => change(l.key, { discount_percent: e.target.value })} /></label>
            <label><span>{word('f', 'vat_code')}</span><select aria-label={t('vat_code_of', { what: i + 1 })} value={l.vat_code} onChange={e => change(l.key, { vat_code: e.target.value })}><option value="">{t('choose')}</option>{vat.filter(v => v.side === 'sale').map(v => <option key={v.id} value={v.code}>{v.name}</option>)}</select></label>
            {lines.length > 1 && <Button look="quiet" icon="close" onClick={() => { setDirty(true); setLines(lines.filter(x => x.key !== l.key)) }}>{t('remove')}</Button>}</div></fieldset>)}
            <Button icon="plus" onClick={() => setLines([...lines, blank()])}>{t('add_line')}</Button></div></Card>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button><Button onClick={() => go(before ? '/invoices/' + before.id : '/invoices')}>{t('cancel')}</Button></div>
    </form></Page>
}
