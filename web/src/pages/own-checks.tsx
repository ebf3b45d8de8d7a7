/** Our own checks on bills (FL-…), beyond the official rules: which of them this company wants. */
import { useState, type FormEvent } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { History } from '../parts/history'
import { ownChecks } from '../text/names'
import { useWords, type Key } from '../text/text'

const titles: Record<string, Key> = { numbers: 'own_numbers', days: 'own_days', amounts: 'own_amounts', papers: 'own_papers' }
type Setting = Schemas['bill_setting']

function Form({ setting, done }: { setting: Setting; done: () => void }) {
    const { t, language } = useWords(), { can } = useSession(), { busy, problem, run } = useAction()
    const [off, setOff] = useState(() => new Set((setting.checks_off ?? '').split(/[ ,]+/).filter(Boolean)))
    const may = can('bill_setting_change'), at = language === 'nl' ? 1 : 0
    const turn = (id: string, on: boolean) => setOff(before => { const now = new Set(before); if (on) now.delete(id); else now.add(id); return now })
    const send = (event: FormEvent) => { event.preventDefault(); void run(async () => { await call('bill_setting_change', { checks_off: [...off].sort().join(' '), version: setting.version ?? 0 }); note(t('saved')); done() }) }
    return <form className="stack" onSubmit={send} noValidate>
        <p className="faint">{t(may ? 'own_may' : 'own_may_not')}</p>
        {Object.entries(ownChecks).map(([group, checks]) => <Card key={group} title={t(titles[group]!)}><ul className="lines-list">{Object.entries(checks).map(([id, words]) => <li key={id}>
            {may ? <label className="check-line"><input type="checkbox" checked={!off.has(id)} onChange={e => turn(id, e.target.checked)} /> <span>{words[at]} <span className="mono faint">{id}</span></span></label>
                : <div className="spread"><span>{words[at]} <span className="mono faint">{id}</span></span><Badge tone={off.has(id) ? 'none' : 'good'}>{t(off.has(id) ? 'off' : 'on')}</Badge></div>}</li>)}</ul></Card>)}
        <ProblemBox problem={problem} />
        {may && <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button></div>}
    </form>
}
export default function OwnChecks() {
    const { t } = useWords(), setting = useRead('bill_setting_show', {})
    return <Page title={t('nav_own_checks')} note={t('own_note')}><Shown of={setting}>{s => <>
        <Form key={s.version ?? 0} setting={s} done={setting.reload} />
        {s.id && <History kind="bill_setting" id={s.id} turn={s.version} />}</>}</Shown></Page>
}
