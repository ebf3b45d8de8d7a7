import { useState } from 'react'
import { call } from '../api/client'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Empty, Icon, note, Page } from '../parts/basics'
import { Bulk, type Candidate } from '../parts/bulk'
import { List, tones } from '../parts/list'
import { useWords } from '../text/text'

type Doing = 'finalise' | 'send' | 'both'
export default function Invoices() {
    const { t, word } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [chosen, setChosen] = useState(new Set<number>()), [doing, setDoing] = useState<Doing>()
    const add = can('invoice_draft') && <Link className="button main" to="/invoices/new"><Icon name="plus" /><span>{t('invoice_new')}</span></Link>
    const look = async (id: number): Promise<Candidate> => {
        const { invoice: i, lines } = await call('invoice_show', { id }), draft = i.state === 'draft', why: string[] = []
        if (doing === 'send' && draft) why.push(t('bulk_still_draft'))
        if (doing !== 'send' && !draft) why.push(t('bulk_final'))
        if (doing !== 'send' && draft && !lines.length) why.push(t('bulk_no_lines'))
        const mail = doing === 'send' && !draft ? await call('invoice_mail', { id }) : undefined
        if (mail && mail.by.startsWith('mail') && !mail.to) why.push(t('bulk_no_address'))
        return { id, label: [i.customer_name, i.number].filter(Boolean).join(' · '), amount: i.kind === 'credit_note' ? '-' + i.total : i.total, currency: i.currency, why, remarks: mail ? [word('by', mail.by) + (mail.to ? ' → ' + mail.to : '')] : i.sent && doing === 'send' ? [t('send_again')] : undefined, go: async () => {
            if (doing !== 'send') await call('invoice_finalise', { id, version: i.version })
            if (doing !== 'finalise') await call('invoice_send', { id })
        } }
    }
    const title = doing === 'send' ? t('send_count', { count: chosen.size }) : doing === 'both' ? t('finalise_send_count', { count: chosen.size }) : t('finalise_count', { count: chosen.size })
    return <Page title={t('nav_invoices')} actions={add}>
        <List name="invoice_list" caption={t('nav_invoices')} turn={turn} keyboard sort="-id" filters={['customer_name', 'number', 'kind', 'issued_on', 'due_on', 'total', 'currency', 'payment', 'sent', 'order_reference', 'payment_reference']} link={row => can('invoice_show') ? '/invoices/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('view_drafts'), query: { state: 'draft' } }, { label: t('view_open'), query: { state: 'final', 'payment.ne': 'paid' } }, { label: t('view_overdue'), query: { payment: 'overdue' } }, { label: t('view_bounced'), query: { 'sent.in': 'bounced,failed' } }, { label: t('view_paid'), query: { payment: 'paid' } }]} empty={<Empty title={t('invoices_empty')} action={add}>{t('invoices_empty_text')}</Empty>} rowTone={row => row.payment === 'overdue' || row.sent === 'bounced' || row.sent === 'failed' ? 'bad' : undefined}
            selected={chosen} onSelect={setChosen} toolbar={chosen.size > 0 && <>{can('invoice_finalise') && <Button icon="check" onClick={() => setDoing('finalise')}>{t('finalise_count', { count: chosen.size })}</Button>}{can('invoice_finalise') && can('invoice_send') && <Button onClick={() => setDoing('both')}>{t('finalise_send_count', { count: chosen.size })}</Button>}{can('invoice_send') && <Button onClick={() => setDoing('send')}>{t('send_count', { count: chosen.size })}</Button>}</>} columns={[
                { name: 'customer_name' }, { name: 'number', show: row => <>{row.number ?? <Badge>{word('state', 'draft')}</Badge>} {row.kind === 'credit_note' && <Badge>{word('kind', 'credit_note')}</Badge>}</> }, { name: 'issued_on' }, { name: 'due_on' },
                { name: 'payment', show: row => row.payment ? <Badge tone={tones[row.payment]}>{word('payment', row.payment)}</Badge> : '' }, { name: 'sent', show: row => row.sent ? <Badge tone={tones[row.sent]}>{word('sent', row.sent)}</Badge> : '' }, { name: 'total' }, { name: 'open', narrow: 'line', show: row => row.open && !/^-?0*\.?0*$/.test(row.open) ? <Amount value={row.open} currency={row.currency} /> : '' },
            ]} />
        {doing && <Bulk title={title} act={t(doing === 'send' ? 'send' : doing === 'both' ? 'finalise_send' : 'finalise')} ids={[...chosen]} look={look} close={done => {
            if (done) { note(t('bulk_over', { count: done })); setChosen(new Set()) }
            setDoing(undefined)
            setTurn(n => n + 1)
        }} />}
    </Page>
}
