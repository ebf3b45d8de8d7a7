import { useState } from 'react'
import { call, type Problem } from '../api/client'
import { isZero } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Empty, Icon, note, Page } from '../parts/basics'
import { Bulk, type Candidate } from '../parts/bulk'
import { List } from '../parts/list'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

export default function Bills() {
    const { t, word, amount, language } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [chosen, setChosen] = useState(new Set<number>()), [doing, setDoing] = useState<'bill_submit' | 'bill_approve'>()
    const look = async (id: number): Promise<Candidate> => {
        const { bill, supplier } = await call('bill_show', { id }), check = doing === 'bill_approve' ? await call('bill_check', { id }) : undefined
        const why = check ? check.stops.map(s => s.text) : bill.state === 'coded' ? [] : [t(bill.state === 'received' ? 'bulk_uncoded' : 'bulk_gone')]
        return { id, label: [supplier ?? t('supplier_unknown'), bill.number ?? '#' + bill.receipt_number].join(' · '), amount: bill.kind === 'credit_note' ? '-' + bill.payable : bill.payable, currency: bill.currency, why, remarks: check?.remarks.map(r => r.text), go: () => call(doing!, { id, version: bill.version }) }
    }
    return <Page title={t('nav_bills')} actions={can('bill_enter') && <Link className="button" to="/bills/new"><Icon name="plus" /><span>{t('bill_new')}</span></Link>}>
        {can('bill_receive') && <Upload title={t('bills_drop')} help={t('bills_drop_help')} accept=".xml,.pdf,.png,.jpg,.jpeg,.tif,.tiff,.zip" done={() => setTurn(n => n + 1)}
            why={(problem: Problem) => { const twin = problem.troubles.find(p => p.code === 'bill.same_file')?.params.id; return twin && <Link to={'/bills/' + twin}>{t('open_it')}</Link> }} send={async file => {
                const bill = await call('bill_receive', { file_name: file.name }, { content: file }), shown = await call('bill_show', { id: bill.id }), fatal = shown.problems.filter(p => p.severity === 'fatal').length, twins = shown.duplicates.length
                const said = shown.problems.filter(p => p.source === 'document'), why = said.find(p => p.rule !== 'bill.no_einvoice') ?? said[0]
                return <><Link to={'/bills/' + bill.id}>{bill.number ? t('bill_read_as', { what: [bill.seller_name, bill.number].filter(Boolean).join(' · ') }) : t('bill_not_read')}</Link> {bill.payable && bill.number ? amount(bill.payable, bill.currency) : ''} {bill.number && <Badge tone={bill.party_id ? 'good' : 'warn'}>{bill.party_id ? t('supplier_known') : t('supplier_unknown')}</Badge>} {bill.state === 'coded' && <Badge tone="good">{word('state', 'coded')}</Badge>} {fatal > 0 && <Badge tone="bad">{t('problems_count', { count: fatal })}</Badge>} {twins > 0 && <Badge tone="bad">{t('maybe_double')}</Badge>}{!bill.number && why && <span className="faint"> {language === 'nl' ? why.dutch ?? why.english : why.english}</span>}</>
            }} />}
        <List name="bill_list" caption={t('nav_bills')} turn={turn} keyboard sort="-received_at" filters={['supplier', 'number', 'state', 'kind', 'issued_on', 'due_on', 'total', 'currency', 'iban', 'reference', 'order_reference', 'receipt_number', 'question_count', 'via_portal']} link={row => can('bill_show') ? '/bills/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('view_to_code'), query: { state: 'received' } }, { label: t('view_to_submit'), query: { state: 'coded' } }, { label: t('view_to_approve'), query: { state: 'submitted' } }, { label: t('view_asked'), query: { 'question_count.gt': '0' } }, { label: t('view_to_pay'), query: { state: 'approved', 'open.ne': '0' } }, { label: word('state', 'refused'), query: { state: 'refused' } }, { label: t('view_portal'), query: { via_portal: 'true' } }]}
            selected={chosen} onSelect={setChosen} toolbar={chosen.size > 0 && <>{can('bill_submit') && <Button onClick={() => setDoing('bill_submit')}>{t('submit_count', { count: chosen.size })}</Button>}{can('bill_approve') && <Button icon="check" onClick={() => setDoing('bill_approve')}>{t('approve_count', { count: chosen.size })}</Button>}</>}
            rowTone={row => row.fatal_count || row.duplicate_count ? 'bad' : row.question_count ? 'warn' : undefined} empty={<Empty title={t('bills_empty')}>{t('bills_empty_text')}</Empty>} columns={[
                { name: 'supplier', show: row => row.supplier ?? t('supplier_unknown') }, { name: 'number', show: row => row.number ?? '#' + row.receipt_number }, { name: 'issued_on' }, { name: 'due_on' },
                { name: 'state', show: row => <><Badge tone={row.state === 'approved' ? 'good' : row.state === 'refused' ? 'bad' : row.state === 'submitted' ? 'warn' : 'info'}>{word('state', row.state)}</Badge>{row.kind === 'credit_note' && <> <Badge>{word('kind', 'credit_note')}</Badge></>}{row.fatal_count + row.duplicate_count > 0 && <> <Badge tone="bad">{t('problems_count', { count: row.fatal_count + row.duplicate_count })}</Badge></>}{row.question_count > 0 && <> <Badge tone="warn">{t('question')}</Badge></>}</> },
                { name: 'total', show: row => row.number || !isZero(row.total) ? <Amount value={row.total} currency={row.currency} /> : '' }, { name: 'open', narrow: 'line', show: row => /^-?0*\.?0*$/.test(row.open) ? '' : <Amount value={row.open} currency={row.currency} /> },
            ]} />
        {doing && <Bulk title={t(doing === 'bill_approve' ? 'approve_count' : 'submit_count', { count: chosen.size })} act={t(doing === 'bill_approve' ? 'approve' : 'submit')} ids={[...chosen]} look={look} close={done => {
            if (done) note(t(doing === 'bill_approve' ? 'bills_approved' : 'bills_submitted', { count: done }))
            if (done) setChosen(new Set())
            setDoing(undefined)
            setTurn(n => n + 1)
        }} />}
    </Page>
}
