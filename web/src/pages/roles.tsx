import { useRef, useState } from 'react'
import { allows, call } from '../api/client'
import { operations, type Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Card, Dialog, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Conflict, overtaken } from '../parts/conflict'
import { ApiForm, TextField } from '../parts/form'
import { History } from '../parts/history'
import { useWords } from '../text/text'

/** Every permission there is: what the operations need. */
const permissions = [...new Set(Object.values(operations).map(o => o.needs).filter((n): n is string => !!n && n !== 'portal.supplier'))].sort() // that one is of who opened a link, and of no person
const nouns = [...new Set(permissions.map(p => p.split('.')[0]!))]

export default function Roles() {
    const { t, word } = useWords(), { can } = useSession(), roles = useRead('role_list', { limit: 100 }), [at, setAt] = useState<number>(), [editing, setEditing] = useState<Schemas['role'] | 'new'>()
    const name = (role: string) => word('role', role.replaceAll(' ', '_'))
    return <Page title={t('nav_roles')} note={t('roles_note')} actions={can('role_set') && <Button look="main" icon="plus" onClick={() => setEditing('new')}>{t('role_new')}</Button>}>
        <div className="two"><Shown of={roles}>{list => <Card title={t('nav_roles')}><ul className="lines-list">{list.items.map(r => <li key={r.id} className="spread"><span>{name(r.name)} {r.is_built_in && <Badge>{t('built_in')}</Badge>}</span><span className="actions"><Button aria-pressed={at === r.id} onClick={() => setAt(at === r.id ? undefined : r.id)}>{t('what_may')}</Button>{can('role_set') && !r.is_built_in && <Button aria-label={t('change_what', { what: r.name })} onClick={() => setEditing(r)}>{t('change')}</Button>}</span></li>)}</ul></Card>}</Shown>
            <div>{at !== undefined && <RoleCard key={at} id={at} ended={() => { setAt(undefined); roles.reload() }} />}
                <Duties /></div></div>
        {editing && <Edit role={editing === 'new' ? undefined : editing} close={() => setEditing(undefined)} done={() => { setEditing(undefined); roles.reload(); note(t('saved')) }} />}
    </Page>
}
function RoleCard({ id, ended }: { id: number; ended: () => void }) {
    const { t, word } = useWords(), { can } = useSession(), read = useRead('role_show', { id }), { busy, problem, run } = useAction()
    return <Card title={t('what_may')}><ProblemBox problem={problem} /><Shown of={read}>{shown => {
        const patterns = shown.permissions.map(p => p.permission).join(' ')
        return <><ul className="lines-list">{nouns.map(n => { const held = permissions.filter(p => p.startsWith(n + '.') && allows(patterns, p)); return held.length ? <li key={n}><strong>{word('noun', n)}</strong>: {held.map(p => word('verb', p.slice(n.length + 1))).join(', ')}</li> : null })}</ul>
            {can('role_end') && !shown.is_built_in && <div className="form-end"><Button look="quiet" busy={busy} onClick={() => { void run(async () => { await call('role_end', { id }); note(t('role_ended')); ended() }) }}>{t('role_end')}</Button></div>}
            <History bare kind="role" id={id} /></>
    }}</Shown></Card>
}
/** Which two duties one person may not do to the same thing; waived for a while, with a reason, by who may. */
function Duties() {
    const { t, word, instant } = useWords(), { can } = useSession(), duties = useRead('duty_list', { limit: 100, sort: 'id' }), [open, setOpen] = useState<Schemas['duty_rule']>()
    const waived = (d: Schemas['duty_rule']) => !!d.waived_until && new Date(d.waived_until) > new Date(), name = (d: Schemas['duty_rule']) => word('duty', d.name.replaceAll(' ', '_'))
    const pair = (duty: string) => { const [noun, verb] = duty.split('.') as [string, string]; return word('noun', noun) + ': ' + word('verb', verb) }
    return <Card title={t('duties')}><p className="faint">{t('duties_note')}</p><Shown of={duties}>{list => <ul className="lines-list">{list.items.map(d => <li key={d.id}><div className="spread"><span>{name(d)}<br /><span className="faint">{pair(d.first_duty)} ≠ {pair(d.second_duty)}</span></span>
        <span className="actions">{waived(d) ? <Badge tone="warn">{t('waived')}</Badge> : <Badge tone="good">{t('in_force')}</Badge>}<Button look="quiet" aria-label={t('change_what', { what: name(d) })} onClick={() => setOpen(d)}>{can('duty_waive') ? t('change') : t('all_changes')}</Button></span></div>
        {waived(d) && <p className="faint">{t('waived_until', { when: instant(d.waived_until), why: d.waived_reason ?? '' })}</p>}</li>)}</ul>}</Shown>
        {open && <Dialog title={name(open)} close={() => setOpen(undefined)}><div className="stack">
            {can('duty_waive') && <ApiForm name="duty_waive" fields={waived(open) ? ['reason'] : ['days', 'reason']} initial={waived(open) ? {} : { days: 90 }} fixed={{ id: open.id, version: open.version ?? 1, waive: !waived(open) }} labels={{ days: t('waive_days'), reason: t('waive_why') }} intro={<p>{t(waived(open) ? 'waive_back_text' : 'waive_text')}</p>}
                submit={t(waived(open) ? 'waive_back' : 'waive')} cancel={() => setOpen(undefined)} done={() => { setOpen(undefined); note(t('saved')); duties.reload() }} />}
            <History bare kind="duty_rule" id={open.id} turn={open.version} /></div></Dialog>}
    </Card>
}
type Held = Schemas['role_shown']['permissions']
function Edit({ role, close, done }: { role?: Schemas['role']; close: () => void; done: () => void }) {
    const { t, word } = useWords(), { busy, problem, run, clear } = useAction(), before = useRead('role_show', { id: role?.id ?? 0 }, !!role)
    const [name, setName] = useState(role?.name ?? ''), [chosen, setChosen] = useState<Set<string>>()
    const patterns = (before.data?.permissions ?? []).map(p => p.permission).join(' ')
    const now = chosen ?? new Set(permissions.filter(p => allows(patterns, p)))
    const seen = useRef<Held>() // a role that others change while it is open stays as it was when that began
    if (before.data) seen.current ??= before.data.permissions
    const send = (stands: Held | undefined) => run(async () => { await call('role_set', { ...(role ? { id: role.id, ...(stands ? { seen: stands } : {}) } : {}), name, permissions: [...now].map(permission => ({ permission })) }); done() })
    const say = (held: Held | undefined) => permissions.filter(p => allows((held ?? []).map(h => h.permission).join(' '), p)).map(p => { const [noun, verb] = p.split('.') as [string, string]; return word('noun', noun) + ': ' + word('verb', verb) }).join(', ')
    return <Dialog title={role ? role.name : t('role_new')} close={close}><form noValidate onSubmit={e => { e.preventDefault(); void send(seen.current) }}>
        <ProblemBox problem={problem} />
        {role && overtaken(problem) && <Conflict again={{ kind: 'role', id: role.id, read: async () => { const shown = await call('role_show', { id: role.id }); return { name: shown.name, permissions: say(shown.permissions), version: shown.permissions } } }} fields={['name', 'permissions']} before={{ name: role.name, permissions: say(seen.current) }} mine={{ name, permissions: say([...now].map(permission => ({ permission }))) }} close={clear}
            take={theirs => { const held = theirs.version as Held; clear(); seen.current = held; setName(String(theirs.name)); setChosen(new Set(permissions.filter(p => allows(held.map(h => h.permission).join(' '), p)))) }} overwrite={theirs => { clear(); seen.current = theirs as Held; void send(theirs as Held) }} />}<TextField label={t('name')} value={name} onChange={setName} required />
        {nouns.map(n => <fieldset key={n}><legend>{word('noun', n)}</legend><div className="actions">{permissions.filter(p => p.startsWith(n + '.')).map(p => <div className="check" key={p}><label><input type="checkbox" checked={now.has(p)} onChange={e => { const next = new Set(now); if (e.target.checked) next.add(p); else next.delete(p); setChosen(next) }} /> {word('verb', p.slice(n.length + 1))}</label></div>)}</div></fieldset>)}
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}
