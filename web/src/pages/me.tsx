import { useState } from 'react'
import { call, Problem } from '../api/client'
import { useSession } from '../app/session'
import { Badge, Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { ApiForm, TextField } from '../parts/form'
import { Qr } from '../parts/qr'
import { useWords } from '../text/text'

export default function Me() {
    const { t, instant } = useWords(), { me, reload } = useSession(), sessions = useRead('session_list', { limit: 100 }), { busy, problem, run } = useAction()
    return <Page title={me.name} note={me.email}>
        <div className="grid">
            <Factor />
            <Card title={t('password_change')}><ApiForm name="me_password" fields={['present', 'password']} labels={{ present: t('password_present'), password: t('password_new') }} submit={t('password_change')} done={() => { note(t('password_changed')); void reload() }} /></Card>
            <Card title={t('sessions')}><ProblemBox problem={problem} /><Shown of={sessions}>{list => <ul className="lines-list">{list.items.map(s => <li key={s.id} className="spread"><span>{s.agent ?? t('unknown')}<br /><span className="faint">{instant(s.created_at)} · {s.address}</span></span><Button busy={busy} onClick={() => { void run(async () => { await call('session_close', { id: s.id }); note(t('ended')); sessions.reload(); await reload() }) }}>{t('sign_out')}</Button></li>)}</ul>}</Shown></Card>
        </div>
    </Page>
}
function Factor() {
    const { t } = useWords(), { me, reload } = useSession(), { busy, problem, run } = useAction()
    const [started, setStarted] = useState<{ secret: string; uri: string }>(), [code, setCode] = useState(''), [codes, setCodes] = useState<string[]>()
    const begin = () => { void run(async () => setStarted(await call('me_totp_start', {}))) }
    if (codes) return <Card title={t('recovery_codes')}><div className="stack"><p>{t('recovery_text')}</p><ul className="codes">{codes.map(c => <li key={c}>{c}</li>)}</ul><Button look="main" onClick={() => { setCodes(undefined); void reload() }}>{t('recovery_kept')}</Button></div></Card>
    if (started) return <Card title={t('factor_set_up')}><form className="stack" noValidate onSubmit={e => { e.preventDefault(); void run(async () => { const r = await call('me_totp_confirm', { code: code.replace(/\s/g, '') }); setStarted(undefined); setCodes(r.codes.map(c => c.code)); note(t('factor_on')) }) }}>
        <p>{t('factor_scan')}</p><Qr text={started.uri} label={t('factor_qr')} /><p className="faint">{t('factor_by_hand')}</p><p className="mono">{started.secret.replace(/(.{4})/g, '$1 ')}</p>
        <ProblemBox problem={problem} except={['code']} /><TextField label={t('code')} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="numeric" wrong={problem instanceof Problem ? problem.at('code') : undefined} />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('factor_confirm')}</Button><Button onClick={() => setStarted(undefined)}>{t('cancel')}</Button></div></form></Card>
    return <Card title={t('second_factor')}><div className="stack"><ProblemBox problem={problem} /><p>{me.second_factor ? <Badge tone="good">{t('on')}</Badge> : <Badge tone="warn">{t('off')}</Badge>} {t('factor_text')}</p><Button look={me.second_factor ? 'plain' : 'main'} busy={busy} onClick={begin}>{me.second_factor ? t('factor_again') : t('factor_set_up')}</Button></div></Card>
}
