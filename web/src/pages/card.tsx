/** One ledger account: what stood on it, every line with the balance behind it, and the document each comes from. */
import { useEffect, useState } from 'react'
import { allOf, call } from '../api/client'
import type { Schemas } from '../api/schema'
import { isNegative } from '../amount'
import { Link, useRouter } from '../app/router'
import { Amount, Button, Empty, Loading, Page, ProblemBox } from '../parts/basics'
import { Row } from '../parts/form'
import { Late } from '../parts/list'
import { PeriodBar, periodOf, PrintHead, today, usePeriod, Ways } from '../parts/report'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { sourceLink } from './item'

export default function LedgerCard() {
    const { t, word, date } = useWords(), { query, setQuery } = useRouter(), period = usePeriod({ from_on: periodOf('year', 0).from_on, to_on: today() }), account = query.get('account') ?? '', find = query.get('find') ?? ''
    const [accounts, setAccounts] = useState<Schemas['account'][]>(), [card, setCard] = useState<Schemas['ledger_card']>(), [problem, setProblem] = useState<unknown>(), [busy, setBusy] = useState(false)
    useEffect(() => { let live = true; allOf('account_list', { sort: 'number' }).then(all => { if (live) setAccounts(all) }, setProblem); return () => { live = false } }, [])
    const takes = { account, ...period, ...(find ? { find } : {}) }
    useEffect(() => {
        if (!account) return
        const stop = new AbortController()
        setCard(undefined)
        setProblem(undefined)
        call('report_ledger_card', takes, { signal: stop.signal }).then(setCard, (p: unknown) => { if (!stop.signal.aborted) setProblem(p) })
        return () => stop.abort()
    }, [account, find, period.from_on, period.to_on]) // eslint-disable-line
    const more = () => {
        if (!card?.next) return
        setBusy(true)
        call('report_ledger_card', { ...takes, after: card.next }).then(page => setCard(now => now === card ? { ...page, lines: [...card.lines, ...page.lines] } : now), setProblem).finally(() => setBusy(false))
    }
    const lines = card?.lines ?? []
    return <Page title={card ? card.account + ' ' + card.name : t('nav_card')} note={card ? undefined : t('card_note')} back={<Link to="/reports">{t('nav_reports')}</Link>} actions={account && <Ways name="report_ledger_card" takes={{ ...takes, limit: 100000 }} columns={[['number', word('f', 'number')], ['dated_on', word('f', 'dated_on')], ['description', word('f', 'description')], ['base', word('f', 'amount')], ['balance', word('f', 'balance')]]} />}>
        <PrintHead what={date(period.from_on) + ' – ' + date(period.to_on)} />
        <PeriodBar period={period}><Row label={word('f', 'account_id')}>{ids => <select {...ids} value={account} onChange={e => setQuery({ account: e.target.value })}><option value="">{t('choose')}</option>{accounts?.map(a => <option key={a.id} value={a.number}>{a.number} {a.name}</option>)}</select>}</Row><Row label={t('find_on_card')}>{ids => <Late {...ids} value={find} set={text => setQuery({ find: text.trim() || undefined })} />}</Row></PeriodBar>
        {problem ? <ProblemBox problem={problem} /> : !account ? <Empty title={t('card_choose')}>{t('card_note')}</Empty> : !card ? <Loading /> : <Table caption={card.account + ' ' + card.name} heads={[{ label: word('f', 'number'), narrow: 'line' }, { label: word('f', 'dated_on') }, { label: word('f', 'description'), narrow: 'title' }, { label: t('comes_from') }, { label: t('debit'), right: true, narrow: 'amount', mark: true }, { label: t('credit'), right: true, narrow: 'amount', mark: true }, { label: word('f', 'balance'), right: true, narrow: 'line' }]}
            rows={[...(find ? [] : [{ key: 'opening', label: t('opening_on', { what: date(card.from_on) }), cells: [<Amount value={card.opening} />] }]),
                ...lines.map(l => ({ key: l.entry_id + '-' + l.line_no, cells: [<Link to={'/ledger/entries/' + l.entry_id}>{l.number}</Link>, <span className="nowrap">{date(l.dated_on)}</span>, <>{l.description}{l.line_description && <><br /><span className="faint">{l.line_description}</span></>}</>, <span className="nowrap">{sourceLink(l.source_kind, l.source_id) ? <Link to={sourceLink(l.source_kind, l.source_id)!}>{word('kind', l.source_kind)}</Link> : word('kind', l.source_kind)}</span>, !isNegative(l.base) && <Amount value={l.base} />, isNegative(l.base) && <Amount value={l.base.slice(1)} />, <Amount value={l.balance} />] }))]}
            foot={find ? [] : [{ label: t('closing_on', { what: date(card.to_on) }), cells: [<Amount value={card.debit} />, <Amount value={card.credit} />, <Amount value={card.closing} />] }]} />}
        {card && lines.length === 0 && (find ? <Empty title={t('nothing_found')} action={<Button onClick={() => setQuery({ find: undefined })}>{t('clear_filters')}</Button>} /> : <Empty title={t('card_empty')}>{t('card_empty_text')}</Empty>)}
        {card?.next && <p className="list-end"><Button onClick={more} busy={busy}>{t('more')}</Button></p>}
    </Page>
}
