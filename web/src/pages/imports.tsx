/** Moving in: what to bring in which order, a place to drop a file, and the files that were brought. */
import { useRef, useState } from 'react'
import { address, call } from '../api/client'
import type { Takes } from '../api/client'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Card, Empty, Page } from '../parts/basics'
import { Row } from '../parts/form'
import { List } from '../parts/list'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

type Kind = NonNullable<Takes<'import_add'>['kind']>
export const kinds: Kind[] = ['customers', 'suppliers', 'accounts', 'receivables', 'payables', 'balances', 'paid_invoices', 'payments']
export const importTone = (state: string) => state === 'committed' ? 'good' as const : state === 'undone' ? 'none' as const : 'warn' as const

export default function Imports() {
    const { t, word } = useWords(), { can } = useSession(), { go } = useRouter(), [turn, setTurn] = useState(0), [kind, setKind] = useState<Kind | ''>(''), sent = useRef(0)
    const send = async (file: File) => {
        sent.current++
        const shown = await call('import_add', { file_name: file.name, ...(kind ? { kind } : {}) }, { content: file })
        if (sent.current === 1) go('/settings/import/' + shown.file.id)
        return <>{word('import_kind', shown.file.kind)} · <Link to={'/settings/import/' + shown.file.id}>{t('import_open')}</Link></>
    }
    return <Page title={t('nav_import')} note={t('import_note')}>
        {can('import_add') && <>
            <div className="fields"><Row label={t('import_holds')}>{ids => <select {...ids} value={kind} onChange={e => setKind(e.target.value as Kind | '')}><option value="">{t('import_told')}</option>{kinds.map(k => <option key={k} value={k}>{word('import_kind', k)}</option>)}</select>}</Row></div>
            <Upload title={t('import_drop')} help={t('import_drop_help')} accept=".csv,.txt,.xlsx,.tsv" done={() => setTurn(n => n + 1)} send={send} />
        </>}
        <Card title={t('import_order')}><p className="faint">{t('import_order_text')}</p><ol className="numbered">{kinds.map(k => <li key={k}><strong>{word('import_kind', k)}</strong> <span className="faint">{word('import_about', k)}</span> <a href={address('import_example', { kind: k })} download={k + '.csv'}>{t('import_example', { what: word('import_kind', k).toLowerCase() })}</a></li>)}</ol></Card>
        <List name="import_list" caption={t('nav_import')} turn={turn} sort="-created_at" filters={['kind', 'state', 'file_name']} link={row => can('import_show') ? '/settings/import/' + row.id : undefined} empty={<Empty title={t('imports_empty')}>{t('imports_empty_text')}</Empty>} columns={[
            { name: 'file_name', narrow: 'title' }, { name: 'kind', show: row => word('import_kind', row.kind) }, { name: 'state', show: row => <Badge tone={importTone(row.state)}>{word('import_state', row.state)}</Badge> }, { name: 'made_count', right: true }, { name: 'created_at', narrow: 'line' }]} />
    </Page>
}
