/** What stands on the page of a bill: coding with splitting, questions, and its way to being paid. */
import { useEffect, useState, type FormEvent, type RefObject } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { isZero, minorToText, sumAmounts, textToMinor } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Icon, note, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { overtaken } from '../parts/conflict'
import { ChangedBy } from '../parts/live'
import { AmountInput, ApiForm, Combo, finders, Row, TextField } from '../parts/form'
import { tones } from '../parts/list'
import { useWords } from '../text/text'

type BillShown = Schemas['bill_shown']
type Line = Schemas['bill_line']
const digitsOf = (amount: string) => amount.split('.')[1]?.length ?? 0

export function Coding({ shown, editable, reload, form }: { shown: BillShown; editable: boolean; reload: () => void; form: RefObject<HTMLFormElement> }) {
    const { t, word, decimal } = useWords(), { bill, lines } = shown, { busy, problem, run } = useAction(), [coded, setCoded] = useState<Record<string, { account_id?: number; vat_code_id?: number; cost_center?: string }>>({}), [remember, setRemember] = useState(false), [splitting, setSplitting] = useState<Line>()
    const keyOf = (l: Line) => [l.description, l.net, lines.filter(o => o.line_no < l.line_no && o.description === l.description && o.net === l.net).length].join('|') // what is typed stays with its line, whoever splits another
    const at = (l: Line) => ({ account_id: l.account_id, vat_code_id: l.vat_code_id, cost_center: l.cost_center, ...coded[keyOf(l)] })
    const change = (l: Line, part: { account_id?: number; vat_code_id?: number; cost_center?: string }) => setCoded(before => ({ ...before, [keyOf(l)]: { ...before[keyOf(l)], ...part } }))
    const dirty = lines.some(l => coded[keyOf(l)])
    useEffect(() => { if (overtaken(problem)) reload() }, [problem]) // eslint-disable-line -- what is typed stays; saving again stands on what it is now
    const send = (event: FormEvent) => {
        event.preventDefault()
        if (!dirty) return
        void run(async () => {
            await call('bill_code', { id: bill.id, version: bill.version, ...(remember ? { remember } : {}), lines: lines.filter(l => coded[keyOf(l)]).map(l => ({ line_no: l.line_no, ...at(l) })) })
            note(t('coded'))
            setCoded({})
            setRemember(false)
            reload()
        })
    }
    return <Card title={t('lines')}><form ref={form} onSubmit={send}>
        <ProblemBox problem={problem} />
        {dirty && <ChangedBy kind="bill" id={bill.id} reload={reload} />}
        {lines.length === 0 ? <p className="faint">{t('no_lines')}</p> : <ul className="lines-list">{lines.map(l => <li key={l.line_no} className="stack"><div className="line-top"><span>{l.description} {l.quantity && <span className="faint">{decimal(l.quantity)} × {decimal(l.price)}</span>}</span><span className="nowrap"><Amount value={l.net} currency={bill.currency} /> <span className="faint">{l.vat_rate ? word('f', 'vat') + ' ' + decimal(l.vat_rate) + ' %' : l.vat_category ?? ''}</span></span></div>
            <div className="code-line"><Combo aria-label={t('account_of_line', { what: l.line_no })} placeholder={word('f', 'account_id')} disabled={!editable} find={finders.account!} value={at(l).account_id} onChange={account_id => change(l, { account_id })} /><Combo aria-label={t('vat_of_line', { what: l.line_no })} placeholder={word('f', 'vat_code_id')} disabled={!editable} find={finders.vat_purchase!} value={at(l).vat_code_id} onChange={vat_code_id => change(l, { vat_code_id })} />
                <input type="text" aria-label={t('cost_center_of_line', { what: l.line_no })} placeholder={word('f', 'cost_center')} disabled={!editable} maxLength={40} value={at(l).cost_center ?? ''} onChange={e => change(l, { cost_center: e.target.value })} /></div>
            {(editable || l.coded_from) && <p className="spread"><span className="faint">{l.coded_from && !coded[keyOf(l)] ? t('coded_from', { what: word('coded_from', l.coded_from) }) : ''}</span>{editable && <Button look="quiet" aria-label={t('split_line', { what: l.line_no })} onClick={() => setSplitting(l)}>{t('split')}</Button>}</p>}</li>)}</ul>}
        {editable && dirty && <><div className="check"><label><input type="checkbox" checked={remember} onChange={e => setRemember(e.target.checked)} disabled={!bill.party_id} /> {t('remember_coding')}</label></div><div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save_coding')}</Button><Button onClick={() => setCoded({})}>{t('cancel')}</Button></div></>}
    </form>
        {splitting && <Split bill={bill} line={splitting} close={() => setSplitting(undefined)} done={() => { setSplitting(undefined); note(t('split_done')); reload() }} />}
    </Card>
}

interface Part { key: number; description: string; net: string; account_id?: number; vat_code_id?: number; cost_center: string }
/** One line as several; the last part is what the others leave, until it is typed over. */
function Split({ bill, line, close, done }: { bill: Schemas['bill']; line: Line; close: () => void; done: () => void }) {
    const { t, word, amount } = useWords(), { busy, problem, run } = useAction(), digits = digitsOf(line.net)
    const blank = (key: number): Part => ({ key, description: line.description, net: '', account_id: line.account_id, vat_code_id: line.vat_code_id, cost_center: line.cost_center ?? '' })
    const [parts, setParts] = useState<Part[]>([blank(1), blank(2)])
    const change = (key: number, part: Partial<Part>) => setParts(parts.map(p => p.key === key ? { ...p, ...part } : p))
    const rest = minorToText(textToMinor(line.net, digits) - textToMinor(sumAmounts(parts.map(p => p.net || '0'), digits), digits), digits), empty = parts.filter(p => !p.net)
    const send = (event: FormEvent) => {
        event.preventDefault()
        const full = parts.map(p => !p.net && empty.length === 1 ? { ...p, net: rest } : p).filter(p => p.net)
        void run(async () => {
            await call('bill_split', { id: bill.id, version: bill.version, line_no: line.line_no, parts: full.map(p => ({ net: p.net, ...(digits === 2 ? {} : { currency: bill.currency }), ...(p.description ? { description: p.description } : {}), ...(p.account_id ? { account_id: p.account_id } : {}), ...(p.vat_code_id ? { vat_code_id: p.vat_code_id } : {}), ...(p.cost_center ? { cost_center: p.cost_center } : {}) })) })
            done()
        })
    }
    return <Dialog title={t('split_line', { what: line.line_no })} close={close}><form onSubmit={send} noValidate>
        <p>{line.description} · <Amount value={line.net} currency={bill.currency} /></p><ProblemBox problem={problem} />
        {parts.map((p, i) => <fieldset key={p.key}><legend>{t('part_n', { what: i + 1 })}</legend><div className="fields">
            <Row label={word('f', 'net')}>{ids => <AmountInput {...ids} value={p.net} digits={digits} placeholder={!p.net && empty.length === 1 ? amount(rest, undefined) : ''} onChange={net => change(p.key, { net })} />}</Row>
            <TextField label={word('f', 'description')} value={p.description} onChange={description => change(p.key, { description })} />
            <Row label={word('f', 'account_id')}>{ids => <Combo {...ids} find={finders.account!} value={p.account_id} onChange={account_id => change(p.key, { account_id })} />}</Row>
            <Row label={word('f', 'vat_code_id')}>{ids => <Combo {...ids} find={finders.vat_purchase!} value={p.vat_code_id} onChange={vat_code_id => change(p.key, { vat_code_id })} />}</Row>
            <TextField label={word('f', 'cost_center')} value={p.cost_center} maxLength={40} onChange={cost_center => change(p.key, { cost_center })} />
        </div></fieldset>)}
        <p className="spread"><Button icon="plus" onClick={() => setParts([...parts, blank(Date.now())])}>{t('part_add')}</Button><span className={isZero(rest) || empty.length === 1 ? 'faint' : 'why'} role="status">{t('split_left', { what: amount(rest, bill.currency) })}</span></p>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('split')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}

/* ---- Questions ---- */
export function Questions({ shown, reload }: { shown: BillShown; reload: () => void }) {
    const { t, instant } = useWords(), { me, can } = useSession(), [answering, setAnswering] = useState<number>()
    if (!shown.questions.length) return null
    return <Card title={t('questions')}><ul className="stack">{shown.questions.map(q => <li key={q.id} className={'question' + (q.answered_at ? ' answered' : '')}>
        <p className="faint">{q.asker ?? t('the_program')} → {q.person ?? q.email} · {instant(q.asked_at)}</p><blockquote>{q.question}</blockquote>
        {q.answered_at ? <><p className="faint">{q.answerer} · {instant(q.answered_at)}</p><blockquote><strong>{q.answer}</strong></blockquote></>
            : can('bill_answer') && (q.person_id === me.person_id || q.asked_by === me.person_id || (q.email && shown.bill.entered_by === me.person_id)) ? <Button icon="check" onClick={() => setAnswering(q.id)}>{t('answer')}</Button> : <Badge tone="warn">{t('waits_for_answer')}</Badge>}
    </li>)}</ul>
        {answering && <Dialog title={t('answer')} close={() => setAnswering(undefined)}><ApiForm name="bill_answer" fields={['answer']} fixed={{ id: answering }} intro={<blockquote className="question">{shown.questions.find(q => q.id === answering)?.question}</blockquote>} submit={t('answer')} cancel={() => setAnswering(undefined)} done={() => { setAnswering(undefined); note(t('answered')); reload() }} /></Dialog>}
    </Card>
}
export function Ask({ shown, close, done }: { shown: BillShown; close: () => void; done: () => void }) {
    const { t, word } = useWords(), { can, me } = useSession(), { busy, problem, run } = useAction(), mine = shown.bill.entered_by === me.person_id || !shown.bill.entered_by, [to, setTo] = useState<'entered' | 'person' | 'supplier'>(!mine ? 'entered' : can('user_list') ? 'person' : 'supplier'), [person, setPerson] = useState<number>(), [email, setEmail] = useState(''), [question, setQuestion] = useState('')
    const people = useRead('user_list', { limit: 100, sort: 'name' }, to === 'person' && can('user_list')), entered = shown.history.find(h => h.person)?.person
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => { await call('bill_ask', { id: shown.bill.id, question, ...(to === 'supplier' ? { supplier: true, ...(email ? { email } : {}) } : to === 'person' && person ? { person_id: person } : {}) }); done() })
    }
    return <Dialog title={t('ask')} close={close}><form onSubmit={send} noValidate><ProblemBox problem={problem} />
        <fieldset><legend>{t('ask_whom')}</legend><div className="stack">
            {!mine && <label className="check-line"><input type="radio" name="whom" checked={to === 'entered'} onChange={() => setTo('entered')} /> {entered ? t('ask_entered', { what: entered }) : t('ask_enterer')}</label>}
            {can('user_list') && <label className="check-line"><input type="radio" name="whom" checked={to === 'person'} onChange={() => setTo('person')} /> {t('ask_colleague')}</label>}
            <label className="check-line"><input type="radio" name="whom" checked={to === 'supplier'} onChange={() => setTo('supplier')} /> {t('ask_supplier')}</label></div></fieldset>
        {to === 'person' && <Row label={t('ask_colleague')}>{ids => <select {...ids} value={person ?? ''} onChange={e => setPerson(Number(e.target.value) || undefined)}><option value="">{t('choose')}</option>{[...new Map((people.data?.items ?? []).map(p => [p.id, p])).values()].map(p => <option key={p.id} value={p.id}>{p.name}</option>)}</select>}</Row>}
        {to === 'supplier' && <TextField label={word('f', 'email')} value={email} onChange={setEmail} type="email" help={t('ask_email_help')} />}
        <TextField label={t('question')} value={question} onChange={setQuestion} area wide required maxLength={2000} autoFocus />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('ask')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}

