/** Forms: a field with its label, its help and what the server says is wrong with it; and whole forms made of an operation's table. */
import { useEffect, useId, useMemo, useRef, useState, type InputHTMLAttributes, type ReactNode } from 'react'
import { allOf, call, Problem, type Gives, type Name, type Takes } from '../api/client'
import { operations } from '../api/schema'
import type { Field as FieldMeta } from '../api/meta'
import { parseAmount } from '../amount'
import { Conflict, overtaken, type Again } from './conflict'
import { forgetNames } from './who'
import { ChangedBy } from './live'
import { useWords } from '../text/text'
import { Button, ProblemBox, useAction } from './basics'

export type Values = Record<string, unknown>

export function Row({ label, help, wrong, children, required, wide }: { label: string; help?: ReactNode; wrong?: string; required?: boolean; wide?: boolean; children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true; 'aria-required'?: true }) => ReactNode }) {
    const id = useId()
    const described = [help && id + 'h', wrong && id + 'w'].filter(Boolean).join(' ')
    return <div className={'field' + (wrong ? ' wrong' : '') + (wide ? ' wide' : '')}>
        <label htmlFor={id}>{label}{required && <span className="required" aria-hidden="true"> *</span>}</label>
        {children({ id, ...(described ? { 'aria-describedby': described } : {}), ...(wrong ? { 'aria-invalid': true as const } : {}), ...(required ? { 'aria-required': true as const } : {}) })}
        {help && <p className="help" id={id + 'h'}>{help}</p>}
        {wrong && <p className="why" id={id + 'w'}>{wrong}</p>}
    </div>
}
export function TextField({ label, value, onChange, help, wrong, required, wide, area, ...rest }: { label: string; value: string; onChange: (value: string) => void; help?: ReactNode; wrong?: string; required?: boolean; wide?: boolean; area?: boolean } & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>) {
    return <Row label={label} help={help} wrong={wrong} required={required} wide={wide}>{ids => area
        ? <textarea {...ids} rows={3} value={value} onChange={e => onChange(e.target.value)} maxLength={rest.maxLength} />
        : <input type="text" autoComplete="off" {...rest} {...ids} value={value} onChange={e => onChange(e.target.value)} />}</Row>
}
/** Keeps what is typed; gives the exact decimal when it is one. `exact`: a rate or a percentage, of as many digits as it has; nobody groups those. */
export function AmountInput({ value, onChange, digits = 2, exact, ...rest }: { value: string; onChange: (value: string) => void; digits?: number; exact?: boolean } & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>) {
    const { decimal, language } = useWords()
    const [typed, setTyped] = useState<string>(), parse = (text: string) => exact ? parseAmount(text, 10)?.replace(/(\.\d\d\d*?)0+$/, '$1') : parseAmount(text, digits, language)
    return <input type="text" inputMode="decimal" autoComplete="off" {...rest} className={'amount-input ' + (rest.className ?? '')} value={typed ?? decimal(value)}
        onChange={e => { setTyped(e.target.value); onChange(e.target.value === '' ? '' : parse(e.target.value) ?? e.target.value) }} onBlur={() => setTyped(undefined)} />
}

