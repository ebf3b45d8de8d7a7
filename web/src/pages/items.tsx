import { isZero } from '../amount'
import { useSession } from '../app/session'
import { Badge, Empty, Page } from '../parts/basics'
import { List } from '../parts/list'
import { today } from '../parts/report'
import { Who } from '../parts/who'
import { useWords } from '../text/text'

export default function Items() {
    const { t, word } = useWords(), { can } = useSession(), day = today()
    return <Page title={t('nav_items')} note={t('items_note')}>
        <List name="item_list" caption={t('nav_items')} sort="due_on" filters={['control', 'kind', 'reference', 'party_id', 'dated_on', 'due_on', 'currency', 'rest']} link={row => can('item_show') ? '/items/' + row.id : undefined}
            views={[{ label: t('open'), query: { 'rest.ne': '0' } }, { label: t('view_to_receive'), query: { control: 'receivables', 'rest.ne': '0' } }, { label: t('view_to_pay'), query: { control: 'payables', 'rest.ne': '0' } }, { label: t('view_overdue'), query: { control: 'receivables', 'rest.gt': '0', 'due_on.lt': day } }, { label: t('items_all'), query: {} }]}
            empty={<Empty title={t('items_empty')}>{t('items_empty_text')}</Empty>} rowTone={row => row.due_on < day && !isZero(row.rest) ? 'bad' : undefined} columns={[
                { name: 'reference' }, { name: 'party_id', narrow: 'title', show: row => <Who id={row.party_id} /> }, { name: 'kind', show: row => word('item_kind', row.kind) }, { name: 'control', show: row => word('control', row.control) }, { name: 'dated_on' },
                { name: 'due_on', show: row => <DueDay day={row.due_on} today={isZero(row.rest) ? row.due_on : day} /> }, { name: 'amount', narrow: 'line' }, { name: 'rest', narrow: 'amount' },
            ]} />
    </Page>
}
function DueDay({ day, today: now }: { day: string; today: string }) {
    const { t, date } = useWords()
    const days = Math.round((Date.parse(now) - Date.parse(day)) / 86_400_000)
    return <span className="nowrap">{date(day)} {days > 0 && <Badge tone="bad">{t('days_late', { count: days })}</Badge>}</span>
}
