/** A payment run: every error before release, changed accounts in plain sight, and the release of exactly what is shown (its hash). */
import { useState } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { formatIban, isZero, sumAmounts } from '../amount'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, Icon, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { tones } from '../parts/list'
import { History } from '../parts/history'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { useParty } from '../parts/who'
import { sourceLink } from './item'

export default function Payment({ id }: { id: number }) {
    const { t, word, date, instant, amount } = useWords(), { can, me } = useSession(), read = useRead('payment_show', { id }), live = read.data?.run.state === 'proposed', check = useRead('payment_check', { id }, !!live), { busy, problem, run } = useAction(), [asking, setAsking] = useState<'payment_day' | 'payment_withdraw' | 'payment_cancel' | 'payment_refuse' | 'release' | { back: Schemas['run_payment'] }>()
    const again = () => { read.reload(); check.reload() }
    const save = (r: Schemas['payment_run']) => run(async () => {
        const file = await call('payment_file', { id }), link = document.createElement('a')
        link.href = URL.createObjectURL(file)
        link.download = `pain001-${r.number}.xml`
        link.click()
        URL.revokeObjectURL(link.href)
        again()
    })
    return <Shown of={read} page>{({ run: r, payments, parts, left_out }) => {
        const mine = r.proposed_by === me.person_id, proposed = r.state === 'proposed', stops = check.data?.problems.filter(p => p.stops) ?? [], looks = check.data?.problems.filter(p => !p.stops) ?? []
        return <Page title={t('run_title', { what: r.number })} back={<Link to="/payments">{t('nav_payments')}</Link>} note={<><Badge tone={tones[r.state]}>{word('state', r.state)}</Badge> {date(r.execution_on)}</>}
            actions={<>{proposed && can('payment_release') && (mine ? <span className="faint"><Icon name="lock" /> {t('run_other')}</span> : <Button look="main" icon="check" disabled={!check.data?.ready} onClick={() => setAsking('release')}>{t('run_release')}</Button>)}
                {(r.state === 'released' || r.state === 'sent') && can('payment_file') && <Button look={r.state === 'released' ? 'main' : 'plain'} icon="download" busy={busy} onClick={() => { void save(r) }}>{t('run_file')}</Button>}
                {proposed && can('payment_day') && <Button look={stops.some(p => p.field === 'execution_on') && !can('payment_release') ? 'main' : 'plain'} onClick={() => setAsking('payment_day')}>{t('run_day')}</Button>}{proposed && can('payment_withdraw') && <Button look="danger" onClick={() => setAsking('payment_withdraw')}>{t('run_withdraw')}</Button>}{r.state === 'released' && can('payment_cancel') && <Button look="danger" onClick={() => setAsking('payment_cancel')}>{t('run_cancel')}</Button>}{r.state === 'sent' && can('payment_refuse') && <Button look="danger" onClick={() => setAsking('payment_refuse')}>{t('run_refused')}</Button>}</>}>
            <ProblemBox problem={problem} />
            <RunLife r={r} />
            <div className="grid"><Card title={t('data')}><Facts rows={[[t('total'), <strong className="big"><Amount value={r.total} currency={r.currency} /></strong>], [t('payments_count'), r.payment_count], [t('discount_taken'), parts.some(x => !isZero(x.discount)) && <Amount value={sumAmounts(parts.map(x => x.discount))} currency={r.currency} />], [word('f', 'proposed_at'), instant(r.proposed_at)], [word('f', 'released_at'), instant(r.released_at)], [word('f', 'reason'), r.reason]]} /></Card>
                {proposed && <Card title={t('run_check')}><Shown of={check}>{c => <div className="stack">{stops.length > 0 && <><h3>{t('run_stops')}</h3><ul>{stops.map((p, i) => <li key={i}><Badge tone="bad">!</Badge> {p.text}</li>)}</ul></>}{looks.length > 0 && <><h3>{t('run_looks')}</h3><ul>{looks.map((p, i) => <li key={i}><Badge tone="warn">!</Badge> {p.text}</li>)}</ul></>}{c.changes.length > 0 && <ul>{c.changes.map((x, i) => <li key={i} className="faint">{x.field}: {x.before} → {x.after}</li>)}</ul>}{c.ready && <p><Badge tone="good">{t('yes')}</Badge> {t('run_ready')}</p>}</div>}</Shown></Card>}</div>
            <h2 className="section">{t('run_payees')}</h2>
            <Table caption={t('run_payees')} heads={[{ label: word('f', 'holder') }, { label: 'IBAN' }, { label: word('f', 'reference') }, { label: word('f', 'state') }, { label: word('f', 'amount'), right: true }]}
                rows={payments.map(p => ({ key: p.id, className: p.is_changed ? 'warn' : '', cells: [<Link to={'/parties/' + p.party_id}>{p.holder || t('unknown')}</Link>,
                    <><span className="mono iban">{p.iban && formatIban(p.iban)}</span> {p.is_changed && <><Badge tone="warn">{t('changed_account')}</Badge> {p.last_iban && <span className="faint mono">{t('was')} {formatIban(p.last_iban)}</span>}</>}{p.is_first && <Badge tone="info">{t('first_time')}</Badge>} {p.name_check && p.name_check !== 'matches' && <Badge tone="warn">{word('name_check', p.name_check)}</Badge>}</>,
                    <>{parts.filter(x => x.payment_id === p.id).map(x => { const to = sourceLink(x.source_kind, x.source_id) ?? '/items/' + x.item_id; return <div key={x.item_id} className="spread"><span><Link to={to}>{x.item_reference}</Link> {parts.filter(y => y.payment_id === p.id).length > 1 && <Amount value={x.amount} currency={x.currency} />}{!isZero(x.discount) && <> <Badge tone="good">{t('discount')} {amount(x.discount, x.currency)}</Badge></>}</span>{proposed && can('payment_drop') && <Button look="quiet" aria-label={t('drop_bill') + ' ' + x.item_reference} busy={busy} onClick={() => { void run(async () => { await call('payment_drop', { id, items: [{ item_id: x.item_id }], version: r.version }); note(t('dropped')); again() }) }}>{t('drop_bill')}</Button>}</div> })}</>,
                    <><Badge tone={tones[p.state]}>{word('state', p.state)}</Badge> {p.reason} {(p.state === 'released' || p.state === 'accepted') && (r.state === 'sent' || r.state === 'accepted' || r.state === 'done') && can('payment_return') && <Button look="quiet" onClick={() => setAsking({ back: p })} aria-label={t('came_back') + ' ' + p.holder}>{t('came_back')}</Button>}</>, <Amount value={p.amount} currency={p.currency} />] }))} />
            {left_out.length > 0 && <Card title={t('run_left_out')} className="section"><ul className="lines-list">{left_out.map(d => <li key={d.id} className="spread"><span>{d.party_name} · {d.item_reference} {(d.blocks ?? '').split(' ').filter(Boolean).map(b => <Badge key={b} tone="bad">{word('blocks', b)}</Badge>)}</span><Amount value={d.amount} currency={d.currency} /></li>)}</ul></Card>}
            <History kind="payment_run" id={id} turn={r.version} />
            {asking === 'release' && check.data && <Dialog title={t('run_release')} close={() => setAsking(undefined)}><div className="stack"><p>{t('run_release_text', { count: r.payment_count, what: amount(r.total, r.currency) })}</p>{payments.filter(p => p.is_changed).map(p => <p key={p.id} className="problem soft"><Icon name="warn" /><span><Payee id={p.party_id} />: {t('changed_account')}, <span className="mono iban">{p.iban && formatIban(p.iban)}</span></span></p>)}<p className="faint mono">SHA-256 {r.hash.slice(0, 24)}…</p><ProblemBox problem={problem} /></div>
                <div className="form-end"><Button look="main" busy={busy} onClick={() => { void run(async () => { await call('payment_release', { id, hash: check.data!.hash, version: r.version }); setAsking(undefined); note(t('run_released')); again() }) }}>{t('run_release')}</Button><Button onClick={() => setAsking(undefined)}>{t('cancel')}</Button></div></Dialog>}
            {typeof asking === 'object' && <Dialog title={t('came_back')} close={() => setAsking(undefined)}><ApiForm name="payment_return" fields={['reason']} fixed={{ id: asking.back.id }} intro={<p>{t('came_back_text', { what: asking.back.holder })}</p>} submit={t('came_back')} cancel={() => setAsking(undefined)} done={() => { setAsking(undefined); note(t('run_ended')); again() }} /></Dialog>}
            {asking === 'payment_day' && <Dialog title={t('run_day')} close={() => setAsking(undefined)}><ApiForm name="payment_day" fields={['execution_on']} fixed={{ id, version: r.version }} intro={<p className="faint">{t('run_day_text')}</p>} submit={t('run_day')} cancel={() => setAsking(undefined)} done={() => { setAsking(undefined); note(t('run_day_done')); again() }} /></Dialog>}
            {typeof asking === 'string' && asking !== 'release' && asking !== 'payment_day' && <Dialog title={t(asking === 'payment_withdraw' ? 'run_withdraw' : asking === 'payment_cancel' ? 'run_cancel' : 'run_refused')} close={() => setAsking(undefined)}><ApiForm name={asking} fields={['reason']} fixed={{ id, version: r.version }} submit={t('go_on')} cancel={() => setAsking(undefined)} done={() => { setAsking(undefined); note(t('run_ended')); again() }} /></Dialog>}
        </Page>
    }}</Shown>
}
function Payee({ id }: { id: number }) { return <strong>{useParty(id) ?? ''}</strong> }
/** Where the run is: proposed, released, at the bank, on the statement. */
function RunLife({ r }: { r: Schemas['payment_run'] }) {
    const { t, word, instant, date } = useWords(), ended = r.state === 'cancelled' || r.state === 'rejected', released = !!r.released_at, sent = !!r.sent_at || r.state === 'accepted' || r.state === 'done'
    const steps: [string, string | undefined, string][] = [[t('run_life_proposed'), instant(r.proposed_at), 'done'], [t('run_life_released'), r.released_at && instant(r.released_at), released ? 'done' : ended ? 'bad' : 'now'], [t('run_life_sent'), r.sent_at ? instant(r.sent_at) : '', sent ? 'done' : released && !ended ? 'now' : ''], [t('run_life_accepted'), r.state === 'accepted' || r.state === 'done' ? word('state', 'accepted') : date(r.execution_on), r.state === 'accepted' || r.state === 'done' ? 'done' : sent && !ended ? 'now' : ''], [t('run_life_done'), r.ended_at ? instant(r.ended_at) : '', r.state === 'done' ? 'done' : ended ? 'bad' : '']]
    return <ol className="steps-line plain">{steps.map(([name, what, state]) => <li key={name} className={state}><strong>{ended && state === 'bad' ? word('state', r.state) : name}</strong>{what}</li>)}</ol>
}