/* ---- Choosing from what is searched ---- */
export interface Option { id: number; label: string; note?: string }
export type Finder = (text: string) => Promise<Option[]>
let kept: Record<string, Promise<Option[]>> = {}
export function forgetChoices(): void { kept = {}; forgetNames() }
/** Asked once; what could not be read is asked again the next time. */
function keep(name: string, ask: () => Promise<Option[]>): Promise<Option[]> {
    const asked = kept[name] ??= ask()
    asked.catch(() => { if (kept[name] === asked) delete kept[name] })
    return asked
}
const within = (all: Promise<Option[]>): Finder => async text => {
    const words = text.toLowerCase().split(' ').filter(Boolean)
    return (await all).filter(o => words.every(w => (o.label + ' ' + (o.note ?? '')).toLowerCase().includes(w))).slice(0, 50)
}
export const finders: Record<string, Finder> = {
    account: text => within(keep('accounts', () => allOf('account_list', { sort: 'number' }).then(all => all.filter(a => !a.is_blocked).map(a => ({ id: a.id, label: a.number + ' ' + a.name })))))(text),
    vat: text => within(keep('vat', () => allOf('vat_list', {}).then(all => all.map(v => ({ id: v.id, label: v.name, note: v.code })))))(text),
    vat_purchase: text => within(keep('vat_purchase', () => allOf('vat_list', { side: 'purchase' }).then(all => all.map(v => ({ id: v.id, label: v.name, note: v.code })))))(text),
    bank_account: text => within(keep('banks', () => allOf('bank_account_list', {}).then(all => all.filter(b => !b.is_closed).map(b => ({ id: b.id, label: b.name, note: b.iban })))))(text),
    party: text => call('party_list', { limit: 20, sort: 'name', ...(text ? { 'name.has': text } : {}) }).then(r => r.items.map(p => ({ id: p.id, label: p.name, note: [p.number, p.city].filter(Boolean).join(' · ') }))),
    supplier: text => call('party_list', { limit: 20, sort: 'name', is_supplier: 'true', ...(text ? { 'name.has': text } : {}) }).then(r => r.items.map(p => ({ id: p.id, label: p.name, note: [p.number, p.city].filter(Boolean).join(' · ') }))),
    customer: text => call('party_list', { limit: 20, sort: 'name', is_customer: 'true', ...(text ? { 'name.has': text } : {}) }).then(r => r.items.map(p => ({ id: p.id, label: p.name, note: [p.number, p.city].filter(Boolean).join(' · ') }))),
}
/** A text box with a list under it (ARIA combobox): type, arrows, Enter. */
export function Combo({ find, value, label, onChange, placeholder, disabled, ...ids }: { find: Finder; value: number | undefined; label?: string; onChange: (id: number | undefined, option?: Option) => void; placeholder?: string; disabled?: boolean; id?: string; 'aria-label'?: string; 'aria-describedby'?: string; 'aria-invalid'?: true; 'aria-required'?: true }) {
    const { t } = useWords(), own = useId()
    const [text, setText] = useState<string>(), [options, setOptions] = useState<Option[]>([]), [open, setOpen] = useState(false), [at, setAt] = useState(0), [chosen, setChosen] = useState<Option>()
    const turn = useRef(0)
    const search = (typed: string) => {
        const mine = ++turn.current
        find(typed).then(found => { if (mine === turn.current) { setOptions(found); setAt(0) } }, () => { if (mine === turn.current) setOptions([]) })
    }
    useEffect(() => { // what is there already, by its number
        if (value === undefined || chosen?.id === value || label) return
        let live = true
        find('').then(found => { const one = found.find(o => o.id === value); if (live && one) setChosen(one) }, () => undefined)
        return () => { live = false }
    }, [value, chosen?.id, label, find])
    // where the value is a text of its own (the number of an account) the label is all there is
    const shown = text ?? (value !== undefined && chosen?.id === value ? chosen.label : value === undefined && label && chosen?.label.startsWith(label + ' ') ? chosen.label : label ?? '')
    const choose = (option: Option) => { setChosen(option); setText(undefined); setOpen(false); onChange(option.id, option) }
    return <div className="combo">
        <input type="text" role="combobox" autoComplete="off" {...ids} aria-expanded={open} aria-controls={own} aria-autocomplete="list" aria-activedescendant={open && options[at] ? own + '-' + at : undefined}
            placeholder={placeholder} disabled={disabled} value={shown}
            onFocus={e => e.target.select()} onClick={() => { if (!open) { search(''); setOpen(true) } }}
            onChange={e => { setText(e.target.value); setOpen(true); search(e.target.value); if (e.target.value === '') onChange(undefined) }}
            onBlur={() => { setOpen(false); setText(undefined) }}
            onKeyDown={e => {
                if (e.key === 'ArrowDown') { e.preventDefault(); if (!open) { search(text ?? ''); setOpen(true) } else setAt(n => Math.min(n + 1, options.length - 1)) }
                else if (e.key === 'ArrowUp') { e.preventDefault(); setAt(n => Math.max(n - 1, 0)) }
                else if (e.key === 'Enter' && open && options[at]) { e.preventDefault(); choose(options[at]!) }
                else if (e.key === 'Escape' && open) { e.preventDefault(); e.stopPropagation(); setOpen(false); setText(undefined) }
            }} />
        <ul id={own} role="listbox" aria-label={ids['aria-label'] ?? t('choices')} hidden={!open}>
            {options.map((o, i) => <li key={o.id} id={own + '-' + i} role="option" aria-selected={i === at} onMouseDown={e => { e.preventDefault(); choose(o) }} onMouseEnter={() => setAt(i)}><span>{o.label}</span>{o.note && <small>{o.note}</small>}</li>)}
            {open && !options.length && <li role="option" aria-selected="false" aria-disabled="true" className="faint">{t('nothing_found')}</li>}
        </ul>
    </div>
}

/* ---- A whole form of an operation ---- */
const finderOf: Record<string, string> = { party_id: 'party', parent_id: 'party', account_id: 'account', expense_account_id: 'account', sales_account_id: 'account', ledger_account_id: 'account', vat_code_id: 'vat', bank_account_id: 'bank_account' }
const typeOf: Record<string, string> = { email: 'email', phone: 'tel', password: 'password', present: 'password', website: 'url' }
const areas = new Set(['answer', 'question', 'notes', 'note', 'reason', 'why', 'block_reason', 'waived_reason'])

