import { useState } from 'react'
import type { Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Badge, Button, Dialog, Empty, note, Page } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Decisions() {
    const { t, word, instant } = useWords(), { can } = useSession(), [turn, setTurn] = useState(0), [taking, setTaking] = useState<Schemas['cash_decided']>()
    return <Page title={t('nav_decisions')} note={t('decisions_note')}>
        <List name="cash_list" caption={t('nav_decisions')} turn={turn} sort="-id" filters={['category', 'is_automatic', 'amount']} link={row => can('bank_line_show') ? '/bank/lines/' + row.bank_line_id : undefined} views={[{ label: t('all'), query: {} }, { label: t('by_itself'), query: { is_automatic: 'true' } }, { label: t('by_people'), query: { is_automatic: 'false' } }]} empty={<Empty title={t('decisions_empty')}>{t('decisions_empty_text')}</Empty>} columns={[
            { name: 'category', show: row => word('category', row.category) + (row.party_name ? ': ' + row.party_name : '') }, { name: 'amount' }, { name: 'decided_at', show: row => instant(row.decided_at) }, { name: 'is_automatic', label: t('by_whom'), show: row => row.is_automatic ? <Badge tone="info">{t('by_itself')}</Badge> : <Badge>{t('a_person')}</Badge> }, { name: 'note', show: row => row.taken_back_at ? <><Badge tone="warn">{t('taken_back')}</Badge> <span className="faint">{instant(row.taken_back_at)} · {row.taken_back}</span></> : row.note ?? '' },
            { name: 'undo', label: t('action'), show: row => can('cash_undo') && !row.taken_back_at ? <Button look="quiet" icon="undo" onClick={() => setTaking(row)}>{t('take_back')}</Button> : '' }]} />
        {taking && <Dialog title={t('take_back')} close={() => setTaking(undefined)}><ApiForm name="cash_undo" fields={['reason']} fixed={{ id: taking.id }} submit={t('take_back')} cancel={() => setTaking(undefined)} done={() => { setTaking(undefined); setTurn(turn + 1); note(t('taken_back')) }} /></Dialog>}
    </Page>
}
