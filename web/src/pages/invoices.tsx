import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Empty, Icon, Page } from '../parts/basics'
import { List, tones } from '../parts/list'
import { useWords } from '../text/text'

export default function Invoices() {
    const { t, word } = useWords(), { can } = useSession()
    const add = can('invoice_draft') && <Link className="button main" to="/invoices/new"><Icon name="plus" /><span>{t('invoice_new')}</span></Link>
    return <Page title={t('nav_invoices')} actions={add}>
        <List name="invoice_list" caption={t('nav_invoices')} sort="-id" filters={['customer_name', 'number', 'kind', 'issued_on', 'due_on', 'total', 'payment', 'sent', 'order_reference', 'payment_reference']} link={row => can('invoice_show') ? '/invoices/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('view_drafts'), query: { state: 'draft' } }, { label: t('view_open'), query: { state: 'final', 'payment.ne': 'paid' } }, { label: t('view_overdue'), query: { payment: 'overdue' } }, { label: t('view_paid'), query: { payment: 'paid' } }]} empty={<Empty title={t('invoices_empty')} action={add}>{t('invoices_empty_text')}</Empty>} rowTone={row => row.payment === 'overdue' || row.sent === 'bounced' || row.sent === 'failed' ? 'bad' : undefined} columns={[
                { name: 'customer_name' }, { name: 'number', show: row => <>{row.number ?? <Badge>{word('state', 'draft')}</Badge>} {row.kind === 'credit_note' && <Badge>{word('kind', 'credit_note')}</Badge>}</> }, { name: 'issued_on' }, { name: 'due_on' },
                { name: 'payment', show: row => row.payment ? <Badge tone={tones[row.payment]}>{word('payment', row.payment)}</Badge> : '' }, { name: 'sent', show: row => row.sent ? <Badge tone={tones[row.sent]}>{word('sent', row.sent)}</Badge> : '' }, { name: 'total' }, { name: 'open', narrow: 'line', show: row => row.open && !/^-?0*\.?0*$/.test(row.open) ? <Amount value={row.open} currency={row.currency} /> : '' },
            ]} />
    </Page>
}
