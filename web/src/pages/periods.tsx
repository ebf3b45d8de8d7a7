import { useState } from 'react'
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, note, Page, ProblemBox, useAction } from '../parts/basics'
import type { Schemas } from '../api/schema'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Periods() {
    const { t, instant } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), [turn, setTurn] = useState(0), [closing, setClosing] = useState<Schemas['period']>()
    return <Page title={t('nav_periods')} note={t('periods_note')}>
        <List name="period_list" past={{ kind: 'period', of: row => row.name }} caption={t('nav_periods')} turn={turn} sort="-from_on" filters={['from_on']} columns={[{ name: 'name' }, { name: 'from_on' }, { name: 'to_on' }, { name: 'closed_at', show: row => row.closed_at ? <Badge tone="good">{t('closed_at', { what: instant(row.closed_at) })}</Badge> : <Badge>{t('open')}</Badge> },
            { name: 'close', label: t('action'), show: row => !row.closed_at && can('period_close') ? <Button icon="lock" onClick={() => setClosing(row)}>{t('close_period')}</Button> : '' }]} />
        {closing && <Dialog title={t('close_period_what', { what: closing.name })} close={() => setClosing(undefined)}><p>{t('close_period_text')}</p><ProblemBox problem={problem} /><div className="form-end"><Button look="main" busy={busy} onClick={() => { void run(async () => { await call('period_close', { id: closing.id, version: closing.version }); setClosing(undefined); setTurn(turn + 1); note(t('saved')) }) }}>{t('close_period')}</Button><Button onClick={() => setClosing(undefined)}>{t('cancel')}</Button></div></Dialog>}
    </Page>
}
