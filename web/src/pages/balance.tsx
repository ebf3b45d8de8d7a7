import { useRouter } from '../app/router'
import { Amount, Card, Page, Shown, useRead } from '../parts/basics'
import { isZero } from '../amount'
import { Row } from '../parts/form'
import { useWords } from '../text/text'

export default function Balance() {
    const { t, word } = useWords(), { query, setQuery } = useRouter()
    const year = new Date().getFullYear(), from = query.get('from_on') ?? year + '-01-01', to = query.get('to_on') ?? new Date().toISOString().slice(0, 10)
    const read = useRead('ledger_balance', { from_on: from, to_on: to })
    return <Page title={t('nav_balance')} note={t('balance_note')}>
        <Card><div className="fields"><Row label={t('from')}>{ids => <input {...ids} type="date" value={from} onChange={e => setQuery({ from_on: e.target.value })} />}</Row><Row label={t('until')}>{ids => <input {...ids} type="date" value={to} onChange={e => setQuery({ to_on: e.target.value })} />}</Row></div></Card>
        <Shown of={read}>{balance => <div className="table-wrap"><table className="table"><caption className="hidden">{t('nav_balance')}</caption><thead><tr><th scope="col">{word('f', 'number')}</th><th scope="col">{word('f', 'name')}</th><th scope="col" className="right">{t('debit')}</th><th scope="col" className="right">{t('credit')}</th><th scope="col" className="right">{word('f', 'balance')}</th></tr></thead>
            <tbody>{balance.accounts.filter(a => !(isZero(a.debit) && isZero(a.credit) && isZero(a.balance))).map(a => <tr key={a.id}><td>{a.number}</td><td>{a.name}</td><td className="right"><Amount value={a.debit} /></td><td className="right"><Amount value={a.credit} /></td><td className="right"><Amount value={a.balance} /></td></tr>)}</tbody>
            <tfoot><tr><td colSpan={2}>{t('total')}</td><td className="right"><Amount value={balance.debit} /></td><td className="right"><Amount value={balance.credit} /></td><td /></tr></tfoot></table></div>}</Shown>
    </Page>
}
