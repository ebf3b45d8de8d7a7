import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Button, Dialog, Empty, note, Page } from '../parts/basics'
import { ApiForm, forgetChoices } from '../parts/form'
import { List } from '../parts/list'
import { History } from '../parts/history'
import { useWords } from '../text/text'

export default function BankAccounts() {
    const { t } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [open, setOpen] = useState<Schemas['bank_account'] | 'new'>()
    const done = () => { forgetChoices(); setOpen(undefined); setTurn(turn + 1); note(t('saved')) }
    const add = can('bank_account_add') && <Button look="main" icon="plus" onClick={() => setOpen('new')}>{t('bank_account_new')}</Button>
    return <Page title={t('nav_bank_accounts')} note={t('bank_accounts_note')} actions={add}>
        <List name="bank_account_list" past={can('bank_account_change') ? undefined : { kind: 'bank_account', of: row => row.name }} caption={t('nav_bank_accounts')} turn={turn} sort="name" filters={['name', 'iban', 'is_closed']} empty={<Empty title={t('bank_accounts_empty')} action={add}>{t('bank_accounts_empty_text')}</Empty>} columns={[{ name: 'name' }, { name: 'iban' }, { name: 'holder' }, { name: 'currency' }, { name: 'is_closed' },
            { name: 'change', label: t('action'), show: row => can('bank_account_change') ? <Button look="quiet" aria-label={t('change_what', { what: row.name })} onClick={() => setOpen(row)}>{t('change')}</Button> : '' }]} />
        {open && <Dialog title={open === 'new' ? t('bank_account_new') : open.name} close={() => setOpen(undefined)}>{open === 'new'
            ? <ApiForm name="bank_account_add" fields={['name', 'iban', 'bic', 'holder', 'currency', 'ledger_account_id']} initial={{ currency: 'EUR' }} submit={t('save')} cancel={() => setOpen(undefined)} done={done} />
            : <ApiForm name="bank_account_change" again={{ kind: 'bank_account', id: open.id, read: async () => ({ ...(await call('bank_account_list', { id: open.id })).items[0] }) }} fields={['name', 'bic', 'holder', 'is_closed']} initial={{ name: open.name, bic: open.bic, holder: open.holder, is_closed: open.is_closed }} fixed={{ id: open.id, version: open.version }} submit={t('save')} cancel={() => setOpen(undefined)} done={done} />}{open !== 'new' && <History bare kind="bank_account" id={open.id} />}</Dialog>}
    </Page>
}
