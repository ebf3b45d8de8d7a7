/** What waits for me, and how we stand; every number opens what is behind it. */
import { lazy, Suspense, useEffect, useState } from 'react'
import { call, type Name } from '../api/client'
import { operations } from '../api/schema'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Empty, Loading, Page } from '../parts/basics'
import { useWords, type Key } from '../text/text'

const Standing = lazy(() => import('../parts/standing'))
interface Ask { name: string; takes: Record<string, string>; to: string; key: Key; needs?: string }
export default function Home() {
    const { t } = useWords(), { can, me } = useSession(), day = new Date().toISOString().slice(0, 10)
    const asks: Ask[] = [
        { name: 'bill_waiting', takes: { todo: 'code' }, to: '/bills?state=received', key: 'todo_code', needs: 'bill_code' }, { name: 'bill_waiting', takes: { todo: 'submit' }, to: '/bills?state=coded', key: 'todo_submit', needs: 'bill_submit' },
        { name: 'bill_waiting', takes: { todo: 'approve' }, to: '/bills?state=submitted', key: 'todo_approve', needs: 'bill_approve' }, { name: 'payment_list', takes: { state: 'proposed' }, to: '/payments?state=proposed', key: 'todo_release', needs: 'payment_release' },
        { name: 'cash_queue', takes: {}, to: '/bank/queue', key: 'todo_queue', needs: 'cash_accept' }, { name: 'party_bank_list', takes: { state: 'proposed' }, to: '/parties', key: 'todo_verify', needs: 'party_bank_verify' },
        { name: 'item_list', takes: { control: 'receivables', 'rest.gt': '0', 'due_on.lt': day }, to: `/items?control=receivables&rest.gt=0&due_on.lt=${day}`, key: 'todo_overdue' }, { name: 'item_list', takes: { control: 'payables', 'rest.lt': '0', 'due_on.le': day }, to: `/items?control=payables&rest.lt=0&due_on.le=${day}`, key: 'todo_due' },
        { name: 'outbox_list', takes: { state: 'failed' }, to: '/settings/outbox?state=failed', key: 'todo_failed', needs: 'outbox_retry' }, { name: 'invoice_list', takes: { state: 'draft' }, to: '/invoices?state=draft', key: 'todo_drafts', needs: 'invoice_finalise' },
    ].filter(a => a.name in operations && can(a.name as Name) && (!a.needs || (a.needs in operations && can(a.needs as Name)))) as Ask[]
    const [counts, setCounts] = useState<Record<string, { count: number; more: boolean; to?: string } | undefined>>({}), [ready, setReady] = useState(false)
    useEffect(() => {
        let live = true
        const read = () => Promise.all(asks.map(a => call(a.name as 'bill_waiting', { ...a.takes, limit: 100 }).then(r => [a.key, { count: r.items.length, more: !!r.next, ...(a.key === 'todo_verify' && r.items[0] ? { to: '/parties/' + (r.items[0] as { party_id?: number }).party_id } : {}) }] as const, () => [a.key, undefined] as const))).then(all => { if (live) { setCounts(Object.fromEntries(all)); setReady(true) } })
        void read()
        const timer = setInterval(() => { if (document.visibilityState === 'visible') void read() }, 60_000)
        return () => { live = false; clearInterval(timer) }
    }, []) // eslint-disable-line
    const waiting = asks.filter(a => counts[a.key]?.count)
    const hour = new Date().getHours()
    return <Page title={t(hour < 12 ? 'good_morning' : hour < 18 ? 'good_afternoon' : 'good_evening', { name: me.name.split(' ')[0]! })} note={t('home_note')}>
        {!ready ? <Loading /> : waiting.length === 0 ? <Empty title={t('all_done')}>{t('all_done_text')}</Empty> : <div className="todo">{waiting.map(a => { const c = counts[a.key]!; return <Link key={a.key} to={c.to ?? a.to}><span className="big">{c.count}{c.more ? '+' : ''}</span><span>{t(a.key, { count: c.count })}</span></Link> })}</div>}
        <Suspense fallback={<Loading />}><Standing /></Suspense>
    </Page>
}
