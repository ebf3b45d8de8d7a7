import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, note, Page } from '../parts/basics'
import { ApiForm, forgetChoices } from '../parts/form'
import { List } from '../parts/list'
import { History } from '../parts/history'
import { useWords } from '../text/text'

export default function Accounts() {
    const { t, word } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [open, setOpen] = useState<Schemas['account'] | 'new'>()
    const done = () => { forgetChoices(); setOpen(undefined); setTurn(turn + 1); note(t('saved')) }
    return <Page title={t('nav_accounts')} actions={can('account_add') && <Button look="main" icon="plus" onClick={() => setOpen('new')}>{t('account_new')}</Button>}>
        <List name="account_list" past={can('account_change') ? undefined : { kind: 'account', of: row => row.number }} caption={t('nav_accounts')} turn={turn} sort="number" filters={['number', 'name', 'kind', 'control', 'is_blocked']} columns={[
            { name: 'number', narrow: 'title' }, { name: 'name', narrow: 'title' }, { name: 'kind', show: row => word('account_kind', row.kind) }, { name: 'control', show: row => row.control ? <Badge tone="info">{word('control', row.control)}</Badge> : '' }, { name: 'rgs_code' }, { name: 'is_blocked' },
            { name: 'change', label: t('action'), show: row => can('account_change') ? <Button look="quiet" aria-label={t('change_what', { what: row.number })} onClick={() => setOpen(row)}>{t('change')}</Button> : '' },
        ]} />
        {open && <Dialog title={open === 'new' ? t('account_new') : open.number + ' ' + open.name} close={() => setOpen(undefined)}>{open === 'new'
            ? <ApiForm name="account_add" fields={['number', 'name', 'kind', 'rgs_code']} submit={t('save')} cancel={() => setOpen(undefined)} done={done} />
            : <ApiForm name="account_change" again={{ kind: 'account', id: open.id, read: async () => ({ ...(await call('account_list', { id: open.id })).items[0] }) }} fields={['number', 'name', 'rgs_code', 'is_blocked']} initial={{ number: open.number, name: open.name, rgs_code: open.rgs_code, is_blocked: open.is_blocked ?? false }} fixed={{ id: open.id, version: open.version }} submit={t('save')} cancel={() => setOpen(undefined)} done={done} />}{open !== 'new' && <History bare kind="account" id={open.id} />}</Dialog>}
    </Page>
}
