import { useState } from 'react'
import { call } from '../api/client'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Button, Empty, Icon, Page } from '../parts/basics'
import { List } from '../parts/list'
import { Upload } from '../parts/upload'
import { addDays, today } from '../parts/report'
import { useWords } from '../text/text'

const later = (days: number) => addDays(today(), days)
export default function Payments() {
    const { t, word, amount } = useWords(), { can } = useSession(), { query, setQuery } = useRouter(), [turn, setTurn] = useState(0), due = query.get('show') === 'due'
    const add = can('payment_propose') && <Link className="button main" to="/payments/new"><Icon name="plus" /><span>{t('run_new')}</span></Link>
    return <Page title={t('nav_payments')} note={t('payments_note')} actions={add}>
        <nav className="steps" aria-label={t('due_title')}><Button aria-pressed={!due} look={due ? 'quiet' : 'plain'} onClick={() => setQuery({ show: undefined, sort: undefined })}>{t('nav_payments')}</Button>{can('payment_due') && <Button aria-pressed={due} look={due ? 'plain' : 'quiet'} onClick={() => setQuery({ show: 'due', sort: undefined, state: undefined })}>{t('due_title')}</Button>}</nav>
        {due ? <List name="payment_due" caption={t('due_title')} sort="due_on" fixed={{ until: later(30) }} filters={['party_name', 'due_on', 'discount_on', 'is_changed', 'is_first', 'currency']} empty={<Empty title={t('nothing_here')} />} columns={[
            { name: 'party_name', show: row => <Link to={'/parties/' + row.party_id}>{row.party_name}</Link> }, { name: 'item_reference', label: word('f', 'reference'), show: row => <Link to={'/items/' + row.id}>{row.item_reference}</Link> }, { name: 'due_on' }, { name: 'amount' }, { name: 'discount', narrow: 'line', show: row => row.discount_on ? amount(row.discount, row.currency) : '' },
            { name: 'blocks', label: t('run_stops'), show: row => <>{(row.blocks ?? '').split(' ').filter(Boolean).map(b => <Badge key={b} tone={b === 'in_run' ? 'info' : 'bad'}>{word('blocks', b)}</Badge>)} {row.hold_reason && <span className="faint">{row.hold_reason}</span>}{row.is_changed && <Badge tone="warn">{t('changed_account')}</Badge>}{row.is_first && !row.blocks && <Badge tone="info">{t('first_time')}</Badge>}</> }]} />
            : <>{can('payment_status') && query.get('show') === 'status' && <Upload title={t('status_drop')} help={t('status_drop_help')} accept=".xml" done={() => setTurn(n => n + 1)} send={async file => { const r = await call('payment_status', { file_name: file.name }, { content: file }); return <Link to={'/payments/' + r.run_id}>{t('status_read', { accepted: r.accepted, rejected: r.rejected })}</Link> }} />}
                <List name="payment_list" caption={t('nav_payments')} turn={turn} keyboard sort="-number" filters={['state', 'execution_on', 'kind', 'currency', 'number']} link={row => can('payment_show') ? '/payments/' + row.id : undefined} toolbar={can('payment_status') && query.get('show') !== 'status' && <Button look="quiet" icon="up" onClick={() => setQuery({ show: 'status' })}>pain.002</Button>}
                    views={[{ label: t('all'), query: {} }, { label: word('state', 'proposed'), query: { state: 'proposed' } }, { label: word('state', 'released'), query: { state: 'released' } }, { label: word('state', 'sent'), query: { state: 'sent' } }]} empty={<Empty title={t('payments_empty')} action={add}>{t('payments_empty_text')}</Empty>} columns={[
                        { name: 'number', show: row => t('run_title', { what: row.number }) }, { name: 'state' }, { name: 'execution_on' }, { name: 'payment_count', right: true }, { name: 'total' }, { name: 'kind', show: row => word('kind', row.kind) }]} /></>}
    </Page>
}
