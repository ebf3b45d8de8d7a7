import { useState } from 'react'
import { call } from '../api/client'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Empty, Icon, note, Page, ProblemBox, problemText, useAction } from '../parts/basics'
import { List } from '../parts/list'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

export default function Bills() {
    const { t, word, amount } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [chosen, setChosen] = useState(new Set<number>()), { busy, problem, run } = useAction(), [failed, setFailed] = useState<string[]>([])
    const bulk = (what: 'bill_submit' | 'bill_approve') => run(async () => {
        const refused: string[] = []
        let done = 0
        for (const id of chosen) {
            try {
                const { bill } = await call('bill_show', { id })
                await call(what, { id, version: bill.version })
                done++
            } catch (why) { refused.push(`#${id}: ${problemText(why, t)}`) }
        }
        setFailed(refused)
        setChosen(new Set())
        setTurn(n => n + 1)
        if (done) note(t(what === 'bill_approve' ? 'bills_approved' : 'bills_submitted', { count: done }))
    })
    return <Page title={t('nav_bills')} actions={can('bill_enter') && <Link className="button" to="/bills/new"><Icon name="plus" /><span>{t('bill_new')}</span></Link>}>
        {can('bill_receive') && <Upload title={t('bills_drop')} help={t('bills_drop_help')} accept=".xml,.pdf,.png,.jpg,.jpeg,.tif,.tiff,.zip" done={() => setTurn(n => n + 1)} send={async file => {
            const bill = await call('bill_receive', { file_name: file.name }, { content: file })
            return <><Link to={'/bills/' + bill.id}>{bill.number ? t('bill_read_as', { what: [bill.seller_name, bill.number].filter(Boolean).join(' · ') }) : t('bill_not_read')}</Link> {bill.payable && bill.number ? amount(bill.payable, bill.currency) : ''}</>
        }} />}
        <ProblemBox problem={problem} />
        {failed.length > 0 && <div className="problem" role="alert"><Icon name="warn" /><ul>{failed.map(f => <li key={f}>{f}</li>)}</ul></div>}
        <List name="bill_list" caption={t('nav_bills')} turn={turn} sort="-received_at" filters={['supplier', 'number', 'state', 'kind', 'issued_on', 'due_on', 'total', 'iban', 'reference', 'order_reference', 'receipt_number']} link={row => can('bill_show') ? '/bills/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('view_to_code'), query: { state: 'received' } }, { label: t('view_to_submit'), query: { state: 'coded' } }, { label: t('view_to_approve'), query: { state: 'submitted' } }, { label: t('view_to_pay'), query: { state: 'approved', 'open.ne': '0' } }, { label: word('state', 'refused'), query: { state: 'refused' } }]}
            selected={chosen} onSelect={setChosen} toolbar={chosen.size > 0 && <>{can('bill_submit') && <Button busy={busy} onClick={() => { void bulk('bill_submit') }}>{t('submit_count', { count: chosen.size })}</Button>}{can('bill_approve') && <Button busy={busy} icon="check" onClick={() => { void bulk('bill_approve') }}>{t('approve_count', { count: chosen.size })}</Button>}</>}
            rowTone={row => row.fatal_count || row.duplicate_count ? 'bad' : undefined} empty={<Empty title={t('bills_empty')}>{t('bills_empty_text')}</Empty>} columns={[
                { name: 'supplier', show: row => row.supplier ?? t('supplier_unknown') }, { name: 'number', show: row => row.number ?? '#' + row.receipt_number }, { name: 'issued_on' }, { name: 'due_on' },
                { name: 'state', show: row => <><Badge tone={row.state === 'approved' ? 'good' : row.state === 'refused' ? 'bad' : row.state === 'submitted' ? 'warn' : 'info'}>{word('state', row.state)}</Badge>{row.kind === 'credit_note' && <> <Badge>{word('kind', 'credit_note')}</Badge></>}{row.fatal_count + row.duplicate_count > 0 && <> <Badge tone="bad">{t('problems_count', { count: row.fatal_count + row.duplicate_count })}</Badge></>}</> },
                { name: 'total' }, { name: 'open', narrow: 'line', show: row => /^-?0*\.?0*$/.test(row.open) ? '' : <Amount value={row.open} currency={row.currency} /> },
            ]} />
    </Page>
}
