import { useState } from 'react'
import { useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Button, Dialog, Empty, note, Page } from '../parts/basics'
import { List } from '../parts/list'
import { Memorial } from '../parts/memorial'
import { useWords } from '../text/text'

export default function Entries() {
    const { t, word } = useWords(), { can } = useSession(), { go } = useRouter(), [adding, setAdding] = useState(false)
    return <Page title={t('nav_entries')} note={t('entries_note')} actions={can('entry_post') && <Button icon="plus" look="main" onClick={() => setAdding(true)}>{t('memorial')}</Button>}>
        <List name="entry_list" caption={t('nav_entries')} sort="-number" filters={['journal', 'dated_on', 'number', 'description', 'source_kind']} link={row => can('entry_show') ? '/ledger/entries/' + row.id : undefined}
            empty={<Empty title={t('entries_empty')}>{t('entries_empty_text')}</Empty>} columns={[{ name: 'number' }, { name: 'dated_on' }, { name: 'journal', show: row => word('journal', row.journal) }, { name: 'description', narrow: 'title' }, { name: 'source_kind', show: row => word('kind', row.source_kind) }, { name: 'recorded_at', narrow: 'none' }]} />
        {adding && <Dialog title={t('memorial')} close={() => setAdding(false)}><Memorial cancel={() => setAdding(false)} done={id => { note(t('posted')); go('/ledger/entries/' + id) }} /></Dialog>}
    </Page>
}
