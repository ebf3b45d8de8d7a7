/** What may be booked by itself, what people may give up, terms of discount, and what the program learned. */
import { useEffect, useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import type { Schemas } from '../api/schema'
import { minorToText, textToMinor } from '../amount'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Conflict, overtaken } from '../parts/conflict'
import { AmountInput, Combo, finders, Row, TextField } from '../parts/form'
import { History, Past } from '../parts/history'
import { Who } from '../parts/who'
import { useWords } from '../text/text'

type Setting = Schemas['cash_chosen_setting']
const minors = ['difference_auto_minor', 'rounding_minor', 'charge_minor', 'write_off_minor'] as const, days = ['discount_late_days', 'answer_days'] as const
/** As a person types it: amounts and the certainty as decimals, days as digits. */
type Typed = Record<(typeof minors)[number] | (typeof days)[number] | 'precision_ppm' | 'discount_mode', string>
const percentOf = (ppm: number) => minorToText(ppm, 4).replace(/\.?0+$/, '') || '0'
const typedOf = (s: Setting): Typed => ({ precision_ppm: percentOf(s.precision_ppm), discount_mode: s.discount_mode, ...Object.fromEntries(minors.map(f => [f, minorToText(s[f] ?? 0)])), ...Object.fromEntries(days.map(f => [f, String(s[f] ?? '')])) } as Typed)
const order = ['precision_ppm', ...minors, ...days, 'discount_mode'] as const
function Form({ setting: read, done }: { setting: Setting; done: () => void }) {
    const { t } = useWords(), { can, me } = useSession(), { busy, problem, run, clear } = useAction(), [base, setBase] = useState(read), [typed, set] = useState(() => typedOf(read)), [wrong, setWrong] = useState<string[]>([])
    const start = (now: Setting) => { setBase(now); set(typedOf(now)); setWrong([]) }
    const changed = order.some(f => typed[f] !== typedOf(base)[f])
    useEffect(() => { if (read.version > base.version && !changed) start(read) }, [read.version]) // eslint-disable-line
    const put = (field: keyof Typed) => (value: string) => { setWrong(w => w.filter(f => f !== field)); set(now => ({ ...now, [field]: value })) }
    const at = (field: keyof Typed) => wrong.includes(field) ? t('not_a_number') : problem instanceof Problem ? problem.at(field) : undefined
    const may = can('cash_set')
    const amount = (label: string, field: (typeof minors)[number], help: string) => <Row label={label} help={help} wrong={at(field)}>{ids => <AmountInput {...ids} disabled={!may} value={typed[field]} onChange={put(field)} />}</Row>
    const count = (label: string, field: (typeof days)[number], help: string) => <TextField label={label} help={help} wrong={at(field)} inputMode="numeric" disabled={!may} value={typed[field]} onChange={put(field)} />
    const save = (version: number) => {
        const bad = order.filter(f => f !== 'discount_mode' && !/^\d{1,12}(\.\d+)?$/.test(typed[f])).concat(days.filter(f => !/^\d{1,6}$/.test(typed[f])))
        setWrong(bad)
        if (bad.length) return
        void run(async () => {
            start(await call('cash_set', { version, precision_ppm: Number(textToMinor(typed.precision_ppm, 4)), discount_mode: typed.discount_mode, ...Object.fromEntries(minors.map(f => [f, Number(textToMinor(typed[f]))])), ...Object.fromEntries(days.map(f => [f, Number(typed[f])])) } as Setting))
            note(t('saved'))
            done()
        })
    }
    const send = (event: FormEvent) => { event.preventDefault(); save(base.version) }
    return <form className="form" onSubmit={send} noValidate><ProblemBox problem={problem} except={[...order]} />
        {overtaken(problem) && <Conflict again={{ kind: 'cash_setting', id: me.company_id ?? 0, read: async () => { const now = await call('cash_settings', {}); return { ...typedOf(now), version: now.version, base: now } } }} fields={[...order]} before={typedOf(base)} mine={typed} close={clear}
            take={theirs => { clear(); start(theirs.base as Setting) }} overwrite={(version, theirs) => { clear(); setBase(theirs.base as Setting); save(version as number) }} />}
        <div className="fields">
            <Row label={t('auto_limit')} help={t('auto_limit_help')} wrong={at('precision_ppm')}>{ids => <AmountInput {...ids} digits={4} disabled={!may} value={typed.precision_ppm} onChange={put('precision_ppm')} />}</Row>
            {amount(t('difference_to'), 'difference_auto_minor', t('difference_to_help'))}{amount(t('rounding_to'), 'rounding_minor', t('rounding_to_help'))}{amount(t('charge_to'), 'charge_minor', t('charge_to_help'))}{amount(t('write_off_to'), 'write_off_minor', t('write_off_to_help'))}{count(t('late_days'), 'discount_late_days', t('late_days_help'))}{count(t('answer_days'), 'answer_days', t('answer_days_help'))}
            <Row label={t('discount_mode')} help={t('discount_mode_help')} wrong={at('discount_mode')}>{ids => <select {...ids} disabled={!may} value={typed.discount_mode} onChange={e => put('discount_mode')(e.target.value)}><option value="excluded">{t('mode_excluded')}</option><option value="included">{t('mode_included')}</option><option value="mixed">{t('mode_mixed')}</option></select>}</Row></div>
        {may && <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button></div>}</form>
}
function Limits() {
    const { t } = useWords(), { can } = useSession(), limits = useRead('cash_limits', { limit: 100 }), roles = useRead('role_list', { limit: 100 }, can('role_list') && can('cash_limit')), { busy, problem, run } = useAction(), [role, setRole] = useState(''), [value, setValue] = useState(''), [bad, setBad] = useState(false)
    const send = (event: FormEvent) => { event.preventDefault(); const known = limits.data?.items.find(l => l.id === Number(role)), wrong = !/^\d{1,12}(\.\d{1,2})?$/.test(value); setBad(wrong); if (wrong) return; void run(async () => { await call('cash_limit', { role_id: Number(role), write_off_minor: Number(textToMinor(value || '0')), ...(known ? { version: known.version } : {}) }); note(t('saved')); limits.reload() }) }
    return <Card title={t('limits')}><Shown of={limits}>{l => l.items.length ? <ul className="lines-list">{l.items.map(x => <li key={x.id} className="spread"><span>{x.role}</span><span className="actions"><Amount value={minorToText(x.write_off_minor)} /><Past kind="cash_limit" id={x.id} what={x.role ?? ''} /></span></li>)}</ul> : <p className="faint">{t('limits_none')}</p>}</Shown>
        {roles.data && <form className="form" onSubmit={send} noValidate><ProblemBox problem={problem} /><div className="fields"><Row label={t('nav_roles')}>{ids => <select {...ids} value={role} onChange={e => setRole(e.target.value)}><option value="">{t('choose')}</option>{roles.data!.items.map(r => <option key={r.id} value={r.id}>{r.name}</option>)}</select>}</Row><Row label={t('limit_of')} wrong={bad ? t('not_a_number') : undefined}>{ids => <AmountInput {...ids} value={value} onChange={v => { setBad(false); setValue(v) }} />}</Row></div>
            <div className="form-end"><Button type="submit" busy={busy} disabled={!role}>{t('save')}</Button></div></form>}</Card>
}
function Terms() {
    const { t, date, decimal } = useWords(), { can } = useSession(), terms = useRead('cash_terms', { limit: 100, sort: '-valid_from' }), { busy, problem, run } = useAction(), [party, setParty] = useState<number>(), [name, setName] = useState<string>(), [from, setFrom] = useState(''), [days, setDays] = useState('14'), [percent, setPercent] = useState('')
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { await call('cash_term', { ...(party ? { party_id: party } : {}), valid_from: from, days: Number(days), percent }); note(t('saved')); terms.reload() }) }
    return <Card title={t('terms')}><Shown of={terms}>{l => l.items.length ? <ul className="lines-list">{l.items.map(x => <li key={x.id} className="spread"><span>{x.party_id ? <Who id={x.party_id} /> : t('everyone')}</span><span>{t('term_what', { percent: decimal(x.percent), days: x.days, date: date(x.valid_from) })}</span></li>)}</ul> : <p className="faint">{t('terms_none')}</p>}</Shown>
        {can('cash_term') && <form className="form" onSubmit={send} noValidate><ProblemBox problem={problem} /><div className="fields"><Row label={t('f_party')}>{ids => <Combo {...ids} find={finders.customer!} value={party} label={name} placeholder={t('everyone')} onChange={(id, o) => { setParty(id); setName(o?.label) }} />}</Row><Row label={t('percent')}>{ids => <AmountInput {...ids} exact value={percent} onChange={setPercent} />}</Row><TextField label={t('term_days')} inputMode="numeric" value={days} onChange={setDays} /><TextField label={t('from_day', { what: '' }).trim().replace(/^./, c => c.toUpperCase())} type="date" value={from} onChange={setFrom} /></div>
            <div className="form-end"><Button type="submit" busy={busy}>{t('term_add')}</Button></div></form>}</Card>
}
interface Quality { lines: number; right_rules: number; right_now: number; posted_now: number; posted_wrong_now: number; unlearned?: 'short_history' | 'few_explained'; history?: number; explained?: number }
function Models() {
    const { t, instant } = useWords(), { can } = useSession(), models = useRead('cash_models', { limit: 10, sort: '-id' }), { busy, problem, run } = useAction()
    const why = (q: Quality) => t('learned_not', { why: t(q.unlearned === 'few_explained' ? 'unlearned_few_explained' : 'unlearned_short_history', { history: q.history ?? 0, explained: q.explained ?? 0 }) })
    const learn = () => void run(async () => { const r = await call('cash_train', {}); note(r.version ? t('learned', { right: r.right_now, of: r.lines }) : why(r as Quality)); models.reload() })
    return <Card title={t('models')} actions={can('cash_train') && <Button busy={busy} onClick={learn}>{t('learn_now')}</Button>}><ProblemBox problem={problem} /><Shown of={models}>{l => l.items.length ? <ul className="lines-list">{l.items.map(m => { const q = m.quality as Quality; return <li key={m.id}><div className="spread"><span>{instant(m.trained_at)} {m.version_hash && <span className="mono faint">{m.version_hash.slice(0, 8)}</span>}</span><Badge tone={m.is_used ? 'good' : 'none'}>{t(m.is_used ? 'model_used' : m.version_hash ? 'model_not' : 'model_nothing')}</Badge></div><p className="faint">{m.version_hash ? t('model_what', { right: q.right_now, of: q.lines, rules: q.right_rules, posted: q.posted_now, wrong: q.posted_wrong_now }) : `${why(q)}. ${t('unlearned_again')}`}</p></li> })}</ul> : <p className="faint">{t('models_none')}</p>}</Shown></Card>
}
export default function CashSettings() {
    const { t } = useWords(), { can, me } = useSession(), setting = useRead('cash_settings', {})
    return <Page title={t('nav_cash_settings')} note={t('cash_settings_note')}>
        <Card><Shown of={setting}>{s => <Form setting={s} done={setting.reload} />}</Shown></Card>
        <div className="grid">{can('cash_limits') && <Limits />}{can('cash_terms') && <Terms />}{can('cash_models') && <Models />}</div>
        {me.company_id && <History kind="cash_setting" id={me.company_id} turn={setting.data?.version} />}
    </Page>
}
