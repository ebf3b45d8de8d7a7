import { useSession } from '../app/session'
import { Empty, Page } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function BankLines() {
    const { t } = useWords(), { can } = useSession()
    return <Page title={t('nav_lines')}>
        <List name="bank_line_list" caption={t('nav_lines')} sort="-booked_on" filters={['booked_on', 'amount', 'name', 'iban', 'remittance', 'reference', 'end_to_end_id', 'is_reversal']} link={row => can('bank_line_show') ? '/bank/lines/' + row.id : undefined} empty={<Empty title={t('statements_empty')}>{t('statements_empty_text')}</Empty>}
            views={[{ label: t('all'), query: {} }, { label: t('money_in'), query: { 'amount.gt': '0' } }, { label: t('money_out'), query: { 'amount.lt': '0' } }, { label: t('reversals'), query: { is_reversal: 'true' } }]} columns={[{ name: 'name', show: row => row.name ?? t('unknown') }, { name: 'booked_on' }, { name: 'remittance', show: row => row.remittance ?? row.reference ?? '' }, { name: 'iban' }, { name: 'amount' }]} />
    </Page>
}
