/** VAT codes: what is charged and deducted, where it is booked, and the box of the return. */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, note, Page } from '../parts/basics'
import { ApiForm, forgetChoices } from '../parts/form'
import { History } from '../parts/history'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function VatCodes() {
    const { t, word, decimal } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [open, setOpen] = useState<Schemas['vat_code'] | 'new'>()
    const done = () => { forgetChoices(); setOpen(undefined); setTurn(turn + 1); note(t('saved')) }
    return <Page title={t('nav_vat')} note={t('vat_note')} actions={can('vat_add') && <Button look="main" icon="plus" onClick={() => setOpen('new')}>{t('vat_new')}</Button>}>
        <List name="vat_list" past={can('vat_change') ? undefined : { kind: 'vat_code', of: row => row.code }} caption={t('nav_vat')} turn={turn} sort="code" filters={['code', 'name', 'category', 'side']} views={[{ label: t('all'), query: {} }, { label: word('side', 'sale'), query: { side: 'sale' } }, { label: word('side', 'purchase'), query: { side: 'purchase' } }]} columns={[
            { name: 'code', narrow: 'title' }, { name: 'name', narrow: 'title' }, { name: 'side', show: row => <Badge tone={row.side === 'sale' ? 'good' : 'info'}>{word('side', row.side)}</Badge> }, { name: 'rate', right: true, narrow: 'amount', show: row => decimal(row.rate) + ' %' }, { name: 'category', label: t('vat_kind'), show: row => word('vat_category', row.category) }, { name: 'return_box' }, { name: 'valid_to' },
            { name: 'change', label: t('action'), show: row => can('vat_change') ? <Button look="quiet" aria-label={t('change_what', { what: row.code })} onClick={() => setOpen(row)}>{t('change')}</Button> : '' },
        ]} />
        {open && <Dialog title={open === 'new' ? t('vat_new') : t('change_what', { what: open.code })} close={() => setOpen(undefined)}>{open === 'new'
            ? <ApiForm name="vat_add" fields={['code', 'name', 'side', 'category', 'rate', 'account_id', 'reverse_account_id', 'turnover_account_id', 'reason', 'reason_code', 'return_box', 'valid_from', 'valid_to']} labels={{ category: t('vat_kind') }} intro={<p>{t('vat_new_text')}</p>} submit={t('save')} cancel={() => setOpen(undefined)} done={done} />
            : <><ApiForm name="vat_change" again={{ kind: 'vat_code', id: open.id, read: async () => ({ ...(await call('vat_list', { id: open.id })).items[0] }) }} fields={open.side === 'sale' ? ['name', 'turnover_account_id', 'reason', 'reason_code', 'return_box', 'valid_to'] : ['name', 'reason', 'reason_code', 'return_box', 'valid_to']} initial={{ name: open.name, turnover_account_id: open.turnover_account_id, reason: open.reason, reason_code: open.reason_code, return_box: open.return_box, valid_to: open.valid_to }} intro={<p className="faint">{t('vat_kept')}</p>} fixed={{ id: open.id, version: open.version }} submit={t('save')} cancel={() => setOpen(undefined)} done={done} /><History bare kind="vat_code" id={open.id} turn={open.version} /></>}</Dialog>}
    </Page>
}
