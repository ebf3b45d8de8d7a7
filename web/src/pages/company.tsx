import { useState, type ReactNode } from 'react'
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Button, Card, Facts, note, Page, Shown, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { formatIban } from '../amount'
import { History } from '../parts/history'
import { useWords } from '../text/text'

const fields = ['name', 'legal_name', 'language', 'kvk_number', 'vat_number', 'street', 'postal_code', 'city', 'email', 'phone', 'website', 'iban', 'bic', 'brand_color']
export default function Company() {
    const { t, word } = useWords(), { can, reload } = useSession(), read = useRead('company_show', {}), [changing, setChanging] = useState(false)
    return <Page title={t('nav_company')} actions={can('company_change') && !changing && <Button look="main" onClick={() => setChanging(true)}>{t('change')}</Button>}><Shown of={read}>{company => <><Card>{changing
        ? <ApiForm name="company_change" again={{ kind: 'company', id: company.id, read: async () => ({ ...await call('company_show', {}) }) }} fields={fields} fixed={{ version: company.version, logo: company.logo }} initial={Object.fromEntries(fields.map(f => [f, (company as Record<string, unknown>)[f]]))} submit={t('save')} cancel={() => setChanging(false)} done={() => { setChanging(false); read.reload(); void reload(); note(t('saved')) }} />
        : <>{company.logo && <p><img src={'data:image/png;base64,' + company.logo} alt={t('logo')} height={60} /></p>}<Facts rows={[...fields.map((f): [string, ReactNode] => { const v = (company as Record<string, unknown>)[f] as string | undefined; return [word('f', f), v && f === 'iban' ? <span className="mono iban">{formatIban(v)}</span> : v && f === 'language' ? word('language', v) : v] }), [word('f', 'country'), company.country], [word('f', 'currency'), company.currency]]} /></>}</Card><History kind="company" id={company.id} turn={company.version} /></>}</Shown></Page>
}
