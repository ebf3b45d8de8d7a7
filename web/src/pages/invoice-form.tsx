/** A draft invoice: its lines counted as they are typed, and beside it the PDF as the customer would get it. */
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { allOf, call, Problem } from '../api/client'
import type { Operations, Schemas } from '../api/schema'
import { operations } from '../api/schema'
import { isZero, lineNet, parseAmount, vatOf, sumAmounts, type Language } from '../amount'
import { leaveGuard, Link, useRouter } from '../app/router'
import { Amount, Button, Card, Icon, Loading, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { AmountInput, ApiField, Combo, finders, Row, type Values } from '../parts/form'
import { Conflict, overtaken } from '../parts/conflict'
import { LivePdf } from '../parts/live-pdf'
import { ChangedBy } from '../parts/live'
import { useWords } from '../text/text'

interface Line { key: number; description: string; quantity: string; unit: string; price: string; discount_percent: string; vat_code: string; account?: string; cost_center?: string; item_number?: string; minus?: boolean }
/** On the whole invoice: an allowance or a charge, an amount or a percentage of the lines with its VAT code. */
interface Extra { key: number; charge: boolean; percent: boolean; value: string; reason: string; reason_code: string; vat_code: string; account?: string; cost_center?: string }
const reasonCodes = { allowance: ['95', '100', '64', '41', '42', '60', '62', '63', '65', '66', '67', '68', '70', '71', '88', '102', '103', '104', '105'], charge: ['', 'FC', 'DL', 'PC', 'HD', 'IS', 'FI', 'MAE', 'SH', 'ABL', 'ADR', 'ABK', 'CAR', 'TAC', 'ZZZ'] }
const blank = (vat_code = ''): Line => ({ key: Math.random(), description: '', quantity: '1', unit: 'C62', price: '', discount_percent: '', vat_code })
const heads = ['order_reference', 'buyer_reference', 'delivered_on', 'period_from_on', 'period_to_on', 'terms_days', 'delivery', 'currency', 'note']
const units = ['C62', 'HUR', 'DAY', 'MON', 'KGM', 'MTR', 'MTK', 'LTR', 'KMT', 'KWH', 'SET', 'XBX']
export default function InvoiceForm({ id }: { id: number }) {
    const read = useRead('invoice_show', { id }, id > 0), codes = useRead('vat_list', { limit: 500, side: 'sale' }), [accounts, setAccounts] = useState<Schemas['account'][]>(), [refused, setRefused] = useState<unknown>()
    useEffect(() => { // all of them: a draft keeps the account of its lines, whichever it is
        let live = true
        if (id) allOf('account_list', { sort: 'number' }).then(all => { if (live) setAccounts(all) }, why => { if (live) setRefused(why) })
        return () => { live = false }
    }, [id])
    return <Shown of={codes}>{vat => id ? accounts ? <Shown of={read} page>{shown => <Form shown={shown} vat={vat.items} accounts={accounts} />}</Shown> : refused ? <ProblemBox problem={refused} /> : <Loading /> : <Form vat={vat.items} accounts={[]} />}</Shown>
}
/** As the API wants a number: "1,5" and "1.5" are the same; "1.500" is a thousand and more in Dutch, "1,500" in English. */
const plain = (text: string, language: Language) => (language === 'nl' ? /^[1-9]\d{0,2}(\.\d{3})+(,\d+)?$/ : /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/).test(text) ? text.replace(language === 'nl' ? /\./g : /,/g, '').replace(',', '.') : /^\d+,\d+$/.test(text) ? text.replace(',', '.') : text.includes(',') ? parseAmount(text, 4) ?? text : text
function dataOf(party: number | undefined, values: Values, lines: Line[], extras: Extra[], language: Language): Record<string, unknown> {
    const allowances = extras.filter(x => x.value).map(x => Object.fromEntries(Object.entries({ charge: x.charge, [x.percent ? 'percent' : 'amount']: plain(x.value, 'en'), reason: x.reason, reason_code: x.reason_code, vat_code: x.vat_code, account: x.account, cost_center: x.cost_center }).filter(([, v]) => v !== undefined && v !== '')))
    return { ...(allowances.length ? { allowances } : {}), ...Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== '')), party_id: party, lines: lines.filter(l => l.description || l.price).map(({ key: _, minus, ...l }) => Object.fromEntries(Object.entries({ ...l, quantity: (minus && !l.quantity.startsWith('-') ? '-' : '') + plain(l.quantity || '1', language), discount_percent: plain(l.discount_percent, language) }).filter(([, v]) => v !== undefined && v !== ''))) }
}
const headsOf = (invoice: Schemas['invoice'] | undefined): Values => Object.fromEntries(heads.map(h => [h, invoice && (invoice as Record<string, unknown>)[h]]))
type Shown_ = Schemas['invoice_shown']
/** A decimal of the server as its reader types it. */
const typed = (text: string, language: Language) => language === 'nl' ? text.replace('.', ',') : text
const linesOf = (shown: Shown_, vat: Schemas['vat_code'][], accounts: Schemas['account'][], language: Language): Line[] => shown.lines.filter(l => l.part === 'line').map(l => ({ key: l.line_no, description: l.description, quantity: typed(l.quantity.replace(/^-/, ''), language), minus: l.quantity.startsWith('-'), unit: l.unit, price: l.price, discount_percent: typed(l.discount_percent ?? '', language), vat_code: vat.find(v => v.id === l.vat_code_id)?.code ?? '', account: accounts.find(a => a.id === l.account_id)?.number, cost_center: l.cost_center, item_number: l.item_number }))
const extrasOf = (shown: Shown_ | undefined, vat: Schemas['vat_code'][], accounts: Schemas['account'][]): Extra[] => (shown?.lines ?? []).filter(l => l.part !== 'line').map(l => ({ key: l.line_no, charge: l.part === 'charge', percent: !!l.percent, value: l.percent ?? l.price, reason: l.description, reason_code: l.reason_code ?? '', vat_code: vat.find(v => v.id === l.vat_code_id)?.code ?? '', account: accounts.find(a => a.id === l.account_id)?.number, cost_center: l.cost_center }))
/** A draft as two people compare theirs. */
const compared = (customer_name: string | undefined, values: Values, lines: Line[], extras: Extra[]): Values => ({ ...values, customer_name, allowances: extras.filter(x => x.value).map(x => `${x.reason}: ${x.charge ? '+' : '−'}${x.value}${x.percent ? ' %' : ''} ${x.vat_code}`), lines: lines.filter(l => l.description || l.price).map(l => `${l.description}: ${l.minus ? '−' : ''}${l.quantity} × ${l.price}${l.discount_percent ? ' −' + l.discount_percent + ' %' : ''} ${l.vat_code}`) })
function Form({ shown: read, vat, accounts }: { shown?: Shown_; vat: Schemas['vat_code'][]; accounts: Schemas['account'][] }) {
    const { t, word, language } = useWords(), { go, query } = useRouter(), { busy, problem, run, clear } = useAction(), [shown, setShown] = useState(read), before = shown?.invoice // stays as it was opened, until its reader chooses
    const [party, setParty] = useState(before?.party_id ?? (Number(query.get('party')) || undefined)), [values, setValues] = useState<Values>(headsOf(before)), [name, setName] = useState(before?.customer_name), [dirty, setDirty] = useState(false)
    const usual = vat.find(v => v.category === 'S' && v.rate.startsWith('21'))?.code ?? vat[0]?.code ?? ''
    const [lines, setLines] = useState<Line[]>(shown?.lines.length ? linesOf(shown, vat, accounts, language) : [blank(usual)])
    const [extras, setExtras] = useState<Extra[]>(extrasOf(shown, vat, accounts))
    const extra = (key: number, part: Partial<Extra>) => { setDirty(true); setExtras(extras.map(x => x.key === key ? { ...x, ...part } : x)) }
    const addExtra = (charge: boolean) => { setDirty(true); setExtras([...extras, { key: Math.random(), charge, percent: !charge, value: '', reason: t(charge ? 'charge' : 'allowance'), reason_code: charge ? '' : '95', vat_code: lines[0]?.vat_code || usual }]) }
    const customer = useRead('party_show', { id: party ?? 0 }, !!party).data?.party, currency = String(values.currency || customer?.currency || 'EUR')
    const change = (key: number, part: Partial<Line>) => { setDirty(true); setLines(lines.map(l => l.key === key ? { ...l, ...part } : l)) }
    useEffect(() => {
        leaveGuard(dirty ? () => confirm(t('leave_unsaved')) : undefined)
        return () => leaveGuard(undefined)
    }, [dirty, t])
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const adopt = (theirs: Shown_) => { setShown(theirs); setParty(theirs.invoice.party_id); setName(theirs.invoice.customer_name); setValues(headsOf(theirs.invoice)); setLines(linesOf(theirs, vat, accounts, language)); setExtras(extrasOf(theirs, vat, accounts)); setDirty(false) }
    const send = (version = before?.version) => {
        const data = dataOf(party, values, lines, extras, language)
        void run(async () => {
            const saved = before ? await call('invoice_change', { ...data, id: before.id, version } as unknown as Operations['invoice_change']['takes']) : await call('invoice_draft', data as unknown as Operations['invoice_draft']['takes'])
            leaveGuard(undefined)
            note(t('draft_saved'))
            go('/invoices/' + saved.invoice.id, true)
        })
    }
    const nets = lines.map(l => (l.minus ? negative : same)(lineNet(plain(l.quantity || '1', language), l.price || '0', plain(l.discount_percent, language) || '0'))), lineSum = sumAmounts(nets)
    const baseOf = (code: string) => sumAmounts(nets.filter((_, i) => lines[i]!.vat_code === code)), worth = extras.map(x => { const value = /^\d+(\.\d+)?$/.test(plain(x.value, 'en')) ? plain(x.value, 'en') : '0', amount = x.percent ? vatOf(baseOf(x.vat_code), value) : sumAmounts([value]); return (x.charge ? same : negative)(amount) }), net = sumAmounts([lineSum, ...worth])
    const rates = [...new Set([...lines, ...extras.filter(x => x.value)].map(l => l.vat_code))].map(code => ({ code: vat.find(v => v.code === code), net: sumAmounts([baseOf(code), ...worth.filter((_, i) => extras[i]!.vat_code === code)]) })).filter(r => r.code)
    const taxes = rates.map(r => vatOf(r.net, r.code!.category === 'S' ? r.code!.rate : '0')), total = sumAmounts([net, ...taxes])
    const full = useMemo(() => lines.filter(l => l.description && l.price && l.vat_code), [lines]), sketch = party && full.length ? JSON.stringify(dataOf(party, values, full, extras.filter(x => x.vat_code && /^\d+(\.\d+)?$/.test(plain(x.value, 'en')) && !isZero(plain(x.value, 'en')) && (!x.percent || !isZero(baseOf(x.vat_code)))), language)) : undefined
    const head = (name: string) => <ApiField key={name} field={operations.invoice_draft.fields!.find(f => f.name === name)!} value={values[name]} wrong={at(name)} onChange={v => { setDirty(true); setValues({ ...values, [name]: v }) }} />
    const form = <form className="form" onSubmit={(event: FormEvent) => { event.preventDefault(); send() }} noValidate>
        <ProblemBox problem={problem} except={['party_id', ...heads]} />
        <Card><div className="fields"><Row label={t('customer')} wrong={at('party_id')} required help={customer ? [customer.city, t('days', { count: customer.customer_terms_days }), word('delivery', customer.delivery)].filter(Boolean).join(' · ') : undefined}>{ids => <Combo {...ids} find={finders.customer!} value={party} label={name ?? customer?.name} onChange={(p, option) => { setDirty(true); setParty(p); setName(option?.label) }} />}</Row>
            {heads.slice(0, 1).map(head)}</div>
            <details className="more" open={heads.slice(1).some(h => values[h])}><summary>{t('more_fields')}</summary><div className="fields">{heads.slice(1).map(head)}</div></details></Card>
        <Card title={t('lines')}><ul className="inv-lines">{lines.map((l, i) => <li key={l.key} className="inv-line">
            <label className="wide"><span>{word('f', 'description')}</span><textarea rows={Math.max(1, l.description.split('\n').length)} aria-label={t('description_of', { what: i + 1 })} value={l.description} maxLength={2000} onChange={e => change(l.key, { description: e.target.value })} /></label>
            <label><span>{word('f', 'quantity')}</span><input type="text" inputMode="decimal" className="amount-input" aria-label={t('quantity_of', { what: i + 1 })} value={(l.minus ? '−' : '') + l.quantity} onChange={e => change(l.key, { quantity: e.target.value.replace(/[−-]/g, ''), minus: /[−-]/.test(e.target.value) })} /></label>
            <label><span>{word('f', 'unit')}</span><select aria-label={t('unit_of', { what: i + 1 })} value={l.unit} onChange={e => change(l.key, { unit: e.target.value })}>{[...new Set([...units, l.unit])].map(u => <option key={u} value={u}>{word('unit', u)}</option>)}</select></label>
            <label><span>{word('f', 'price')}</span><AmountInput digits={4} aria-label={t('price_of', { what: i + 1 })} value={l.price} onChange={price => change(l.key, { price: price.replace(/(\.\d\d)0+$/, '$1') })} /></label>
            <label><span>{word('f', 'discount_percent')}</span><input type="text" inputMode="decimal" className="amount-input" aria-label={t('discount_of', { what: i + 1 })} value={l.discount_percent} onChange={e => change(l.key, { discount_percent: e.target.value })} /></label>
            <label><span>{word('f', 'vat_code')}</span><select aria-label={t('vat_code_of', { what: i + 1 })} value={l.vat_code} onChange={e => change(l.key, { vat_code: e.target.value, account: undefined })}><option value="">{t('choose')}</option>{vat.map(v => <option key={v.id} value={v.code}>{v.name}</option>)}</select></label>
            <p className="net"><span className="hidden">{word('f', 'net')} </span><Amount value={nets[i]} currency={currency} /></p>
            {lines.length > 1 ? <button type="button" className="icon-button" aria-label={t('remove_line', { what: i + 1 })} onClick={() => { setDirty(true); setLines(lines.filter(x => x.key !== l.key)) }}><Icon name="close" /></button> : <span />}
            {['description', 'price', 'vat_code', 'unit', 'quantity', 'discount_percent'].map(f => at(`lines[${i}].${f}`)).filter(Boolean).map((w, k) => <p key={k} className="why">{w}</p>)}</li>)}</ul>
            {extras.length > 0 && <ul className="inv-lines">{extras.map((x, i) => <li key={x.key} className="inv-line extra">
                <label className="wide"><span>{t(x.charge ? 'charge_whole' : 'allowance_whole')}</span><input type="text" aria-label={t('reason_of', { what: i + 1 })} value={x.reason} maxLength={1000} onChange={e => extra(x.key, { reason: e.target.value })} /></label>
                <label><span>{t('how_much')}</span><input type="text" inputMode="decimal" className="amount-input" aria-label={t('worth_of', { what: i + 1 })} value={x.value.replace('.', ',')} onChange={e => extra(x.key, { value: e.target.value.replace(',', '.') })} /></label>
                <label><span>{t('is_a')}</span><select aria-label={t('is_a_of', { what: i + 1 })} value={x.percent ? 'percent' : 'amount'} onChange={e => extra(x.key, { percent: e.target.value === 'percent' })}><option value="percent">{t('percent_of_lines')}</option><option value="amount">{t('an_amount', { what: currency })}</option></select></label>
                <label><span>{t('reason_code')}</span><select aria-label={t('reason_code_of', { what: i + 1 })} value={x.reason_code} onChange={e => extra(x.key, { reason_code: e.target.value })}>{[...new Set([...reasonCodes[x.charge ? 'charge' : 'allowance'], x.reason_code])].map(c => <option key={c} value={c}>{c ? word(x.charge ? 'charge_code' : 'allowance_code', c) : t('reason_code_none')}</option>)}</select></label>
                <label><span>{word('f', 'vat_code')}</span><select aria-label={t('vat_code_of_extra', { what: i + 1 })} value={x.vat_code} onChange={e => extra(x.key, { vat_code: e.target.value, account: undefined })}>{vat.map(v => <option key={v.id} value={v.code}>{v.name}</option>)}</select></label>
                <p className="net"><span className="hidden">{word('f', 'net')} </span><Amount value={worth[i]} currency={currency} /></p>
                <button type="button" className="icon-button" aria-label={t('remove_extra', { what: i + 1 })} onClick={() => { setDirty(true); setExtras(extras.filter(o => o.key !== x.key)) }}><Icon name="close" /></button>
                {['amount', 'percent', 'reason', 'reason_code', 'vat_code'].map(f => at(`allowances[${extras.slice(0, i).filter(o => o.value).length}].${f}`)).filter(w => w && x.value).map((w, k) => <p key={k} className="why">{w}</p>)}</li>)}</ul>}
            <div className="spread"><span className="actions"><Button icon="plus" onClick={() => setLines([...lines, blank(usual)])}>{t('add_line')}</Button><Button look="quiet" onClick={() => addExtra(false)}>{t('add_allowance')}</Button><Button look="quiet" onClick={() => addExtra(true)}>{t('add_charge')}</Button></span>
                <dl className="sums" aria-live="polite"><dt>{word('f', 'net')}</dt><dd><Amount value={net} currency={currency} /></dd>{rates.map((r, i) => <div key={r.code!.id} className="contents"><dt>{r.code!.name}</dt><dd><Amount value={taxes[i]} currency={currency} /></dd></div>)}<dt className="total">{t('total')}</dt><dd className="total"><Amount value={total} currency={currency} /></dd></dl></div></Card>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button><Button onClick={() => go(before ? '/invoices/' + before.id : '/invoices')}>{t('cancel')}</Button></div>
    </form>
    return <Page title={before ? t('draft_of', { what: before.customer_name ?? '' }) : t('invoice_new')} back={<Link to="/invoices">{t('nav_invoices')}</Link>}><ChangedBy kind="invoice" id={before?.id} />{before && shown && overtaken(problem) && <Conflict again={{ kind: 'invoice', id: before.id, read: async () => { const now = await call('invoice_show', { id: before.id }); return { ...compared(now.invoice.customer_name, headsOf(now.invoice), linesOf(now, vat, accounts, language), extrasOf(now, vat, accounts)), version: now.invoice.version, shown: now } } }} fields={['customer_name', ...heads, 'lines', 'allowances']} before={compared(before.customer_name, headsOf(before), linesOf(shown, vat, accounts, language), extrasOf(shown, vat, accounts))} mine={compared(name, values, lines, extras)} close={clear} take={theirs => { clear(); adopt(theirs.shown as Shown_) }} overwrite={version => { clear(); send(version as number) }} />}<div className="two sticky">{form}
        <LivePdf what={sketch} title={t('preview')} nothing={t('preview_nothing')} draw={signal => call('invoice_sketch', JSON.parse(sketch!) as Operations['invoice_sketch']['takes'], { signal })} /></div></Page>

}
const same = (text: string) => text, negative = (text: string) => /^0*(\.0*)?$/.test(text) ? text : '-' + text
