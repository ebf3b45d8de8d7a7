import { useState } from 'react'
import { call } from '../api/client'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Empty, Page } from '../parts/basics'
import { List, tones } from '../parts/list'
import { Upload } from '../parts/upload'
import { useWords } from '../text/text'

export default function Statements() {
    const { t, word, date } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0)
    return <Page title={t('nav_statements')} note={t('statements_note')}>
        {can('statement_import') && <Upload title={t('statements_drop')} help={t('statements_drop_help')} accept=".xml,.camt,.053,.052,.054,.sta,.mt940,.940,.txt,.csv,.zip" done={() => setTurn(n => n + 1)}
            send={async file => { const r = await call('statement_import', { file_name: file.name }, { content: file }); return <>{t('imported', { count: r.added_count, of: r.line_count })} {can('cash_queue') && <Link to="/bank/queue">{t('nav_queue')}</Link>}</> }} />}
        <List name="statement_list" caption={t('nav_statements')} turn={turn} sort="-to_on" filters={['from_on', 'to_on', 'kind', 'proof', 'follows', 'reference']} link={row => can('statement_show') ? '/bank/statements/' + row.id : undefined}
            views={[{ label: t('all'), query: {} }, { label: t('gaps'), query: { follows: 'gap' } }, { label: t('not_proved'), query: { proof: 'broken' } }]} empty={<Empty title={t('statements_empty')}>{t('statements_empty_text')}</Empty>} columns={[
                { name: 'reference', show: row => row.reference.split('|')[0] }, { name: 'to_on', show: row => [row.from_on !== row.to_on && date(row.from_on), date(row.to_on)].filter(Boolean).join(' – ') }, { name: 'opening', narrow: 'line' }, { name: 'closing' }, { name: 'line_count', right: true },
                { name: 'proof', show: row => <Badge tone={row.proof === 'done' ? 'good' : tones[row.proof]}>{word('proof', row.proof)}</Badge> }, { name: 'follows', show: row => <Badge tone={tones[row.follows]}>{word('follows', row.follows)}</Badge> }]} />
    </Page>
}
