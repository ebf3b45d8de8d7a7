/** Settlements of payment providers and our own direct-debit batches, with what stands behind each. */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Dialog, Empty, Page, Shown, useRead } from '../parts/basics'
import { List } from '../parts/list'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

function Parts({ id }: { id: number }) {
    const { t } = useWords(), batch = useRead('cash_batch', { id })
    return <Shown of={batch}>{b => <ul className="lines-list">{b.parts.map(p => <li key={p.line_no} className="spread"><span>{p.item_id ? <Link to={'/items/' + p.item_id}>{p.description || p.reference}</Link> : <>{p.description || p.reference} <Badge tone="warn">{t('unknown')}</Badge></>}</span><span><Amount value={p.amount} currency={b.batch.currency} />{p.fee !== '0.00' && <span className="faint"> {t('fee')} <Amount value={p.fee} currency={b.batch.currency} /></span>}</span></li>)}</ul>}</Shown>
}
export default function Batches() {
    const { t, date } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [open, setOpen] = useState<Schemas['batch']>()
    return <Page title={t('nav_batches')} note={t('batches_note')}>
        {can('cash_batch_import') && <Upload title={t('batches_drop')} help={t('batches_drop_help')} accept=".csv,.xlsx,.xml,.txt" done={() => setTurn(n => n + 1)} send={async file => { const r = await call('cash_batch_import', { file_name: file.name }, { content: file }); return t('batch_added', { count: r.added_count, known: r.known_count }) }} />}
        <List name="cash_batches" past={{ kind: 'cash_batch', of: row => row.reference }} caption={t('nav_batches')} turn={turn} sort="-id" filters={['kind', 'reference']} empty={<Empty title={t('batches_empty')}>{t('batches_empty_text')}</Empty>} columns={[
            { name: 'reference', show: row => can('cash_batch') ? <Button look="quiet" onClick={() => setOpen(row)}>{row.reference}</Button> : row.reference, narrow: 'title' }, { name: 'kind', label: t('is_what'), show: row => t(row.kind === 'settlement' ? 'kind_settlement' : 'kind_collection') }, { name: 'dated_on', show: row => row.dated_on ? date(row.dated_on) : '' },
            { name: 'total' }, { name: 'fee', label: t('fee') }, { name: 'part_count', label: t('batch_parts', { count: 2 }).replace(/^\d+ /, ''), right: true, show: row => <>{row.part_count}{row.unknown_count > 0 && <> <Badge tone="warn">{t('batch_unknown', { count: row.unknown_count })}</Badge></>}</> }]} />
        {open && <Dialog title={open.reference} close={() => setOpen(undefined)}><p className="spread"><span>{t('batch_parts', { count: open.part_count })}</span><strong><Amount value={open.total} currency={open.currency} /></strong></p><Parts id={open.id} /></Dialog>}
    </Page>
}
