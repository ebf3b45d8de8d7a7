/** The links that this supplier was given: who gave them, until when, last used; given and ended here. */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Card, Dialog, note, ProblemBox, Shown, useAction, useRead } from './basics'
import { ApiForm } from './form'
import { History } from './history'
import { useWords } from '../text/text'

type Access = Schemas['portal_access_row']
export function Portal({ party }: { party: Schemas['party'] }) {
    const { t, word, date, instant } = useWords(), { can } = useSession(), read = useRead('portal_list', { party_id: party.id, sort: '-invited_at', limit: 20 }), [open, setOpen] = useState<'invite' | Schemas['portal_invited'] | Access>()
    const close = () => setOpen(undefined), done = (text: string) => { close(); note(text); read.reload() }
    return <Card title={t('portal_title')} actions={can('portal_invite') && !party.block_reason?.startsWith('= ') && <Button icon="plus" onClick={() => setOpen('invite')}>{t('portal_invite')}</Button>}>
        <Shown of={read}>{({ items }) => items.length === 0 ? <p className="faint">{t('portal_none')}</p> : <ul className="lines-list">{items.map(a => <li key={a.id}>
            <div className="spread"><strong>{a.email}</strong><Badge tone={a.state === 'open' ? 'good' : 'none'}>{word('link_state', a.state)}</Badge></div>
            <p className="faint">{t('portal_given', { who: a.invited_by_name ?? t('the_program'), day: date(a.invited_at.slice(0, 10)), until: date(a.expires_at.slice(0, 10)) })} · {a.used_at ? t('portal_used', { when: instant(a.used_at) }) : t('portal_unused')} · {t('portal_received', { count: a.received_count })}</p>
            {a.state === 'open' && can('portal_end') && <div className="actions"><Button look="quiet" aria-label={t('end_what', { what: a.email })} onClick={() => setOpen(a)}>{t('end_it')}</Button></div>}<History bare kind="portal_access" id={a.id} /></li>)}</ul>}</Shown>
        {open === 'invite' && <Dialog title={t('portal_invite')} close={close}><ApiForm name="portal_invite" fields={['email', 'language', 'days']} initial={{ email: party.email, language: party.language === 'nl' ? 'nl' : 'en', days: 90 }} fixed={{ party_id: party.id }} intro={<p>{t('portal_invite_text')}</p>} submit={t('portal_invite')} cancel={close} done={gives => { setOpen(gives); read.reload() }} /></Dialog>}
        {typeof open === 'object' && 'link' in open && <Link invited={open} close={close} />}
        {typeof open === 'object' && 'state' in open && <End access={open} close={close} done={() => done(t('portal_ended'))} />}
    </Card>
}
function Link({ invited, close }: { invited: Schemas['portal_invited']; close: () => void }) {
    const { t, date } = useWords(), link = (invited.link.startsWith('/') ? location.origin : '') + invited.link
    return <Dialog title={t('portal_invited', { what: invited.email })} close={close}><div className="stack"><p>{t('portal_once', { day: date(invited.expires_at.slice(0, 10)) })}</p><p className="mono">{link}</p>
        <div className="form-end"><Button look="main" onClick={() => { void navigator.clipboard.writeText(link).then(() => note(t('portal_copied')), () => undefined) }}>{t('copy')}</Button><Button onClick={close}>{t('close')}</Button></div></div></Dialog>
}
function End({ access, close, done }: { access: Access; close: () => void; done: () => void }) {
    const { t } = useWords(), { busy, problem, run } = useAction()
    return <Dialog title={t('portal_end')} close={close}><p>{t('portal_end_text', { what: access.email })}</p><ProblemBox problem={problem} />
        <div className="form-end"><Button look="danger" busy={busy} onClick={() => { void run(async () => { await call('portal_end', { id: access.id }); done() }) }}>{t('portal_end')}</Button><Button onClick={close}>{t('cancel')}</Button></div></Dialog>
}
