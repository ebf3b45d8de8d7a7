import { useState } from 'react'
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Button, note, Page, ProblemBox, useAction } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Outbox() {
    const { t, word } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), [turn, setTurn] = useState(0)
    return <Page title={t('nav_outbox')} note={t('outbox_note')}>
        <ProblemBox problem={problem} />
        <List name="outbox_list" caption={t('nav_outbox')} turn={turn} sort="-available_at" filters={['state', 'kind', 'reference', 'created_at']}
            views={[{ label: t('all'), query: {} }, { label: word('state', 'failed'), query: { state: 'failed' } }, { label: word('state', 'bounced'), query: { state: 'bounced' } }]} columns={[
                { name: 'kind', show: row => word('kind', row.kind) }, { name: 'state' }, { name: 'reference' }, { name: 'created_at' }, { name: 'finished_at' }, { name: 'attempts' }, { name: 'last_error' },
                { name: 'retry', label: t('action'), show: row => (row.state === 'failed' || row.state === 'bounced') && can('outbox_retry') ? <Button busy={busy} onClick={() => { void run(async () => { await call('outbox_retry', { id: row.id }); note(t('sent_again')); setTurn(turn + 1) }) }}>{t('send_again')}</Button> : '' },
            ]} />
    </Page>
}
