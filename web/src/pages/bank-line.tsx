import { useState } from 'react'
import type { Schemas } from '../api/schema'
import { digitsOf, formatIban, minorToText as asText } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, note, Page, Shown, useRead } from '../parts/basics'
import { Decide } from '../parts/decide'
import { ApiForm } from '../parts/form'
import { History } from '../parts/history'
import { useWords } from '../text/text'
import { EvidenceList, ItemName, Marked, type Evidence } from './queue'

interface Parts { shares?: { item_id: number; amount_minor: number; line_minor?: number }[]; differences?: { kind: string; amount_minor: number }[]; bookings?: { account: string; amount_minor: number; description?: string }[] }
export default function BankLine({ id }: { id: number }) {
    const { t, word, date, instant } = useWords(), { can } = useSession(), line = useRead('bank_line_show', { id }), decisions = useRead('cash_list', { bank_line_id: id, sort: '-id', limit: 10 }, can('cash_list')), [deciding, setDeciding] = useState(false), [taking, setTaking] = useState<number>()
    const reload = () => decisions.reload()
    return <Shown of={line} page>{l => {
        const newest = decisions.data?.items[0], decision = newest?.taken_back_at ? undefined : newest, gone = (decisions.data?.items ?? []).filter(d => d.taken_back_at), evidence = (decision?.evidence ?? []) as Evidence[]
        return <Page title={l.name ?? t('unknown')} note={date(l.booked_on)} back={<Link to="/bank/lines">{t('nav_lines')}</Link>} actions={<span className="big"><Amount value={l.amount} currency={l.currency} /></span>}>
            <div className="grid"><Card title={t('as_the_bank')}><Facts rows={[['IBAN', l.iban && <span className="mono iban">{formatIban(l.iban)}</span>], [word('f', 'valued_on'), date(l.valued_on)], [word('f', 'reference'), l.reference && <Marked text={l.reference} evidence={evidence} source="reference" />], [word('f', 'end_to_end_id'), l.end_to_end_id], [word('f', 'bank_reference'), l.bank_reference], [word('f', 'return_reason'), l.return_reason], [t('statement'), <Link to={'/bank/statements/' + l.statement_id}>{t('open_statement')}</Link>]]} />{l.remittance && <p><span className="faint">{word('f', 'remittance')}</span><br /><Marked text={l.remittance} evidence={evidence} source="text" /></p>}</Card>
                <Card title={t('what_it_is')} actions={!decision && decisions.data && can('cash_decide') && <Button look="main" onClick={() => setDeciding(true)}>{t('decide_self')}</Button>}>{decision ? <Decision d={decision} takeBack={can('cash_undo') ? () => setTaking(decision.id) : undefined} /> : <p>{t('undecided')} <Link to={'/bank/queue?line=' + id}>{t('nav_queue')}</Link></p>}{gone.map(d => <p key={d.id} className="faint">{t('taken_back')}: {word('category', d.category)} · {instant(d.taken_back_at ?? '')} · {d.taken_back}</p>)}</Card></div>
            {newest && <History kind="cash_decision" id={newest.id} />}
            {deciding && <Decide line={l} close={() => setDeciding(false)} done={() => { setDeciding(false); note(t('decided', { what: l.name ?? '' })); reload() }} asked={() => { setDeciding(false); note(t('approval_asked')); reload() }} />}
            {taking && <Dialog title={t('take_back')} close={() => setTaking(undefined)}><ApiForm name="cash_undo" fields={['reason']} fixed={{ id: taking }} submit={t('take_back')} cancel={() => setTaking(undefined)} done={() => { setTaking(undefined); note(t('taken_back')); reload() }} /></Dialog>}
        </Page>
    }}</Shown>
}
function Decision({ d, takeBack }: { d: Schemas['cash_decided']; takeBack?: () => void }) {
    const { t, word, instant } = useWords(), parts = d.parts as Parts, digits = digitsOf(d.currency), minorToText = (minor: number) => asText(minor, digits)
    return <div className="stack"><p><Badge tone="good">{word('category', d.category)}</Badge> {d.is_automatic ? t('by_itself') : t('a_person')} · {instant(d.decided_at)}</p>
        <ul className="lines-list">{(parts.shares ?? []).map(s => <li key={s.item_id} className="spread"><ItemName id={s.item_id} /><Amount value={minorToText(s.line_minor || s.amount_minor)} currency={d.currency} /></li>)}{(parts.differences ?? []).map(s => <li key={s.kind} className="spread"><span>{word('difference', s.kind)}</span><Amount value={minorToText(s.amount_minor)} currency={d.currency} /></li>)}{(parts.bookings ?? []).map((s, i) => <li key={i} className="spread"><span>{t('account_what', { what: s.account })} {s.description}</span><Amount value={minorToText(s.amount_minor)} currency={d.currency} /></li>)}</ul>
        {Array.isArray(d.evidence) && <EvidenceList evidence={d.evidence as Evidence[]} />}<p>{d.note}</p>
        <p className="actions"><Link className="button" to={'/ledger/entries/' + d.entry_id}>{t('open_entry')}</Link>{takeBack && <Button icon="undo" onClick={takeBack}>{t('take_back')}</Button>}</p></div>
}
