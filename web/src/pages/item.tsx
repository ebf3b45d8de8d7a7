import { useState } from 'react'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Button, Card, Dialog, Empty, Facts, note, Page, Shown, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { History } from '../parts/history'
import { today } from '../parts/report'
import { because, useWords } from '../text/text'

export function sourceLink(kind: string | undefined, id: number | undefined): string | undefined {
    switch (kind) {
        case 'bill': return '/bills/' + id
        case 'invoice': return '/invoices/' + id
        case 'bank_line': return '/bank/lines/' + id
        case 'payment_run': return '/payments/' + id
        default: return undefined
    }
}
export default function Item({ id }: { id: number }) {
    const words = useWords(), { t, word, date } = words, { can } = useSession(), read = useRead('item_show', { id }), [taking, setTaking] = useState<number>()
    return <Shown of={read} page>{({ item, settlements, taken_back }) => <Page title={t('item_title', { what: item.reference })} note={word('item_kind', item.kind)} back={<Link to="/items">{t('nav_items')}</Link>}>
        <Card><Facts rows={[
            [t('f_party'), can('party_show') && <Whose id={item.party_id} />], [word('f', 'dated_on'), date(item.dated_on)], [word('f', 'due_on'), date(item.due_on)],
            [word('f', 'amount'), <Amount value={item.amount} currency={item.currency} />], [word('f', 'rest'), <Amount value={item.rest} currency={item.currency} />], [t('entry'), <Link to={'/ledger/entries/' + item.entry_id}>{t('open_entry')}</Link>],
            [t('comes_from'), sourceLink(item.source_kind, item.source_id) ? <Link to={sourceLink(item.source_kind, item.source_id)!}>{word('kind', item.source_kind)}</Link> : word('kind', item.source_kind)],
        ]} /></Card>
        <Card title={t('settled_by')}>{settlements.length === 0 ? <Empty title={t('not_settled')} /> : <ul className="lines-list">{settlements.map(s => <li key={s.id} className="spread"><span>{date(s.effective_on)} · {because(words, s.reason)} · {s.item_id === item.id ? '' : <Link to={'/items/' + s.item_id}>{t('other_item')}</Link>}</span><span className="spread"><Amount value={s.amount} currency={item.currency} />{can('item_unsettle') && <Button icon="undo" onClick={() => setTaking(s.id)}>{t('take_back')}</Button>}</span></li>)}</ul>}</Card>
        {taken_back.length > 0 && <Card title={t('came_back')}><ul className="lines-list">{taken_back.map(s => <li key={s.id} className="spread"><span>{date(s.effective_on)} · {because(words, s.reason)}</span><Amount value={s.amount} currency={item.currency} /></li>)}</ul></Card>}
        <History kind="open_item" id={id} />
        {taking && <Dialog title={t('take_back')} close={() => setTaking(undefined)}><ApiForm name="item_unsettle" fields={['on', 'why']} fixed={{ id: taking }} initial={{ on: today() }} submit={t('take_back')} cancel={() => setTaking(undefined)} done={() => { setTaking(undefined); note(t('taken_back')); read.reload() }} /></Dialog>}
    </Page>}</Shown>
}
function Whose({ id }: { id: number }) {
    const { t } = useWords(), read = useRead('party_show', { id })
    return <Link to={'/parties/' + id}>{read.data?.party.name ?? t('open_party')}</Link>
}
