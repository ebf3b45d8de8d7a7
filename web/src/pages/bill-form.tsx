import { useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import { operations, type Operations, type Schemas } from '../api/schema'
import { digitsOf, sumAmounts } from '../amount'
import { Link, useRouter } from '../app/router'
import { Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { AmountInput, ApiField, Combo, finders, Row, TextField, type Values } from '../parts/form'
import { Conflict, overtaken } from '../parts/conflict'
import { ChangedBy } from '../parts/live'
import { documentSheet, Preview, type Sheet } from '../parts/preview'
import { useWords } from '../text/text'

interface Line { key: number; description: string; net: string; vat: string; account_id?: number; vat_code_id?: number; cost_center?: string; quantity?: string; price?: string }
const blank = (): Line => ({ key: Math.random(), description: '', net: '', vat: '' })
const heads = ['kind', 'number', 'issued_on', 'due_on', 'booked_on', 'currency', 'payable', 'reference', 'iban', 'order_reference', 'discount', 'discount_on', 'notes']
export default function BillForm({ id }: { id: number }) {
    const read = useRead('bill_show', { id }, id > 0)
    return id ? <Shown of={read} page>{shown => <Form shown={shown} />}</Shown> : <Form />
}
type Shown_ = Schemas['bill_shown']
const headsOf = (bill: Schemas['bill']): Values => Object.fromEntries(heads.map(h => [h, (bill as Record<string, unknown>)[h]]))
const linesOf = (shown: Shown_): Line[] => shown.lines.length ? shown.lines.map(l => ({ key: l.line_no, description: l.description, net: l.net, vat: l.vat, account_id: l.account_id, vat_code_id: l.vat_code_id, cost_center: l.cost_center, quantity: l.quantity, price: l.price })) : [blank()]
/** A bill as two people compare theirs. */
const compared = (supplier: string | undefined, values: Values, lines: Line[]): Values => ({ ...values, supplier, lines: lines.filter(l => l.description || l.net).map(l => `${l.description}: ${l.net}${l.vat ? ' + ' + l.vat : ''}`) })
function Form({ shown: read }: { shown?: Shown_ }) {
    const { t, word, decimal } = useWords(), { go } = useRouter(), { busy, problem, run, clear } = useAction(), [shown, setShown] = useState(read), bill = shown?.bill // what is being changed stays as it was opened, until its reader chooses
    const [party, setParty] = useState(bill?.party_id), [supplier, setSupplier] = useState(shown?.supplier), [values, setValues] = useState<Values>(bill ? headsOf(bill) : { kind: 'invoice', currency: 'EUR' })
    const [lines, setLines] = useState<Line[]>(shown ? linesOf(shown) : [blank()]), [touched, setTouched] = useState(!shown)
    const adopt = (theirs: Shown_) => { setShown(theirs); setParty(theirs.bill.party_id); setSupplier(theirs.supplier); setValues(headsOf(theirs.bill)); setLines(linesOf(theirs)); setTouched(false) }
    const digits = digitsOf(String(values.currency ?? 'EUR'))
    const change = (key: number, part: Partial<Line>) => { setTouched(true); setLines(lines.map(l => l.key === key ? { ...l, ...part } : l)) }
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const send = (version = bill?.version) => {
        const given = Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined && v !== ''))
        if (touched) for (const total of ['payable', 'net', 'vat', 'total']) if (total !== 'payable' || !bill) delete given[total]
        const kept = !touched && bill ? { net: bill.net, vat: bill.vat, total: bill.total, prepaid: bill.prepaid, rounding: bill.rounding } : {}
        const data = { ...kept, ...given, ...(party ? { party_id: party } : {}), ...(touched ? { payable: undefined, lines: lines.filter(l => l.description || l.net).map(({ key: _, ...l }) => Object.fromEntries(Object.entries({ ...l, currency: values.currency }).filter(([, v]) => v !== undefined && v !== ''))) } : {}) }
        void run(async () => {
            const saved = bill ? await call('bill_change', { ...data, id: bill.id, version } as unknown as Operations['bill_change']['takes']) : await call('bill_enter', data as unknown as Operations['bill_enter']['takes'])
            note(t('saved'))
            go('/bills/' + saved.id, true)
        })
    }
    const sheets: Sheet[] = []
    for (const d of shown?.documents ?? []) { const s = documentSheet(d.id, d.file_name, d.media_type); if (s) sheets.push(s) }
    const form = <form className="form" onSubmit={(event: FormEvent) => { event.preventDefault(); send() }} noValidate>
        <ProblemBox problem={problem} except={['party_id', ...heads]} />
        <Card><div className="fields"><Row label={t('supplier')} wrong={at('party_id')}>{ids => <Combo {...ids} find={finders.supplier!} value={party} label={supplier} onChange={(id, option) => { setParty(id); setSupplier(option?.label) }} />}</Row>
            {heads.filter(h => h !== 'payable').map(h => operations.bill_enter.fields!.find(f => f.name === h)).map(f => f && <ApiField key={f.name} field={f} value={values[f.name]} wrong={at(f.name)} onChange={v => setValues({ ...values, [f.name]: v })} />)}</div></Card>
        <Card title={t('lines')}><div className="stack">{lines.map((l, i) => <fieldset key={l.key}><legend>{t('line_n', { what: i + 1 })}</legend><div className="fields">
            <TextField label={word('f', 'description')} value={l.description} onChange={description => change(l.key, { description })} wrong={at(`lines[${i}].description`)} />
            <Row label={word('f', 'net')} wrong={at(`lines[${i}].net`)}>{ids => <AmountInput {...ids} digits={digits} value={l.net} onChange={net => change(l.key, { net })} />}</Row>
            <Row label={word('f', 'vat')} wrong={at(`lines[${i}].vat`)}>{ids => <AmountInput {...ids} digits={digits} value={l.vat} onChange={v => change(l.key, { vat: v })} />}</Row>
            <Row label={word('f', 'account_id')} wrong={at(`lines[${i}].account_id`)}>{ids => <Combo {...ids} find={finders.account!} value={l.account_id} onChange={account_id => change(l.key, { account_id })} />}</Row>
            <Row label={word('f', 'vat_code_id')} wrong={at(`lines[${i}].vat_code_id`)}>{ids => <Combo {...ids} find={finders.vat!} value={l.vat_code_id} onChange={vat_code_id => change(l.key, { vat_code_id })} />}</Row>
        </div>{lines.length > 1 && <Button look="quiet" icon="close" onClick={() => { setTouched(true); setLines(lines.filter(x => x.key !== l.key)) }}>{t('remove')}</Button>}</fieldset>)}
            <p className="spread"><Button icon="plus" onClick={() => { setTouched(true); setLines([...lines, blank()]) }}>{t('add_line')}</Button><span className="faint">{t('lines_keep', { what: decimal(sumAmounts(lines.flatMap(l => [l.net || '0', l.vat || '0']), digits)) })}</span></p></div></Card>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button><Button onClick={() => go(bill ? '/bills/' + bill.id : '/bills')}>{t('cancel')}</Button></div>
    </form>
    return <Page title={bill ? t('bill_change') : t('bill_new')} back={<Link to={bill ? '/bills/' + bill.id : '/bills'}>{bill ? bill.number ?? '#' + bill.receipt_number : t('nav_bills')}</Link>}><ChangedBy kind="bill" id={bill?.id} />{bill && overtaken(problem) && <Conflict again={{ kind: 'bill', id: bill.id, read: async () => { const now = await call('bill_show', { id: bill.id }); return { ...compared(now.supplier, headsOf(now.bill), linesOf(now)), version: now.bill.version, shown: now } } }} fields={['supplier', ...heads, 'lines']} before={compared(shown.supplier, headsOf(bill), linesOf(shown))} mine={compared(supplier, values, lines)} close={clear} take={theirs => { clear(); adopt(theirs.shown as Shown_) }} overwrite={version => { clear(); send(version as number) }} />}{sheets.length ? <div className="two">{form}<Preview sheets={sheets} title={t('document')} /></div> : form}</Page>
}
