import { call } from '../api/client'
import { operations } from '../api/schema'
import { Link, useRouter } from '../app/router'
import { Card, note, Page, Shown, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { useWords } from '../text/text'

const fields = ['name', 'number', 'is_customer', 'is_supplier', 'kvk_number', 'vat_number', 'oin', 'email', 'phone', 'language', 'street', 'postal_code', 'city', 'country', 'currency', 'customer_terms_days', 'supplier_terms_days', 'expense_account_id', 'sales_account_id', 'vat_code_id', 'cost_center', 'delivery', 'reference_needed', 'buyer_reference', 'endpoint_scheme', 'endpoint', 'is_consumer', 'is_blocked', 'block_reason', 'notes']
export default function PartyForm({ id }: { id: number }) {
    const { t } = useWords(), { go, query } = useRouter(), read = useRead('party_show', { id }, id > 0)
    if (!id) return <Page title={t('party_new')} back={<Link to="/parties">{t('nav_parties')}</Link>}><Card><ApiForm name="party_add" fields={fields} initial={{ is_supplier: query.get('as') === 'supplier', is_customer: query.get('as') === 'customer', name: query.get('name') ?? undefined, country: 'NL', currency: 'EUR' }} submit={t('save')} cancel={() => history.back()} done={party => { note(t('saved')); go('/parties/' + party.id, true) }} /></Card></Page>
    return <Shown of={read} page>{({ party }) => <Page title={t('change_what', { what: party.name })} back={<Link to={'/parties/' + id}>{party.name}</Link>}><Card><ApiForm name="party_change" fields={fields} again={{ kind: 'party', id, read: async () => { const now = (await call('party_show', { id })).party; return { ...now, is_consumer: !now.is_business } } }}
        initial={{ ...Object.fromEntries(operations.party_change.fields!.filter(f => f.name in party).map(f => [f.name, (party as Record<string, unknown>)[f.name]])), is_consumer: !party.is_business }} fixed={{ id, version: party.version }} submit={t('save')} cancel={() => go('/parties/' + id)} done={() => { note(t('saved')); go('/parties/' + id, true) }} /></Card></Page>}</Shown>
}
