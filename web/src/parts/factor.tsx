/** The second factor of codes: set up with a picture, recovery codes to keep, switched off. */
import { useState } from 'react'
import { call, Problem } from '../api/client'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Badge, Button, Card, Dialog, note, ProblemBox, useAction } from './basics'
import { TextField } from './form'
import { Qr } from './qr'

function Codes({ codes, kept }: { codes: string[]; kept: () => void }) {
    const { t } = useWords()
    const save = () => {
        const url = URL.createObjectURL(new Blob([codes.join('\n') + '\n'], { type: 'text/plain' })), link = document.createElement('a')
        link.href = url
        link.download = 'florin-' + t('recovery_file') + '.txt'
        link.click()
        URL.revokeObjectURL(url)
    }
    return <div className="stack"><p>{t('recovery_text')}</p><ul className="codes">{codes.map(c => <li key={c}>{c}</li>)}</ul><div className="form-end"><Button look="main" onClick={kept}>{t('recovery_kept')}</Button><Button icon="download" onClick={save}>{t('download')}</Button></div></div>
}
export function Factor() {
    const { t } = useWords(), { me, reload } = useSession(), { busy, problem, run } = useAction()
    const [started, setStarted] = useState<{ secret: string; uri: string }>(), [code, setCode] = useState(''), [codes, setCodes] = useState<string[]>(), [ending, setEnding] = useState(false)
    const begin = () => { void run(async () => setStarted(await call('me_totp_start', {}))) }
    const anew = () => { void run(async () => { const made = await call('me_recovery', {}); setCodes(made.codes.map(c => c.code)) }) }
    const end = () => { void run(async () => { await call('me_totp_end', {}); setEnding(false); note(t('factor_ended')); await reload() }) }
    if (codes) return <Card title={t('recovery_codes')}><Codes codes={codes} kept={() => { setCodes(undefined); void reload() }} /></Card>
    if (started) return <Card title={t('factor_set_up')}><form className="stack" noValidate onSubmit={e => { e.preventDefault(); void run(async () => { const r = await call('me_totp_confirm', { code: code.replace(/\s/g, '') }); setStarted(undefined); setCode(''); setCodes(r.codes.map(c => c.code)); note(t('factor_on')) }) }}>
        <p>{t('factor_scan')}</p><Qr text={started.uri} label={t('factor_qr')} /><p className="faint">{t('factor_by_hand')}</p><p className="mono">{started.secret.replace(/(.{4})/g, '$1 ')}</p>
        <ProblemBox problem={problem} except={['code']} /><TextField label={t('code')} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="numeric" wrong={problem instanceof Problem ? problem.at('code') : undefined} />
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('factor_confirm')}</Button><Button onClick={() => setStarted(undefined)}>{t('cancel')}</Button></div></form></Card>
    return <Card title={t('second_factor')}><div className="stack">{!ending && <ProblemBox problem={problem} />}<p>{me.totp_on ? <Badge tone="good">{t('on')}</Badge> : <Badge tone={me.second_factor ? 'none' : 'warn'}>{t('off')}</Badge>} {t('factor_text')}</p>
        {me.totp_on ? <div className="form-end"><Button busy={busy} onClick={anew}>{t('recovery_again')}</Button><Button look="quiet" onClick={() => setEnding(true)}>{t('factor_end')}</Button></div> : <div className="form-end"><Button look={me.second_factor ? 'plain' : 'main'} busy={busy} onClick={begin}>{t('factor_set_up')}</Button></div>}
        {ending && <Dialog title={t('factor_end')} close={() => setEnding(false)}><div className="stack"><p>{t('factor_end_text')}</p><ProblemBox problem={problem} /><div className="form-end"><Button look="danger" busy={busy} onClick={end}>{t('factor_end')}</Button><Button onClick={() => setEnding(false)}>{t('cancel')}</Button></div></div></Dialog>}</div></Card>
}
