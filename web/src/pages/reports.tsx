import { Link, useRouter } from '../app/router'
import { Amount, Empty, Page, Shown, useRead } from '../parts/basics'
import { Row } from '../parts/form'
import { useWords } from '../text/text'

const buckets = ['not_due', 'days_30', 'days_60', 'days_90', 'later', 'total'] as const
export default function Reports() {
    const { t, word } = useWords(), { query, setQuery } = useRouter(), side = query.get('side') === 'payables' ? 'payables' : 'receivables', day = query.get('as_of') ?? ''
    const read = useRead('report_ageing', { side, by_party: true, ...(day ? { as_of: day } : {}) })
    return <Page title={t(side === 'receivables' ? 'ageing_receivables' : 'ageing_payables')} actions={<div className="fields"><Row label={t('report_day')}>{ids => <input {...ids} type="date" value={day} onChange={e => setQuery({ as_of: e.target.value })} />}</Row></div>}>
        <nav className="views" aria-label={t('views')}>{(['receivables', 'payables'] as const).map(s => <Link key={s} to={'/reports?side=' + s + (day ? '&as_of=' + day : '')} aria-current={s === side ? 'page' : undefined}>{word('control', s)}</Link>)}</nav>
        <Shown of={read}>{a => a.parties.length === 0 ? <Empty title={t('no_figures')} /> : <div className="table-wrap"><table className="table"><caption className="hidden">{t('per_party')}</caption><thead><tr><th scope="col">{word('f', 'name')}</th>{buckets.map(b => <th key={b} scope="col" className="right">{word('bucket', b)}</th>)}</tr></thead>
            <tbody>{a.parties.map(p => <tr key={p.party_id + p.currency}><td><Link to={'/parties/' + p.party_id}>{p.name}</Link> <span className="faint">{p.number}</span></td>{buckets.map(b => <td key={b} className="right"><Amount value={p[b]} /></td>)}</tr>)}</tbody>
            <tfoot><tr><td>{t('total')}</td>{buckets.map(b => <td key={b} className="right"><Amount value={a[b]} currency={b === 'total' ? a.currency : undefined} /></td>)}</tr></tfoot></table></div>}</Shown>
    </Page>
}
