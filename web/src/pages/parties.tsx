import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Empty, Icon, Page } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Parties() {
    const { t } = useWords(), { can } = useSession()
    const add = can('party_add') && <Link className="button main" to="/parties/new"><Icon name="plus" /><span>{t('party_new')}</span></Link>
    return <Page title={t('nav_parties')} actions={add}>
        <List name="party_list" caption={t('nav_parties')} sort="name" filters={['name', 'number', 'city', 'country', 'kvk_number', 'vat_number', 'email', 'is_blocked']} link={row => can('party_show') ? '/parties/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('customers'), query: { is_customer: 'true' } }, { label: t('suppliers'), query: { is_supplier: 'true' } }]} empty={<Empty title={t('parties_empty')} action={add}>{t('parties_empty_text')}</Empty>} columns={[
                { name: 'name' }, { name: 'number' }, { name: 'roles', label: t('is_what'), show: row => <>{row.is_customer && <Badge>{t('customer')}</Badge>} {row.is_supplier && <Badge>{t('supplier')}</Badge>} {row.is_blocked && <Badge tone="bad">{t('blocked')}</Badge>}</> },
                { name: 'city' }, { name: 'kvk_number' }, { name: 'email' },
            ]} />
    </Page>
}
