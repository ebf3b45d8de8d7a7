import { useState } from 'react'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { isNegative } from '../amount'
import { Amount, Button, Card, Dialog, Facts, note, Page, Shown, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { History } from '../parts/history'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { sourceLink } from './item'

export default function Entry({ id }: { id: number }) {
    const { t, word, date, instant } = useWords(), { can } = useSession(), { go } = useRouter(), read = useRead('entry_show', { id }), [reversing, setReversing] = useState(false)
    return <Shown of={read} page>{({ entry, lines }) => <Page title={t('entry_title', { what: entry.number })} note={entry.description} back={<Link to="/ledger/entries">{t('nav_entries')}</Link>} actions={can('entry_reverse') && entry.source_kind === 'memorial' && <Button icon="undo" onClick={() => setReversing(true)}>{t('reverse')}</Button>}>
        <Card><Facts rows={[[word('f', 'dated_on'), date(entry.dated_on)], [word('f', 'journal'), word('journal', entry.journal)], [word('f', 'recorded_at'), instant(entry.recorded_at)],
            [t('comes_from'), sourceLink(entry.source_kind, entry.source_id) ? <Link to={sourceLink(entry.source_kind, entry.source_id)!}>{word('kind', entry.source_kind)}</Link> : word('kind', entry.source_kind)],
            [t('reverses'), entry.reverses_id ? <Link to={'/ledger/entries/' + entry.reverses_id}>{t('open_entry')}</Link> : undefined]]} /></Card>
        <Table caption={t('lines')} heads={[{ label: word('f', 'account_id') }, { label: word('f', 'description'), narrow: 'block' }, { label: t('debit'), right: true, narrow: 'amount', mark: true }, { label: t('credit'), right: true, narrow: 'amount', mark: true }]}
            rows={lines.map(l => ({ key: l.line_no, cells: [l.account_number + ' ' + l.account_name, (l.description || l.reference || l.item_id) && <>{l.description ?? l.reference ?? ''}{l.item_id && <> <Link to={'/items/' + l.item_id}>{t('open_item')}</Link></>}</>, !isNegative(l.base) && <Amount value={l.base} />, isNegative(l.base) && <Amount value={l.base.slice(1)} />] }))} />
        <History kind="entry" id={id} />
        {reversing && <Dialog title={t('reverse')} close={() => setReversing(false)}><ApiForm name="entry_reverse" fields={['dated_on', 'why']} fixed={{ id }} initial={{ dated_on: entry.dated_on }} submit={t('reverse')} cancel={() => setReversing(false)} done={shown => { note(t('reversed')); go('/ledger/entries/' + shown.entry.id) }} /></Dialog>}
    </Page>}</Shown>
}
