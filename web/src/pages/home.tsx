/** What waits for me, most pressing first, and how we stand; every number opens what is behind it. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { call, type Name } from '../api/client'
import { operations } from '../api/schema'
import { sumAmounts } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Empty, Loading, Page } from '../parts/basics'
import { useLive } from '../parts/live'
import { today } from '../parts/report'
import { useWords, type Key } from '../text/text'

const Standing = lazy(() => import('../parts/standing'))
type Row = { id: number; currency?: string; party_id?: number } & Record<string, string | number | undefined>
/** `weight`: how much it presses by itself; `day`: the field that says until when, `amount`: what it is about. */
interface Ask { name: string; takes: Record<string, string>; to: string; key: Key; needs?: string; weight: number; day?: string; amount?: string }
interface Waiting extends Ask { count: number; more: boolean; late: number; total?: string; currency?: string }
/** The server counts no further. */
const countMost = 100_000
export default function Home() {
    const { t, amount, decimal } = useWords(), { can, me } = useSession(), day = today()
    const asks = useMemo(() => ([
        { name: 'bill_waiting', takes: { todo: 'answer', sort: 'due_on' }, to: '/bills?question_count.gt=0', key: 'todo_answer', needs: 'bill_answer', weight: 58, day: 'due_on' },
        { name: 'payment_list', takes: { state: 'proposed', sort: 'execution_on' }, to: '/payments?state=proposed', key: 'todo_release', needs: 'payment_release', weight: 60, day: 'execution_on', amount: 'total' },
        { name: 'bill_waiting', takes: { todo: 'approve', sort: 'due_on' }, to: '/bills?state=submitted', key: 'todo_approve', needs: 'bill_approve', weight: 55, day: 'due_on', amount: 'total' },
        { name: 'party_bank_list', takes: { state: 'proposed' }, to: '/parties', key: 'todo_verify', needs: 'party_bank_verify', weight: 50 },
        { name: 'outbox_list', takes: { state: 'failed' }, to: '/settings/outbox?state=failed', key: 'todo_failed', needs: 'outbox_retry', weight: 48 },
        { name: 'cash_queue', takes: { sort: 'booked_on' }, to: '/bank/queue', key: 'todo_queue', needs: 'cash_accept', weight: 45, day: 'booked_on' },
        { name: 'bill_waiting', takes: { todo: 'code', sort: 'due_on' }, to: '/bills?state=received', key: 'todo_code', needs: 'bill_code', weight: 40, day: 'due_on', amount: 'total' },
        { name: 'bill_waiting', takes: { todo: 'submit', sort: 'due_on' }, to: '/bills?state=coded', key: 'todo_submit', needs: 'bill_submit', weight: 38, day: 'due_on', amount: 'total' },
        { name: 'item_list', takes: { control: 'payables', 'rest.lt': '0', 'due_on.le': day, sort: 'due_on' }, to: `/items?control=payables&rest.lt=0&due_on.le=${day}`, key: 'todo_due', needs: 'payment_propose', weight: 35, day: 'due_on', amount: 'rest' },
        { name: 'item_list', takes: { control: 'receivables', 'rest.gt': '0', 'due_on.lt': day, sort: 'due_on' }, to: `/items?control=receivables&rest.gt=0&due_on.lt=${day}`, key: 'todo_overdue', needs: 'invoice_send', weight: 30, day: 'due_on', amount: 'rest' },
        { name: 'invoice_list', takes: { state: 'draft' }, to: '/invoices?state=draft', key: 'todo_drafts', needs: 'invoice_finalise', weight: 20, amount: 'total' },
    ] satisfies Ask[] as Ask[]).filter(a => a.name in operations && can(a.name as Name) && (!a.needs || (a.needs in operations && can(a.needs as Name)))), [can, day])
    const [waiting, setWaiting] = useState<Waiting[]>()
    const read = useCallback(() => {
        const one = async (a: Ask): Promise<Waiting | undefined> => {
            try {
                const { items, next, count } = await call(a.name as 'bill_waiting', { ...a.takes, limit: 100, count: 'true' }) as unknown as { items: Row[]; next?: string; count?: number }
                if (!items.length) return undefined
                const late_in_all = next && (a.key === 'todo_overdue' || a.key === 'todo_due') && can('report_kpi') ? await call('report_kpi', {}) : undefined
                const currency = items[0]!.currency, summed = a.amount && !next && items.every(r => r.currency === currency)
                const first = a.day ? items[0]![a.day] as string | undefined : undefined, late = first ? Math.round((Date.parse(day) - Date.parse(first)) / 86_400_000) : 0
                return { ...a, count: Math.min(count ?? items.length, countMost), more: (count ?? 0) > countMost, late, ...(summed ? { total: sumAmounts(items.map(r => String(r[a.amount!] ?? '0'))).replace(/^-/, ''), currency } : late_in_all ? { total: a.key === 'todo_due' ? late_in_all.payables_late : late_in_all.receivables_late, currency: late_in_all.currency } : {}), ...(a.key === 'todo_verify' ? { to: '/parties/' + items[0]!.party_id } : {}) }
            } catch { return undefined }
        }
        void Promise.all(asks.map(one)).then(all => setWaiting(all.filter(w => w !== undefined).sort((a, b) => press(b) - press(a))))
    }, [asks, day])
    useEffect(read, [read])
    useLive(read)
    const hour = new Date().getHours()
    return <Page title={t(hour < 12 ? 'good_morning' : hour < 18 ? 'good_afternoon' : 'good_evening', { name: me.name.split(' ')[0]! })} note={waiting?.length ? t('home_note') : undefined}>
        {!waiting ? <Loading /> : waiting.length === 0 ? <Empty title={t('all_done')}>{t('all_done_text')}</Empty> : <ol className="todo plain" aria-label={t('home_note')}>{waiting.map(w => <li key={w.key}><Link to={w.to} className={pressing(w) ? 'pressing' : ''}><span className="big">{decimal(String(w.count))}{w.more ? '+' : ''}</span><span>{t(w.key, { count: w.count })}</span>
            <span className="faint">{[w.total && amount(w.total, w.currency), pressing(w) && t(w.day === 'booked_on' ? 'waits_days' : 'days_late', { count: w.late })].filter(Boolean).join(' · ')}</span></Link></li>)}</ol>}
        <Suspense fallback={<Loading />}><Standing /></Suspense>
    </Page>
}
const pressing = (w: Waiting): boolean => w.late > (w.day === 'booked_on' ? 2 : 0)
/** What is late comes before what is not; among those, what presses more by itself. */
const press = (w: Waiting): number => w.weight + (pressing(w) ? 100 : 0)
