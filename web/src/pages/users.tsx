/** The people of this company: invited, given a role, let go. */
import { useState } from 'react'
import { call, Problem } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Card, Dialog, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Row, TextField } from '../parts/form'
import { History } from '../parts/history'
import { List } from '../parts/list'
import { useWords } from '../text/text'

type User = Schemas['user_row']
export default function Users() {
    const { t, word } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [adding, setAdding] = useState(false), [open, setOpen] = useState<User>()
    const done = () => { setOpen(undefined); setTurn(turn + 1) }
    return <Page title={t('nav_users')} note={t('users_note')} actions={can('user_add') && <Button look="main" icon="plus" onClick={() => setAdding(true)}>{t('user_new')}</Button>}>
        <List name="user_list" past={can('user_role') ? undefined : { kind: 'user', of: row => row.name }} caption={t('nav_users')} turn={turn} sort="name" filters={['name', 'email', 'role']} columns={[{ name: 'name' }, { name: 'email' }, { name: 'role', show: row => word('role', row.role.replaceAll(' ', '_')) },
            { name: 'totp_on', show: row => row.totp_on ? <Badge tone="good">{t('on')}</Badge> : row.is_invited ? <Badge tone="info">{t('invited')}</Badge> : <Badge tone="warn">{t('off')}</Badge> }, { name: 'created_at' },
            { name: 'end', label: t('action'), show: row => <Button look="quiet" aria-label={t('change_what', { what: row.name })} onClick={() => setOpen(row)}>{t('change')}</Button> }]} />
        <Waiting />
        {adding && <Add close={() => setAdding(false)} done={() => setTurn(turn + 1)} />}
        {open && <Person user={open} close={() => setOpen(undefined)} done={done} />}
    </Page>
}
function RoleChoice({ value, onChange, wrong }: { value: string; onChange: (role: string) => void; wrong?: string }) {
    const { t, word } = useWords(), roles = useRead('role_list', { limit: 100, sort: 'name' })
    return <Shown of={roles}>{list => <Row label={word('f', 'role')} wrong={wrong} required>{ids => <select {...ids} value={value} onChange={e => onChange(e.target.value)}><option value="">{t('choose')}</option>{list.items.map(r => <option key={r.id} value={r.name}>{word('role', r.name.replaceAll(' ', '_'))}</option>)}</select>}</Row>}</Shown>
}
function Invitation({ name, invitation, close }: { name: string; invitation: string; close: () => void }) {
    const { t } = useWords()
    return <Dialog title={t('user_added')} close={close}><div className="stack"><p>{invitation ? t('invitation_text', { what: name }) : t('user_known')}</p>{invitation && <p className="mono">{location.origin}/invitation#{invitation}</p>}<Button look="main" onClick={close}>{t('close')}</Button></div></Dialog>
}
function Person({ user, close, done }: { user: User; close: () => void; done: () => void }) {
    const { t } = useWords(), { can, me } = useSession(), { busy, problem, run } = useAction(), [resetting, setResetting] = useState(false), [role, setRole] = useState(user.role), [invitation, setInvitation] = useState<string>(), [ending, setEnding] = useState(false)
    if (invitation !== undefined) return <Invitation name={user.name} invitation={invitation} close={done} />
    if (resetting) return <Reset user={user} close={() => setResetting(false)} done={done} />
    if (ending) return <Dialog title={t('end_access')} close={() => setEnding(false)}><p>{t('end_access_text', { what: user.name })}</p><ProblemBox problem={problem} /><div className="form-end"><Button look="danger" busy={busy} onClick={() => { void run(async () => { await call('user_end', { id: user.id }); note(t('ended')); done() }) }}>{t('end_access')}</Button><Button onClick={() => setEnding(false)}>{t('cancel')}</Button></div></Dialog>
    return <Dialog title={user.name} close={close}><div className="stack">
        <p className="faint">{user.email}</p>
        <ProblemBox problem={problem} except={['role']} />
        {can('user_role') && <form className="stack" noValidate onSubmit={e => { e.preventDefault(); void run(async () => { await call('user_role', { id: user.id, role }); note(t('saved')); done() }) }}>
            <RoleChoice value={role} onChange={setRole} wrong={problem instanceof Problem ? problem.at('role') : undefined} />
            <div className="form-end"><Button look="main" type="submit" busy={busy} disabled={role === user.role}>{t('save')}</Button></div></form>}
        <div className="form-end">{can('user_invite') && user.is_invited && <Button busy={busy} onClick={() => { void run(async () => { const again = await call('user_invite', { id: user.id }); setInvitation(again.invitation ?? '') }) }}>{t('invite_again')}</Button>}
            {can('factor_reset') && user.totp_on && user.id !== me.person_id && <Button onClick={() => setResetting(true)}>{t('factor_reset')}</Button>}
            {can('user_end') && user.id !== me.person_id && <Button look="danger" onClick={() => setEnding(true)}>{t('end_access')}</Button>}</div>
        <History bare kind="user" id={user.id} />
    </div></Dialog>
}
/** Whose second factor was lost; of who may release payments it waits for another administrator. */
function Reset({ user, close, done }: { user: User; close: () => void; done: () => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [reason, setReason] = useState('')
    return <Dialog title={t('factor_reset')} close={close}><form className="stack" noValidate onSubmit={e => { e.preventDefault(); void run(async () => { const asked = await call('factor_reset', { id: user.id, reason }); note(t(asked.state === 'done' ? 'factor_reset_done' : 'factor_reset_waits')); done() }) }}>
        <p>{t('factor_reset_text', { what: user.name })}</p>
        <ProblemBox problem={problem} except={['reason']} />
        <TextField label={t('factor_reset_why')} value={reason} onChange={setReason} area required maxLength={500} wrong={problem instanceof Problem ? problem.at('reason') : undefined} />
        <div className="form-end"><Button look="danger" type="submit" busy={busy}>{t('factor_reset')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}
function Waiting() {
    const { t, instant } = useWords(), { can, me } = useSession(), read = useRead('factor_list', { state: 'waiting', sort: '-asked_at', limit: 50 }), { busy, problem, run } = useAction()
    const waiting = (read.data?.items ?? []).filter(r => Date.parse(r.expires_at) > Date.now())
    if (waiting.length === 0) return <ProblemBox problem={problem} />
    const decide = (name: 'factor_confirm' | 'factor_refuse', r: Schemas['factor_reset']) => { void run(async () => { await call(name, { id: r.id, version: r.version }); note(t(name === 'factor_confirm' ? 'factor_reset_done' : 'factor_refused')) }).then(read.reload) }
    return <Card title={t('factor_waiting')}><ProblemBox problem={problem} /><ul className="lines-list">{waiting.map(r => {
        const what = r.person ?? '', mine = r.asked_by === me.person_id
        return <li key={r.id} className="spread"><span><strong>{what}</strong> · {r.reason}<br /><span className="faint">{t('factor_asked', { who: r.asker ?? t('the_program'), when: instant(r.asked_at), until: instant(r.expires_at) })}</span></span>
            {can('factor_confirm') && r.person_id !== me.person_id && <span className="actions">{!mine && <Button look="main" busy={busy} aria-label={t('factor_confirm_what', { what })} onClick={() => decide('factor_confirm', r)}>{t('factor_confirm_reset')}</Button>}
                <Button busy={busy} aria-label={t(mine ? 'factor_withdraw_what' : 'factor_refuse_what', { what })} onClick={() => decide('factor_refuse', r)}>{t(mine ? 'factor_withdraw' : 'factor_refuse')}</Button></span>}</li>
    })}</ul></Card>
}
function Add({ close, done }: { close: () => void; done: () => void }) {
    const { t, word, language } = useWords(), { busy, problem, run } = useAction(), [email, setEmail] = useState(''), [name, setName] = useState(''), [role, setRole] = useState(''), [spoken, setSpoken] = useState<string>(language), [invitation, setInvitation] = useState<string>()
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    if (invitation !== undefined) return <Invitation name={name} invitation={invitation} close={close} />
    return <Dialog title={t('user_new')} close={close}><form className="stack" noValidate onSubmit={e => { e.preventDefault(); void run(async () => { const added = await call('user_add', { email, name, role, language: spoken }); setInvitation(added.invitation ?? ''); done() }) }}>
        <ProblemBox problem={problem} except={['email', 'name', 'role']} />
        <TextField label={word('f', 'name')} value={name} onChange={setName} wrong={at('name')} required /><TextField label={word('f', 'email')} type="email" value={email} onChange={setEmail} wrong={at('email')} required />
        <RoleChoice value={role} onChange={setRole} wrong={at('role')} />
        <Row label={word('f', 'language')}>{ids => <select {...ids} value={spoken} onChange={e => setSpoken(e.target.value)}><option value="nl">Nederlands</option><option value="en">English</option></select>}</Row>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('invite')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form></Dialog>
}
