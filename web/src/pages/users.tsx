import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Row, TextField } from '../parts/form'
import { Problem } from '../api/client'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Users() {
    const { t, word } = useWords(), { can, me } = useSession(), { busy, problem, run } = useAction(), [turn, setTurn] = useState(0), [adding, setAdding] = useState(false), [ending, setEnding] = useState<Schemas['user_row']>()
    return <Page title={t('nav_users')} note={t('users_note')} actions={can('user_add') && <Button look="main" icon="plus" onClick={() => setAdding(true)}>{t('user_new')}</Button>}>
        <List name="user_list" caption={t('nav_users')} turn={turn} sort="name" filters={['name', 'email', 'role']} columns={[{ name: 'name' }, { name: 'email' }, { name: 'role', show: row => word('role', row.role.replaceAll(' ', '_')) },
            { name: 'totp_on', show: row => row.totp_on ? <Badge tone="good">{t('on')}</Badge> : row.is_invited ? <Badge tone="info">{t('invited')}</Badge> : <Badge tone="warn">{t('off')}</Badge> }, { name: 'created_at' },
            { name: 'end', label: t('action'), show: row => can('user_end') && row.id !== me.person_id ? <Button look="quiet" aria-label={t('end_access_what', { what: row.name })} onClick={() => setEnding(row)}>{t('end_access')}</Button> : '' }]} />
        {adding && <Add close={() => setAdding(false)} done={() => setTurn(turn + 1)} />}
        {ending && <Dialog title={t('end_access')} close={() => setEnding(undefined)}><p>{t('end_access_text', { what: ending.name })}</p><ProblemBox problem={problem} /><div className="form-end"><Button look="danger" busy={busy} onClick={() => { void run(async () => { await call('user_end', { id: ending.id }); setEnding(undefined); setTurn(turn + 1); note(t('ended')) }) }}>{t('end_access')}</Button><Button onClick={() => setEnding(undefined)}>{t('cancel')}</Button></div></Dialog>}
    </Page>
}
function Add({ close, done }: { close: () => void; done: () => void }) {
    const { t, word } = useWords(), { busy, problem, run } = useAction(), roles = useRead('role_list', { limit: 100 })
    const [email, setEmail] = useState(''), [name, setName] = useState(''), [role, setRole] = useState(''), [invitation, setInvitation] = useState<string>()
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    if (invitation !== undefined) return <Dialog title={t('user_added')} close={close}><div className="stack"><p>{invitation ? t('invitation_text', { what: name }) : t('user_known')}</p>{invitation && <p className="mono">{location.origin}/invitation#{invitation}</p>}<Button look="main" onClick={close}>{t('close')}</Button></div></Dialog>
    return <Dialog title={t('user_new')} close={close}><Shown of={roles}>{list => <form noValidate onSubmit={e => { e.preventDefault(); void run(async () => { const added = await call('user_add', { email, name, role }); setInvitation(added.invitation ?? ''); done() }) }}>
        <ProblemBox problem={problem} except={['email', 'name', 'role']} />
        <TextField label={word('f', 'name')} value={name} onChange={setName} wrong={at('name')} required /><TextField label={word('f', 'email')} type="email" value={email} onChange={setEmail} wrong={at('email')} required />
        <Row label={word('f', 'role')} wrong={at('role')} required>{ids => <select {...ids} value={role} onChange={e => setRole(e.target.value)}><option value="">{t('choose')}</option>{list.items.map(r => <option key={r.id} value={r.name}>{word('role', r.name.replaceAll(' ', '_'))}</option>)}</select>}</Row>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('invite')}</Button><Button onClick={close}>{t('cancel')}</Button></div>
    </form>}</Shown></Dialog>
}
