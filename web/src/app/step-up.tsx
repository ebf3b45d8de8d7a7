/** The second factor shown again, for what moves money; then the request goes on by itself. */
import { useState } from 'react'
import { call, Problem } from '../api/client'
import { passkeysThere, stepUpByPasskey } from '../api/passkey'
import { Button, Dialog, ProblemBox, useAction } from '../parts/basics'
import { TextField } from '../parts/form'
import { useWords } from '../text/text'
import type { Session } from './session'
import { Link } from './router'

export function StepUp({ session, done }: { session: Session | null; done: (shown: boolean) => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [code, setCode] = useState('')
    if (session && !session.me.second_factor) return <Dialog title={t('factor_needed')} close={() => done(false)}>
        <p>{t('factor_needed_text')}</p>
        <div className="form-end"><Link className="button main" to="/me" onClick={() => done(false)}>{t('factor_set_up')}</Link><Button onClick={() => done(false)}>{t('cancel')}</Button></div>
    </Dialog>
    const byPasskey = () => { void run(async () => { await stepUpByPasskey(t); await session?.reload(); done(true) }) }
    if (session && !session.me.totp_on) return <Dialog title={t('step_up')} close={() => done(false)}><div className="stack">
        <p>{t('step_up_passkey')}</p>
        <ProblemBox problem={problem} />
        <div className="form-end"><Button look="main" icon="lock" busy={busy} onClick={byPasskey}>{t('passkey_show')}</Button><Button onClick={() => done(false)}>{t('cancel')}</Button></div>
    </div></Dialog>
    return <Dialog title={t('step_up')} close={() => done(false)}>
        <form noValidate onSubmit={event => { event.preventDefault(); void run(async () => { await call('session_step_up', { code: code.replace(/\s/g, '') }); await session?.reload(); done(true) }) }}>
            <p>{t('step_up_text')}</p>
            <ProblemBox problem={problem} except={['code']} />
            <TextField label={t('code')} value={code} onChange={setCode} autoFocus autoComplete="one-time-code" maxLength={40} wrong={problem instanceof Problem ? problem.at('code') : undefined} />
            <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('go_on')}</Button>{passkeysThere() && <Button icon="lock" disabled={busy} onClick={byPasskey}>{t('passkey_show')}</Button>}<Button onClick={() => done(false)}>{t('cancel')}</Button></div>
        </form>
    </Dialog>
}
