import { address } from '../api/client'
import { useSession } from '../app/session'
import { Empty, Page } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'
import { Link } from '../app/router'
import { sourceLink } from './item'

export default function Documents() {
    const { t, word } = useWords(), { can } = useSession()
    return <Page title={t('nav_documents')} note={t('documents_note')}>
        <List name="document_list" past={{ kind: 'document', of: row => row.file_name }} caption={t('nav_documents')} sort="-added_at" filters={['file_name', 'media_type', 'source', 'subject_kind']} empty={<Empty title={t('documents_empty')}>{t('documents_empty_text')}</Empty>} columns={[
            { name: 'file_name', show: row => can('document_file') ? <a href={address('document_file', { id: row.id })} download>{row.file_name}</a> : row.file_name }, { name: 'media_type' }, { name: 'source', show: row => word('source', row.source) },
            { name: 'subject_kind', show: row => { const to = sourceLink(row.subject_kind, row.subject_id); return to ? <Link to={to}>{word('kind', row.subject_kind)}</Link> : row.subject_kind ? word('kind', row.subject_kind) : '' } }, { name: 'added_at' }, { name: 'keep_until' },
        ]} />
    </Page>
}
