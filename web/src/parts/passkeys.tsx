/** My passkeys: several, each with a name; added, renamed and removed. */
import { useState } from 'react'
import { call } from '../api/client'
import { addPasskey, passkeysThere } from '../api/passkey'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Badge, Button, Card, Dialog, note, ProblemBox, Shown, useAction, useRead } from './basics'
import { ApiForm, TextField } from './form'

export function Passkeys() {
    const { t, instant } = useWords(), { reload } = useSession(), read = useRead('passkey_list', { limit: 50, sort: 'id' }), { busy, problem, run, clear } = useAction()
    const [adding, setAdding] = useState(false), [name, setName] = useState(''), [naming, setNaming] = useState<Schemas['passkey']>()
    const add = () => { void run(async () => { await addPasskey(name.trim() || t('passkey'), t); setAdding(false); setName(''); note(t('passkey_added')); read.reload(); await reload() }) }
    const end = (id: number) => { void run(async () => { await call('passkey_end', { id }); note(t('passkey_removed')); read.reload(); await reload() }) }
    return <Card title={t('passkeys')} actions={passkeysThere() && <Button icon="plus" onClick={() => { clear(); setAdding(true) }}>{t('passkey_new')}</Button>}><div className="stack">
        <p>{t(passkeysThere() ? 'passkeys_text' : 'passkeys_not_here')}</p>
        {!adding && <ProblemBox problem={problem} />}
        <Shown of={read}>{list => list.items.length === 0 ? <></> : <ul className="lines-list">{list.items.map(k => <li key={k.id} className="spread"><span>{k.name} {k.blocked_at && <Badge tone="bad">{t('passkey_blocked')}</Badge>} {k.is_backed_up && <Badge>{t('passkey_backed_up')}</Badge>}<br />
            <span className="faint">{t('passkey_made', { what: instant(k.created_at) })}{k.used_at && ' · ' + t('passkey_used', { what: instant(k.used_at) })}</span></span>
            <span className="actions"><Button look="quiet" aria-label={t('passkey_rename_what', { what: k.name })} onClick={() => setNaming(k)}>{t('passkey_rename')}</Button><Button look="quiet" busy={busy} aria-label={t('passkey_remove_what', { what: k.name })} onClick={() => end(k.id)}>{t('passkey_remove')}</Button></span></li>)}</ul>}</Shown>
        {adding && <Dialog title={t('passkey_new')} close={() => setAdding(false)}><form className="stack" noValidate onSubmit={e => { e.preventDefault(); add() }}>
            <p>{t('passkey_new_text')}</p><ProblemBox problem={problem} /><TextField label={t('passkey_name')} value={name} onChange={setName} maxLength={100} autoFocus />
            <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('passkey_make')}</Button><Button onClick={() => setAdding(false)}>{t('cancel')}</Button></div></form></Dialog>}
        {naming && <Dialog title={naming.name} close={() => setNaming(undefined)}><ApiForm name="passkey_rename" again={{ kind: 'passkey', id: naming.id, read: async () => ({ ...(await call('passkey_list', { limit: 50 })).items.find(k => k.id === naming.id) }) }} fields={['name']} initial={{ name: naming.name }} fixed={{ id: naming.id, version: naming.version }} submit={t('save')} cancel={() => setNaming(undefined)} done={() => { setNaming(undefined); read.reload() }} /></Dialog>}
    </div></Card>
}