export function ApiField({ field, value, onChange, wrong, label }: { field: FieldMeta; value: unknown; onChange: (value: unknown) => void; wrong?: string; label?: string }) {
    const { t, word } = useWords()
    const name = label ?? word('f', field.name), finder = finderOf[field.name], text = value === undefined || value === null ? '' : String(value)
    if (finder) return <Row label={name} wrong={wrong} required={field.required}>{ids => <Combo {...ids} find={finders[finder]!} value={value as number | undefined} onChange={onChange} />}</Row>
    switch (field.kind) {
        case 'bool': return <div className="field check"><label><input type="checkbox" checked={value === true} onChange={e => onChange(e.target.checked)} /> {name}</label>{wrong && <p className="why">{wrong}</p>}</div>
        case 'choice': return <Row label={name} wrong={wrong} required={field.required}>{ids => <select {...ids} value={text} onChange={e => onChange(e.target.value || undefined)}>{(!field.required || !text) && <option value="">{field.required ? t('choose') : ''}</option>}{field.choices!.map(c => <option key={c} value={c}>{word(field.name, c)}</option>)}</select>}</Row>
        case 'date': return <Row label={name} wrong={wrong} required={field.required}>{ids => <input {...ids} type="date" value={text} onChange={e => onChange(e.target.value || undefined)} />}</Row>
        case 'decimal': return <Row label={name} wrong={wrong} required={field.required}>{ids => <AmountInput {...ids} exact={/(^|_)(rate|percent|quantity|price)$/.test(field.name)} value={text} onChange={v => onChange(v || undefined)} />}</Row>
        case 'int': case 'id': return <Row label={name} wrong={wrong} required={field.required}>{ids => <input {...ids} type="text" inputMode="numeric" value={text} onChange={e => onChange(e.target.value === '' ? undefined : /^\d{1,15}$/.test(e.target.value) ? Number(e.target.value) : e.target.value)} />}</Row>
        default: return <TextField label={name} wrong={wrong} required={field.required} value={text} maxLength={field.max} area={areas.has(field.name)} wide={areas.has(field.name)} type={typeOf[field.name] ?? 'text'}
            autoComplete={field.name === 'password' ? 'new-password' : field.name === 'present' ? 'current-password' : 'off'} onChange={v => onChange(v === '' ? undefined : v)} />
    }
}

/** A form of the fields named, in that order; the server checks, and each refusal stands at its field. */
export function ApiForm<N extends Name>({ name, fields, initial = {}, fixed = {}, submit, done, cancel, labels = {}, intro, again }: {
    name: N; fields: string[]; initial?: Values; fixed?: Values; submit: string; done: (gives: Gives<N>) => void; cancel?: () => void; labels?: Record<string, string>; intro?: ReactNode
    /** What it changes, for when somebody else was first: its kind and id in the audit trail, and how to read it anew (version and all). */
    again?: Again
}) {
    const { t } = useWords(), { busy, problem, run, clear } = useAction(), theirVersion = useRef<unknown>()
    const [values, setValues] = useState<Values>(initial)
    const form = useRef<HTMLFormElement>(null), base = useRef({ initial, version: fixed.version, saved: false })
    useEffect(() => { // read anew: who has typed nothing follows; who has, keeps what he typed and on what it stands
        if (!again || fixed.version === base.current.version) return
        if (!base.current.saved && JSON.stringify(values) !== JSON.stringify(base.current.initial)) return
        base.current = { initial, version: fixed.version, saved: false }
        theirVersion.current = undefined
        setValues(initial)
    }, [fixed.version]) // eslint-disable-line
    const metas = useMemo(() => fields.map(f => operations[name].fields!.find(m => m.name === f)).filter((m): m is FieldMeta => !!m), [name, fields])
    const send = async (version?: unknown) => {
        const stands = version ?? theirVersion.current ?? (again ? base.current.version : fixed.version)
        const given = Object.fromEntries(Object.entries({ ...values, ...fixed, ...(stands === undefined ? {} : { version: stands }) }).filter(([, v]) => v !== undefined && v !== ''))
        let gave: Gives<N> | undefined
        if (await run(async () => { gave = await call(name, given as Takes<N>) })) { base.current.saved = true; done(gave as Gives<N>) }
        else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid], [role=alert]')?.focus())
    }
    return <form ref={form} className="form" onSubmit={event => { event.preventDefault(); void send() }} noValidate>
        {intro}
        <ProblemBox problem={problem} except={fields} />
        <div className="fields">{metas.map(m => <ApiField key={m.name} field={m} label={labels[m.name]} value={values[m.name]} wrong={problem instanceof Problem ? problem.at(m.name) : undefined} onChange={v => setValues(before => ({ ...before, [m.name]: v }))} />)}</div>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{submit}</Button>{cancel && <Button onClick={cancel}>{t('cancel')}</Button>}</div>
        {again && <ChangedBy kind={again.kind} id={again.id} />}
        {again && overtaken(problem) && <Conflict again={again} fields={fields} before={base.current.initial} mine={values} close={clear}
            take={theirs => { clear(); theirVersion.current = theirs.version; setValues(Object.fromEntries(fields.map(f => [f, theirs[f]]))) }} overwrite={version => { clear(); void send(version) }} />}
    </form>
}
