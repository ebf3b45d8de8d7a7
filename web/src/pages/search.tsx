import { useEffect, useState } from 'react'
import { call, Problem, type Name } from '../api/client'
import { operations, type Schemas } from '../api/schema'
import { formatIban } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Badge, Card, Empty, Loading, Page, ProblemBox } from '../parts/basics'
import { tones } from '../parts/list'
import { useWords, type Key } from '../text/text'

const shown_most = 7
type Hit = Schemas['search_hit']
const kinds: { name: Name; key: Key; all?: (q: string) => string }[] = [
    { name: 'search_parties', key: 'nav_parties', all: q => '/parties?name.has=' + encodeURIComponent(q) }, { name: 'search_bills', key: 'nav_bills', all: q => '/bills?number.has=' + encodeURIComponent(q) }, { name: 'search_invoices', key: 'nav_invoices', all: q => '/invoices?number.has=' + encodeURIComponent(q) },
    { name: 'search_items', key: 'nav_items', all: q => '/items?reference.has=' + encodeURIComponent(q) }, { name: 'search_lines', key: 'nav_lines', all: q => '/bank/lines?remittance.has=' + encodeURIComponent(q) }, { name: 'search_entries', key: 'nav_entries', all: q => '/ledger/entries?description.has=' + encodeURIComponent(q) }, { name: 'search_payments', key: 'nav_payments' },
]
const places: Record<Hit['kind'], (h: Hit) => string> = { party: h => '/parties/' + h.id, party_bank: h => '/parties/' + h.party_id, bill: h => '/bills/' + h.id, invoice: h => '/invoices/' + h.id, item: h => '/items/' + h.id, bank_line: h => '/bank/lines/' + h.id, entry: h => '/ledger/entries/' + h.id, payment: h => '/payments/' + h.id }
/** By number, name, IBAN or amount, over everything this person may read; each kind answers when it is ready. */
export default function Search() {
    const { t } = useWords(), { query } = useRouter(), { can } = useSession(), text = (query.get('q') ?? '').trim(), short = text.length > 0 && text.length < 2
    const [found, setFound] = useState<{ text: string; groups: Record<string, Hit[] | undefined>; problem?: unknown }>({ text: '', groups: {} }), asked = kinds.filter(k => k.name in operations && can(k.name))
    useEffect(() => {
        if (text.length < 2) return
        const stop = new AbortController()
        setFound({ text, groups: {} })
        for (const kind of asked) call(kind.name as 'search_parties', { q: text }, { signal: stop.signal }).then(r => setFound(f => ({ ...f, groups: { ...f.groups, [kind.name]: r.hits } })), (problem: unknown) => { if (!stop.signal.aborted) setFound(f => ({ ...f, problem: problem instanceof Problem ? problem : f.problem, groups: { ...f.groups, [kind.name]: [] } })) })
        return () => stop.abort()
    }, [text]) // eslint-disable-line
    const waiting = found.text === text ? asked.filter(k => !found.groups[k.name]).length : asked.length, groups = asked.filter(k => found.text === text && found.groups[k.name]?.length)
    return <Page title={text ? t('search_title', { what: text }) : t('search_empty')}>
        {!text || short ? <Empty title={t(short ? 'search_short' : 'search_anything')}>{t('search_help')}</Empty> : <>
            {found.problem ? <ProblemBox problem={found.problem} /> : null}
            <div className="found" aria-busy={waiting > 0}>{groups.map(k => <Card key={k.name} title={t(k.key)} actions={k.all && found.groups[k.name]!.length > shown_most && <Link to={k.all(text)}>{t('search_all')}</Link>}><ul className="lines-list hits">{found.groups[k.name]!.slice(0, shown_most).map(h => <li key={h.kind + h.id}><HitLine h={h} /></li>)}</ul></Card>)}</div>
            {waiting > 0 ? <Loading /> : !groups.length && !found.problem && <Empty title={t('nothing_found')}>{t('search_help')}</Empty>}
        </>}
    </Page>
}
function HitLine({ h }: { h: Hit }) {
    const { amount, date, word } = useWords(), detail = h.kind === 'party_bank' ? formatIban(h.detail ?? '') : h.detail
    return <><div className="spread"><Link to={places[h.kind](h)}>{h.title ?? detail ?? h.id}</Link>{h.currency && h.amount && <span className="amount">{amount(h.amount, h.currency)}</span>}</div><span className="faint">{[detail !== h.title && detail, h.place, h.on && date(h.on)].filter(Boolean).join(' · ')} {h.state && <Badge tone={tones[h.state]}>{word('state', h.state)}</Badge>}</span></>
}
