/** What other currencies are worth: rates of the European Central Bank out of its files, rates by hand, and who entered each. */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, Empty, note, Page, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { History } from '../parts/history'
import { List } from '../parts/list'
import { today } from '../parts/report'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

type Rate = Schemas['exchange_rate']
export default function Rates() {
    const { t, decimal, date } = useWords(), { can } = useSession(), company = useRead('company_show', {}, can('company_show')), [turn, setTurn] = useState(0), [open, setOpen] = useState<Rate | 'new'>()
    const add = can('rate_set') && <Button look="main" icon="plus" onClick={() => setOpen('new')}>{t('rate_new')}</Button>, base = company.data?.currency ?? ''
    const send = async (file: File) => {
        const r = await call('rate_import', { file_name: file.name }, { content: file })
        return <>{date(r.from_on)}{r.to_on === r.from_on ? '' : ' – ' + date(r.to_on)}: {[t('rates_taken', { added: r.added, changed: r.changed, same: r.same }), r.kept && t('rates_kept', { count: r.kept }), r.unknown && t('rates_unknown', { what: r.unknown })].filter(Boolean).join('; ')}</>
    }
    return <Page title={t('nav_rates')} note={t('rates_note')} actions={add}>
        {can('rate_import') && <Upload title={t('rates_drop')} help={t('rates_drop_help')} accept=".xml,.csv" done={() => setTurn(n => n + 1)} send={send} />}
        <List name="rate_list" caption={t('nav_rates')} turn={turn} sort="-valid_on" filters={['currency', 'valid_on', 'source']} labels={{ rate: t('rate_of') }} past={can('rate_set') ? undefined : { kind: 'exchange_rate', of: row => row.currency + ' ' + date(row.valid_on) }} empty={<Empty title={t('rates_empty')} action={add}>{t('rates_empty_text')}</Empty>} columns={[
            { name: 'currency', narrow: 'title' }, { name: 'valid_on' }, { name: 'rate', right: true, narrow: 'amount', show: row => <span className="nowrap">1 {row.currency} = {decimal(row.rate)} {base}</span> }, { name: 'source', show: row => row.source === 'ECB' ? <Badge tone="info">ECB</Badge> : row.source }, { name: 'entered_by_name' }, { name: 'entered_at' },
            { name: 'change', label: t('action'), show: row => can('rate_set') ? <Button look="quiet" aria-label={t('change_what', { what: row.currency + ' ' + date(row.valid_on) })} onClick={() => setOpen(row)}>{t('change')}</Button> : '' },
        ]} />
        {open && <One rate={open === 'new' ? undefined : open} base={base} close={() => setOpen(undefined)} done={() => { setOpen(undefined); setTurn(turn + 1); note(t('saved')) }} />}
    </Page>
}
/** A rate is of a currency and a day: those stay as they are once it is there. */
function One({ rate, base, close, done }: { rate?: Rate; base: string; close: () => void; done: () => void }) {
    const { t, date } = useWords(), intro = <p className="faint">{t('rate_text', { what: base })}</p>
    if (!rate) return <Dialog title={t('rate_new')} close={close}><ApiForm name="rate_set" fields={['currency', 'valid_on', 'rate', 'source']} labels={{ rate: t('rate_of') }} initial={{ valid_on: today(), source: t('rate_by_hand') }} intro={intro} submit={t('save')} cancel={close} done={done} /></Dialog>
    const read = async () => ({ ...(await call('rate_list', { currency: rate.currency, 'valid_on.ge': rate.valid_on, 'valid_on.le': rate.valid_on })).items[0] })
    return <Dialog title={rate.currency + ' ' + date(rate.valid_on)} close={close}><ApiForm name="rate_set" again={{ kind: 'exchange_rate', id: rate.id, read }} fields={['rate', 'source']} labels={{ rate: t('rate_of') }} initial={{ rate: rate.rate, source: rate.source === 'ECB' ? t('rate_by_hand') : rate.source }} intro={intro} fixed={{ currency: rate.currency, valid_on: rate.valid_on, version: rate.version }} submit={t('save')} cancel={close} done={done} /><History bare kind="exchange_rate" id={rate.id} turn={rate.version} /></Dialog>
}
