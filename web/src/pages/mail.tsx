/** Mail: where it is set, whether it leaves (a test to myself, as it happens), and what is set here of what it says. */
import { useEffect, useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Button, Card, Facts, Icon, Page, ProblemBox, useAction, useRead } from '../parts/basics'
import { useLive } from '../parts/live'
import { tones } from '../parts/list'
import { useWords } from '../text/text'

const settings = ['mail_url', 'mail_from', 'mail_user', 'mail_password_file', 'mail_allow_plain', 'http_public_url'] as const
export default function Mail() {
    const { t, word, instant } = useWords(), { can, me } = useSession(), company = useRead('company_show', {}, can('company_show')), { busy, problem, run } = useAction(), [sent, setSent] = useState<Schemas['message']>()
    const last = useRead('message_list', { sort: '-created_at', limit: 5 }, can('message_list'))
    const look = () => { if (sent?.state === 'queued') call('message_show', { id: sent.id }).then(shown => setSent(shown.message), () => undefined) }
    useLive(look, change => change.changes.some(c => c.kind === 'message' || c.kind === 'outbox'), 500)
    useEffect(() => { // the server's answer is no change of a person: looked at as long as it waits
        if (sent?.state !== 'queued') return
        const timer = setInterval(look, 1200)
        return () => clearInterval(timer)
    }, [sent]) // eslint-disable-line
    const { reload } = last
    useEffect(reload, [sent?.state, reload])
    return <Page title={t('nav_mail')} note={t('mail_note')}>
        <div className="grid">
            {can('message_test') && <Card title={t('mail_test')}><div className="stack"><p>{t('mail_to_me_text', { what: me.email })}</p><ProblemBox problem={problem} />
                {sent && <p role="status"><Badge tone={tones[sent.state]}>{word('sent', sent.state)}</Badge> {sent.last_error ?? (sent.state === 'queued' ? t('mail_test_waits') : t('mail_test_done'))}</p>}
                <div className="form-end"><Button look="main" busy={busy} onClick={() => { void run(async () => { setSent(await call('message_test', { to: me.email })) }) }}>{t('mail_to_me')}</Button></div></div></Card>}
            <Card title={t('mail_where')}><p>{t('mail_where_text')}</p><ul className="lines-list">{settings.map(s => <li key={s}><strong className="mono">{s}</strong><br /><span className="faint">{word('mail_setting', s)}</span></li>)}</ul></Card>
            <Card title={t('mail_here')}>{company.data && <Facts rows={[[t('mail_reply'), company.data.email ?? t('nothing')], [t('mail_name'), company.data.name]]} />}
                <p><Link to="/settings/company"><Icon name="right" /> {t('nav_company')}</Link></p><p><Link to="/settings/invoices"><Icon name="right" /> {t('nav_invoice_settings')}</Link></p><p>{can('outbox_list') && <Link to="/settings/outbox"><Icon name="right" /> {t('nav_outbox')}</Link>}</p></Card>
            {last.data && last.data.items.length > 0 && <Card title={t('mail_last')}><ul className="lines-list">{last.data.items.map(m => <li key={m.id} className="spread"><span>{m.title}<br /><span className="faint">{[m.recipient, instant(m.created_at), m.last_error].filter(Boolean).join(' · ')}</span></span><Badge tone={tones[m.state]}>{word('sent', m.state)}</Badge></li>)}</ul></Card>}
        </div>
    </Page>
}