/* ---- Paying ---- */
export function Paying({ shown }: { shown: BillShown }) {
    const { t, word, date, amount } = useWords(), { can } = useSession(), read = useRead('payment_of_bill', { id: shown.bill.id }, shown.bill.state === 'approved' && can('payment_of_bill')), { busy, problem, run } = useAction(), [holding, setHolding] = useState(false)
    if (shown.bill.state !== 'approved' || !can('payment_of_bill')) return null
    return <Card title={t('paying')}><Shown of={read}>{({ due, runs }) => <div className="stack"><ProblemBox problem={problem} />
        {due.map(d => <div key={d.id} className="stack"><p className="spread"><span>{t('still_open')}</span><strong><Amount value={d.amount} currency={d.currency} /></strong></p>
            {d.discount_on && <p><Badge tone="good">{t('discount')}</Badge> {t('discount_until', { what: amount(d.discount, d.currency), day: date(d.discount_on) })}</p>}
            {d.hold_reason && <p className="problem soft"><Icon name="lock" /><span>{t('on_hold_because', { what: d.hold_reason })} {d.hold_until ? t('until_day', { what: date(d.hold_until) }) : ''}</span></p>}
            {(d.blocks ?? '').split(' ').filter(b => b && b !== 'on_hold').map(b => <Badge key={b} tone={b === 'in_run' ? 'info' : 'bad'}>{word('blocks', b)}</Badge>)}
            {can('payment_hold') && (d.hold_reason ? <Button busy={busy} onClick={() => { void run(async () => { await call('payment_unhold', { item_id: d.id }); note(t('hold_ended')); read.reload() }) }}>{t('hold_end')}</Button> : !d.run_id && <Button icon="lock" keys="h" className="hold" onClick={() => setHolding(true)}>{t('hold')}</Button>)}
            {holding && <Dialog title={t('hold')} close={() => setHolding(false)}><ApiForm name="payment_hold" fields={['reason', 'until']} fixed={{ item_id: d.id }} labels={{ until: t('hold_until') }} intro={<p>{t('hold_text')}</p>} submit={t('hold')} cancel={() => setHolding(false)} done={() => { setHolding(false); note(t('held')); read.reload() }} /></Dialog>}</div>)}
        {!due.length && <p><Badge tone="good">{t('settled')}</Badge></p>}
        {runs.length > 0 && <ul className="lines-list">{runs.map(r => <li key={r.id} className="spread"><span><Link to={'/payments/' + r.run_id}>{t('run_title', { what: r.run_number })}</Link> <Badge tone={tones[r.state]}>{word('state', r.state)}</Badge><br /><span className="faint">{date(r.execution_on)} {r.reason}</span></span><span><Amount value={r.amount} currency={r.currency} />{!isZero(r.discount) && <span className="faint"> + {t('discount')} {amount(r.discount, r.currency)}</span>}</span></li>)}</ul>}
    </div>}</Shown></Card>
}
