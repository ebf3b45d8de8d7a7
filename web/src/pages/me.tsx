/** My account: second factor, recovery codes, passkeys, password, sessions, language and name. */
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Badge, Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Factor } from '../parts/factor'
import { ApiForm } from '../parts/form'
import { Passkeys } from '../parts/passkeys'
import { useWords } from '../text/text'

export default function Me() {
    const { t } = useWords(), { me, reload } = useSession()
    return <Page title={me.name} note={me.email}>
        <div className="grid">
            <Factor />
            <Passkeys />
            <Sessions />
            <Card title={t('password_change')}><ApiForm name="me_password" fields={['present', 'password']} labels={{ present: t('password_present'), password: t('password_new') }} submit={t('password_change')} done={() => { note(t('password_changed')); void reload() }} /></Card>
            <Card title={t('my_name')}><ApiForm key={me.name} name="me_change" fields={['name']} initial={{ name: me.name }} submit={t('save')} done={() => { note(t('saved')); void reload() }} /></Card>
        </div>
    </Page>
}
function Sessions() {
    const { t, instant } = useWords(), { reload } = useSession(), read = useRead('session_list', { limit: 100, sort: '-id' }), { busy, problem, run } = useAction()
    const end = (id: number) => { void run(async () => { await call('session_close', { id }); note(t('ended')); read.reload(); await reload() }) }
    const others = () => { void run(async () => { const { count } = await call('session_close_others', {}); note(t('sessions_ended', { count })); read.reload() }) }
    return <Card title={t('sessions')} actions={(read.data?.items.length ?? 0) > 1 && <Button busy={busy} onClick={others}>{t('sessions_end_others')}</Button>}><ProblemBox problem={problem} />
        <Shown of={read}>{list => <ul className="lines-list">{list.items.map(s => <li key={s.id} className="spread"><span>{s.agent ?? t('unknown')} {s.is_current && <Badge tone="good">{t('session_this')}</Badge>}<br /><span className="faint">{[instant(s.created_at), s.address].filter(Boolean).join(' · ')}</span></span>
            <Button busy={busy} aria-label={t('session_end_what', { what: (s.agent ?? '') + ' ' + instant(s.created_at) })} onClick={() => end(s.id)}>{t('sign_out')}</Button></li>)}</ul>}</Shown></Card>
}
