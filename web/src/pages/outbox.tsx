import { useEffect, useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Empty, Button, Dialog, note, Page, ProblemBox, useAction } from '../parts/basics'
import { TextField } from '../parts/form'
import { List, tones } from '../parts/list'
import { useWords } from '../text/text'

export default function Outbox() {
    const { t, word } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), [turn, setTurn] = useState(0), [trying, setTrying] = useState(false)
    return <Page title={t('nav_outbox')} note={t('outbox_note')} actions={can('message_test') && <Button onClick={() => setTrying(true)}>{t('mail_test')}</Button>}>
        <ProblemBox problem={problem} />
        <List name="outbox_list" past={{ kind: 'outbox', of: row => row.title ?? row.reference ?? word('kind', row.kind) }} caption={t('nav_outbox')} turn={turn} sort="-available_at" filters={['state', 'kind', 'title', 'recipient', 'reference', 'created_at']}
            empty={<Empty title={t('outbox_empty')}>{t('outbox_empty_text')}</Empty>} views={[{ label: t('all'), query: {} }, { label: word('state', 'failed'), query: { state: 'failed' } }, { label: word('state', 'bounced'), query: { state: 'bounced' } }]} columns={[
                { name: 'title', narrow: 'title', show: row => row.title ?? word('kind', row.kind) }, { name: 'recipient' }, { name: 'kind', show: row => word('kind', row.kind) }, { name: 'state' }, { name: 'created_at' }, { name: 'finished_at' }, { name: 'attempts' }, { name: 'last_error' },
                { name: 'retry', label: t('action'), show: row => (row.state === 'failed' || row.state === 'bounced') && can('outbox_retry') ? <Button busy={busy} onClick={() => { void run(async () => { await call('outbox_retry', { id: row.id }); note(t('sent_again')); setTurn(turn + 1) }) }}>{t('send_again')}</Button> : '' },
            ]} />
        {trying && <TryMail close={() => { setTrying(false); setTurn(turn + 1) }} />}
    </Page>
}
/** A test message, and what became of it, as it happens. */
function TryMail({ close }: { close: () => void }) {
    const { t, word } = useWords(), { busy, problem, run } = useAction(), [to, setTo] = useState(''), [sent, setSent] = useState<Schemas['message']>()
    useEffect(() => {
        if (!sent || sent.state !== 'queued') return
        const timer = setTimeout(() => { call('message_show', { id: sent.id }).then(shown => setSent(shown.message), () => undefined) }, 1200)
        return () => clearTimeout(timer)
    }, [sent])
    return <Dialog title={t('mail_test')} close={close}><form onSubmit={e => { e.preventDefault(); void run(async () => { setSent(await call('message_test', { to })) }) }}>
        <ProblemBox problem={problem} /><TextField label={t('send_to')} type="email" value={to} onChange={setTo} required autoFocus />
        {sent && <p role="status"><Badge tone={tones[sent.state]}>{word('sent', sent.state)}</Badge> {sent.last_error ?? (sent.state === 'queued' ? t('mail_test_waits') : t('mail_test_done'))}</p>}
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('send')}</Button><Button onClick={close}>{t('close')}</Button></div></form></Dialog>
}
