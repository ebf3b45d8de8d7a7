/** What the bank says before or beside its statement: lines of the day (camt.052, MT942) and notices (camt.054). Nothing of it is booked. */
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Empty, Page, type Tone } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'

const tone: Record<string, Tone> = { waiting: 'warn', met: 'good', ended: 'bad' }
export default function Notices() {
    const { t, word } = useWords(), { can } = useSession()
    return <Page title={t('nav_notices')} note={t('notices_note')}>
        <List name="bank_notice_list" caption={t('nav_notices')} sort="-booked_on" filters={['kind', 'status', 'state', 'booked_on', 'amount', 'name', 'iban', 'remittance', 'reference']} empty={<Empty title={t('notices_empty')}>{t('notices_empty_text')}</Empty>}
            views={[{ label: t('all'), query: {} }, { label: word('notice_state', 'waiting'), query: { state: 'waiting' } }, { label: word('notice_state', 'ended'), query: { state: 'ended' } }, { label: word('notice_kind', 'notice'), query: { kind: 'notice' } }]} columns={[
                { name: 'name', narrow: 'title', show: row => row.name ?? t('unknown') }, { name: 'booked_on' }, { name: 'kind', show: row => word('notice_kind', row.kind) }, { name: 'status', show: row => word('notice_status', row.status) }, { name: 'remittance', show: row => row.remittance ?? row.reference ?? row.end_to_end_id ?? '' }, { name: 'amount', show: row => <Amount value={row.amount} currency={row.currency} /> },
                { name: 'state', show: row => <>{row.state && <Badge tone={tone[row.state]}>{word('notice_state', row.state)}</Badge>} {row.line_id && can('bank_line_show') && <Link to={'/bank/lines/' + row.line_id}>{t('notice_line')}</Link>}</> }]} />
    </Page>
}
