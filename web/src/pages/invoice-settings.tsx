/** How invoices are numbered and worded. */
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Card, Facts, Icon, note, Page, Shown, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { History } from '../parts/history'
import { Link } from '../app/router'
import { useWords } from '../text/text'

/** "{year}-#####" for the 42nd: as the server writes it. */
export function numberExample(format: string, year: number): string {
    return format.replace(/#+/, row => '42'.padStart(row.length, '0')).replace('{year}', String(year))
}
export default function InvoiceSettings() {
    const { t, word } = useWords(), { can } = useSession(), read = useRead('invoice_setting_show', {})
    return <Page title={t('nav_invoice_settings')} note={t('invoice_settings_note')}><Shown of={read}>{s => <><Card>{can('invoice_setting_change')
        ? <ApiForm name="invoice_setting_change" again={{ kind: 'invoice_setting', id: s.id ?? 0, read: async () => ({ ...await call('invoice_setting_show', {}) }) }} fields={['number_format', 'specification', 'payment_terms', 'closing']} initial={{ number_format: s.number_format, specification: s.specification, payment_terms: s.payment_terms, closing: s.closing }} fixed={{ version: s.version }} labels={{ closing: t('foot') }} submit={t('save')} done={() => { note(t('saved')); read.reload() }}
            intro={<div className="stack"><p>{t('number_example', { what: numberExample(s.number_format, new Date().getFullYear()) })}</p><p className="faint">{t('number_help')}</p></div>} />
        : <Facts rows={[[word('f', 'number_format'), s.number_format], [word('f', 'specification'), word('specification', s.specification)], [word('f', 'payment_terms'), s.payment_terms], [t('foot'), s.closing]]} />}</Card>
        <p><Link to="/settings/style"><Icon name="right" /> {t('nav_style')}</Link></p>{s.id && <History kind="invoice_setting" id={s.id} turn={s.version} />}</>}</Shown></Page>
}
