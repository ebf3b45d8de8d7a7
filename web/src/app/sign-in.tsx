/** Signing in: password, then the code of the second factor when the server asks for it. */
import { useState, type FormEvent } from 'react'
import { call, Problem, ways } from '../api/client'
import { passkeysThere, signInByPasskey } from '../api/passkey'
import { Button, ProblemBox, useAction } from '../parts/basics'
import { TextField } from '../parts/form'
import { useWords, type Language } from '../text/text'
import type { Session } from './session'

export function Mark() {
    return <span className="mark"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" /><path d="M11 24V8h11M11 16h8M8 20.5h8" /></svg><span>Florin</span></span>
}
export function LanguageSwitch({ language, setLanguage }: { language: Language; setLanguage: (language: Language) => void }) {
    const { t } = useWords()
    return <div className="languages" role="group" aria-label={t('language')}>{(['nl', 'en'] as const).map(l => <button key={l} type="button" lang={l} aria-pressed={l === language} onClick={() => setLanguage(l)}>{l === 'nl' ? 'Nederlands' : 'English'}</button>)}</div>
}
/** What to call this session in the list of sessions: browser and system, no more. */
function agent(): string {
    const a = navigator.userAgent
    const browser = /Edg\//.test(a) ? 'Edge' : /Firefox\//.test(a) ? 'Firefox' : /Chrome\//.test(a) ? 'Chrome' : /Safari\//.test(a) ? 'Safari' : 'Browser'
    const system = /Android/.test(a) ? 'Android' : /iPhone|iPad/.test(a) ? 'iOS' : /Mac OS/.test(a) ? 'macOS' : /Windows/.test(a) ? 'Windows' : /Linux/.test(a) ? 'Linux' : ''
    return [browser, system].filter(Boolean).join(', ')
}

export function SignIn({ done, language, setLanguage }: { done: () => Promise<void>; language: Language; setLanguage: (language: Language) => void }) {
    const { t } = useWords(), { busy, problem, run, clear } = useAction(), [forgot, setForgot] = useState(false)
    const [email, setEmail] = useState(''), [password, setPassword] = useState(''), [code, setCode] = useState(''), [factor, setFactor] = useState(false)
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => {
            try {
                const opened = await call('session_open', { email, password, agent: agent(), ...(code ? { code: code.replace(/\s/g, '') } : {}) })
                ways.csrf = opened.csrf
            } catch (refused) {
                if (refused instanceof Problem && refused.code === 'access.code_needed') { setFactor(true); return }
                setCode('')
                throw refused
            }
            await done()
        })
    }
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const byPasskey = () => { void run(async () => { ways.csrf = (await signInByPasskey(agent(), t)).csrf; await done() }) }
    if (forgot) return <Forgot email={email} back={() => setForgot(false)} language={language} setLanguage={setLanguage} />
    return <div className="gate"><main className="gate-card">
        <Mark />
        <h1>{factor ? t('second_factor') : t('sign_in')}</h1>
        <form onSubmit={send} noValidate>
            <ProblemBox problem={problem} except={['email', 'password', 'code']} />
            {factor ? <>
                <p>{t('second_factor_ask')}</p>
                <TextField label={t('code')} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="text" autoFocus wrong={at('code')} help={t('recovery_help')} maxLength={40} />
            </> : <>
                <TextField label={t('email')} type="email" value={email} onChange={setEmail} autoComplete="username" autoFocus wrong={at('email')} />
                <TextField label={t('password')} type="password" value={password} onChange={setPassword} autoComplete="current-password" wrong={at('password')} />
            </>}
            <Button look="main" type="submit" busy={busy}>{t('sign_in')}</Button>
            {!factor && passkeysThere() && <Button icon="lock" disabled={busy} onClick={byPasskey}>{t('passkey_sign_in')}</Button>}
            {!factor && <button type="button" className="link" onClick={() => { clear(); setForgot(true) }}>{t('forgot')}</button>}
            {factor && <Button look="quiet" onClick={() => { setFactor(false); setCode(''); clear() }}>{t('back')}</Button>}
        </form>
        <LanguageSwitch language={language} setLanguage={setLanguage} />
    </main></div>
}

export function ChooseCompany({ session }: { session: Session }) {
    const { t } = useWords(), { busy, problem, run } = useAction()
    return <div className="gate"><main className="gate-card">
        <Mark />
        <h1>{t('choose_company')}</h1>
        <ProblemBox problem={problem} />
        {session.me.companies.length === 0 && <p>{t('no_company')}</p>}
        <ul className="choices">{session.me.companies.map(c => <li key={c.id}><Button busy={busy} onClick={() => { void run(async () => { await call('session_company', { company: c.id }); await session.reload() }) }}>{c.name}</Button></li>)}</ul>
        <Button look="quiet" onClick={() => { void session.signOut() }}>{t('sign_out')}</Button>
    </main></div>
}

/** The same answer for every address: nobody learns who is known here. */
function Forgot({ email: known, back, language, setLanguage }: { email: string; back: () => void; language: Language; setLanguage: (language: Language) => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [email, setEmail] = useState(known), [asked, setAsked] = useState(false)
    return <div className="gate"><main className="gate-card">
        <Mark />
        <h1>{t('forgot')}</h1>
        {asked ? <p role="status">{t('forgot_done', { what: email })}</p> : <form noValidate onSubmit={event => { event.preventDefault(); void run(async () => { await call('me_forgot', { email }); setAsked(true) }) }}>
            <p>{t('forgot_text')}</p>
            <ProblemBox problem={problem} except={['email']} />
            <TextField label={t('email')} type="email" value={email} onChange={setEmail} autoComplete="username" autoFocus wrong={problem instanceof Problem ? problem.at('email') : undefined} />
            <Button look="main" type="submit" busy={busy}>{t('forgot_send')}</Button>
        </form>}
        <Button look="quiet" onClick={back}>{t('back')}</Button>
        <LanguageSwitch language={language} setLanguage={setLanguage} />
    </main></div>
}

/** /invitation#TOKEN, /password#TOKEN: the token stands behind the #, so it is in no log of any server. */
export function Accept({ done }: { done: () => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), anew = location.pathname === '/password'
    const [invitation, setInvitation] = useState(location.hash.slice(1)), [password, setPassword] = useState(''), [again, setAgain] = useState(''), [differs, setDiffers] = useState(false)
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    return <div className="gate"><main className="gate-card">
        <Mark />
        <h1>{t(anew ? 'password_choose' : 'accept_title')}</h1>
        <p>{t(anew ? 'password_choose_text' : 'accept_text')}</p>
        <form noValidate onSubmit={event => {
            event.preventDefault()
            if (password !== again) { setDiffers(true); return }
            setDiffers(false)
            void run(async () => { await call('me_accept', { invitation, password }); done() })
        }}>
            <ProblemBox problem={problem} except={['invitation', 'password']} />
            <TextField label={t(anew ? 'code' : 'invitation')} value={invitation} onChange={setInvitation} wrong={at('invitation')} />
            <TextField label={t('password_new')} type="password" autoComplete="new-password" value={password} onChange={setPassword} wrong={at('password')} />
            <TextField label={t('password_again')} type="password" autoComplete="new-password" value={again} onChange={setAgain} wrong={differs ? t('passwords_differ') : undefined} />
            <Button look="main" type="submit" busy={busy}>{t(anew ? 'save' : 'accept')}</Button>
        </form>
    </main></div>
}
