/** What waits for me, most pressing first, and how we stand; every number opens what is behind it. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
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
/** `whole`: all of them are counted; what is no more than a page counts itself. */
interface Waiting extends Ask { count: number; whole: boolean; more: boolean; late: number; total?: string; currency?: string }
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
    const [waiting, setWaiting] = useState<Waiting[]>(), turn = useRef(0)
    const read = useCallback(() => {
        const own = ++turn.current
        const one = async (a: Ask): Promise<Waiting | undefined> => {
            try {
                const { items, next } = await call(a.name as 'bill_waiting', { ...a.takes, limit: 100 }) as unknown as { items: Row[]; next?: string }
                if (!items.length) return undefined
                const currency = items[0]!.currency, summed = a.amount && !next && items.every(r => r.currency === currency)
                const first = a.day ? items[0]![a.day] as string | undefined : undefined, late = first ? Math.round((Date.parse(day) - Date.parse(first)) / 86_400_000) : 0
                return { ...a, count: items.length, whole: !next, more: !!next, late, ...(summed ? { total: sumAmounts(items.map(r => String(r[a.amount!] ?? '0'))).replace(/^-/, ''), currency } : {}), ...(a.key === 'todo_verify' ? { to: '/parties/' + items[0]!.party_id } : {}) }
            } catch { return undefined }
        }
        // Of long lists how many there are and how much comes behind what can be clicked already; what was counted before stands until then.
        const count = async (w: Waiting): Promise<void> => {
            try {
                const { count } = await call(w.name as 'bill_waiting', { ...w.takes, limit: 1, count: 'true' }) as unknown as { count?: number }
                const late_in_all = (w.key === 'todo_overdue' || w.key === 'todo_due') && can('report_kpi') ? await call('report_kpi', {}) : undefined
                const counted = { whole: true, count: Math.min(count ?? w.count, countMost), more: (count ?? 0) > countMost, ...(late_in_all ? { total: w.key === 'todo_due' ? late_in_all.payables_late : late_in_all.receivables_late, currency: late_in_all.currency } : {}) }
                if (own === turn.current) setWaiting(now => now?.map(n => n.key === w.key ? { ...n, ...counted } : n))
            } catch { /* it stays as many as are known */ }
        }
        void Promise.all(asks.map(one)).then(all => {
            if (own !== turn.current) return
            const now = all.filter(w => w !== undefined).sort((a, b) => press(b) - press(a))
            keepRows(now.length)
            setWaiting(before => now.map(w => { const b = w.whole ? undefined : before?.find(x => x.key === w.key && x.whole && x.count > w.count); return b ? { ...w, count: b.count, more: b.more, total: b.total, currency: b.currency } : w }))
            for (const w of now) if (!w.whole) void count(w)
        })
    }, [asks, day]) // eslint-disable-line
    useEffect(read, [read])
    useLive(read)
    const hour = new Date().getHours()
    return <Page title={t(hour < 12 ? 'good_morning' : hour < 18 ? 'good_afternoon' : 'good_evening', { name: me.name.split(' ')[0]! })} note={waiting?.length ? t('home_note') : undefined}>
        {!waiting ? <Ghosts count={rowsBefore() ?? Math.min(asks.length, 6)} /> : waiting.length === 0 ? <Empty title={t('all_done')}>{t('all_done_text')}</Empty> : <ol className="todo plain" aria-label={t('home_note')}>{waiting.map(w => <li key={w.key}><Link to={w.to} className={pressing(w) ? 'pressing' : ''}><span className="big">{decimal(String(w.count))}{w.more ? '+' : ''}</span><span>{t(w.key, { count: w.count })}</span>
            <span className="faint">{[w.total && amount(w.total, w.currency), pressing(w) && t(w.day === 'booked_on' ? 'waits_days' : 'days_late', { count: w.late })].filter(Boolean).join(' · ')}</span></Link></li>)}</ol>}
        <Suspense fallback={<Loading />}><Standing when={!!waiting} /></Suspense>
    </Page>
}
/** The place that what waits will take, as much as it took last time, so that nothing below it jumps. */
function Ghosts({ count }: { count: number }) {
    const { t } = useWords()
    return <div className="loading ghosts" role="status"><span className="hidden">{t('loading')}</span><div className="todo" aria-hidden="true">{Array.from({ length: count }, (_, i) => <span key={i} className="ghost" />)}</div></div>
}
const rowsKept = 'florin.home.rows'
function rowsBefore(): number | undefined {
    try { const n = Number(localStorage.getItem(rowsKept) ?? NaN); return Number.isInteger(n) && n >= 0 && n <= 20 ? Math.max(n, 1) : undefined } catch { return undefined }
}
function keepRows(count: number): void {
    try { localStorage.setItem(rowsKept, String(count)) } catch { /* storage is off */ }
}
const pressing = (w: Waiting): boolean => w.late > (w.day === 'booked_on' ? 2 : 0)
/** What is late comes before what is not; among those, what presses more by itself. */
const press = (w: Waiting): number => w.weight + (pressing(w) ? 100 : 0)
