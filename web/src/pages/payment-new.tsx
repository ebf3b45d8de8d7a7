/** What is due, why, and what stands in the way: chosen, in part or whole, with the discounts that pay, into one run. */
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { call, Problem } from '../api/client'
import type { Operations, Schemas } from '../api/schema'
import { digitsOf, formatIban, isZero, minorToText, parseAmount, sumAmounts, textToMinor as asMinor } from '../amount'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Empty, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { AmountInput, ApiForm, Combo, finders, Row } from '../parts/form'
import { addDays, today } from '../parts/report'
import { useWords } from '../text/text'
import { sourceLink } from './item'

type Due = Schemas['payment_due']
const day = (later = 0) => addDays(today(), later)
const days = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
/** What a discount is worth a year, in hundredths of a percent; null: it is due anyway. */
function worth(d: Due, payOn: string): bigint | null {
    const digits = digitsOf(d.currency), textToMinor = (text: string) => asMinor(text, digits), kept = textToMinor(d.discount), paid = textToMinor(d.amount) - kept, early = days(payOn, d.due_on)
    return early <= 0 || paid <= 0n ? null : kept * 3650000n / (paid * BigInt(early))
}
export default function PaymentNew() {
    const { t, word, date, amount, decimal } = useWords(), { can } = useSession(), { go } = useRouter(), { busy, problem, run } = useAction()
    const banks = useRead('bank_account_list', { limit: 100 }), own = banks.data?.items.filter(b => !b.is_closed) ?? []
    const [account, setAccount] = useState<number>(), [until, setUntil] = useState(day(7)), [on, setOn] = useState(''), [refunds, setRefunds] = useState(false), [discounts, setDiscounts] = useState(true), [percent, setPercent] = useState('5'), [off, setOff] = useState(new Set<number>()), [parts, setParts] = useState<Record<number, string>>({}), [part, setPart] = useState<Due>(), [holding, setHolding] = useState<Due>()
    useEffect(() => { if (account === undefined && own.length) setAccount(own[0]!.id) }, [own.length]) // eslint-disable-line
    const currency = own.find(b => b.id === account)?.currency ?? 'EUR', digits = digitsOf(currency), textToMinor = (text: string) => asMinor(text, digits), least = parseAmount(percent || '0') ?? '0'
    const read = useRead('payment_due', { until, currency, ...(refunds ? {} : { control: 'payables' }), limit: 500, sort: 'due_on' }), payOn = on || day()
    const all = (read.data?.items ?? []).filter(d => d.currency === currency && (refunds || d.control === 'payables')), free = all.filter(d => !d.blocks), stuck = all.filter(d => d.blocks)
    const takes = (d: Due) => { const rate = worth(d, payOn); return discounts && !parts[d.id] && !!d.discount_on && d.discount_on >= payOn && (rate === null || rate >= asMinor(least)) }
    const pays = (d: Due) => parts[d.id] ?? (takes(d) ? minorToText(textToMinor(d.amount) - textToMinor(d.discount), digits) : d.amount)
    const chosen = free.filter(d => !off.has(d.id)), total = sumAmounts(chosen.map(pays), digits), kept = sumAmounts(chosen.filter(takes).map(d => d.discount), digits)
    const byParty = useMemo(() => { const map = new Map<number, Due[]>(); for (const d of free) map.set(d.party_id, [...(map.get(d.party_id) ?? []), d]); return [...map.values()] }, [free.map(d => d.id).join()]) // eslint-disable-line
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => {
            const shown = await call('payment_propose', { bank_account_id: account!, ...(on ? { execution_on: on } : {}), refunds, discounts, ...(discounts && percent ? { discount_percent: parseAmount(percent) ?? percent } : {}), items: chosen.map(d => ({ item_id: d.id, ...(parts[d.id] ? { amount: parts[d.id]!, ...(digits === 2 ? {} : { currency }) } : {}) })) } as unknown as Operations['payment_propose']['takes'])
            note(t('run_proposed'))
            go('/payments/' + shown.run.id, true)
        })
    }
    return <Page title={t('run_new')} back={<Link to="/payments">{t('nav_payments')}</Link>} note={t('run_new_note')}><form onSubmit={send} noValidate>
        <ProblemBox problem={problem} except={['bank_account_id', 'execution_on']} />
        <Card><div className="fields"><Row label={t('from_account')} wrong={at('bank_account_id')} required>{ids => <Combo {...ids} find={finders.bank_account!} value={account} onChange={setAccount} />}</Row>
            <Row label={t('due_until')} required>{ids => <input {...ids} type="date" value={until} onChange={e => setUntil(e.target.value)} />}</Row>
            <Row label={t('pay_on')} wrong={at('execution_on')} help={t('pay_on_help')}>{ids => <input {...ids} type="date" value={on} onChange={e => setOn(e.target.value)} />}</Row>
            <Row label={t('discount_least')} help={t('discount_least_help')}>{ids => <input {...ids} type="text" inputMode="numeric" className="amount-input" disabled={!discounts} value={percent} onChange={e => setPercent(e.target.value)} />}</Row></div>
            <div className="check"><label><input type="checkbox" checked={discounts} onChange={e => setDiscounts(e.target.checked)} /> {t('take_discounts')}</label><label><input type="checkbox" checked={refunds} onChange={e => setRefunds(e.target.checked)} /> {t('with_refunds')}</label></div></Card>
        <Shown of={read}>{() => all.length === 0 ? <Empty title={t('nothing_due')}>{t('nothing_due_text')}</Empty> : <>
            <div className="table-wrap"><table className="table cards"><caption className="hidden">{t('due_title')}</caption><thead><tr><th scope="col" className="pick"><input type="checkbox" aria-label={t('select_all')} checked={off.size === 0} onChange={e => setOff(e.target.checked ? new Set() : new Set(free.map(d => d.id)))} /></th><th scope="col">{t('payee_head')}</th><th scope="col">{word('f', 'due_on')}</th><th scope="col">{t('why_now')}</th><th scope="col" className="right">{t('still_open')}</th><th scope="col" className="right">{t('pays')}</th></tr></thead>
                <tbody>{byParty.flatMap(group => group).map(d => <tr key={d.id} className={d.is_changed ? 'warn' : ''}>
                    <td className="pick"><input type="checkbox" aria-label={t('select_row', { what: d.item_reference })} checked={!off.has(d.id)} onChange={e => { const now = new Set(off); if (e.target.checked) now.delete(d.id); else now.add(d.id); setOff(now) }} /></td>
                    <td className="n-title"><Link to={'/parties/' + d.party_id}>{d.party_name}</Link> · <Link to={sourceLink(d.source_kind, d.source_id) ?? '/items/' + d.id}>{d.item_reference}</Link><br /><span className="faint mono iban">{d.iban && formatIban(d.iban)}</span> {d.is_changed && <Badge tone="warn">{t('changed_account')}</Badge>}{d.is_first && <Badge tone="info">{t('first_time')}</Badge>}</td>
                    <td className="n-line" data-label={word('f', 'due_on')}><span className="nowrap">{date(d.due_on)}</span></td>
                    <td className="n-line" data-label={t('why_now')}>{why(d)}</td>
                    <td className="right n-line" data-label={t('still_open')}><Amount value={d.amount} currency={d.currency} /></td>
                    <td className="right n-amount"><strong><Amount value={pays(d)} currency={d.currency} /></strong><br /><button type="button" className="link" onClick={() => setPart(d)} aria-label={t(parts[d.id] ? 'part_change' : 'part_pay') + ' ' + d.item_reference}>{parts[d.id] ? t('part_change') : t('part_pay')}</button></td></tr>)}</tbody>
                <tfoot><tr><td colSpan={5} className="n-title">{t('run_sum', { count: chosen.length })} {!isZero(kept) && <Badge tone="good">{t('discount_kept', { what: amount(kept, currency) })}</Badge>}</td><td className="right n-amount"><Amount value={total} currency={currency} /></td></tr></tfoot></table></div>
            {read.data?.next && <p className="why" role="status">{t('due_more', { count: all.length })}</p>}
            {stuck.length > 0 && <Card title={t('run_left_out')} className="section"><ul className="lines-list">{stuck.map(d => <li key={d.id} className="spread"><span><Link to={sourceLink(d.source_kind, d.source_id) ?? '/items/' + d.id}>{d.party_name} · {d.item_reference}</Link> {(d.blocks ?? '').split(' ').filter(Boolean).map(b => <Badge key={b} tone={b === 'in_run' ? 'info' : 'bad'}>{word('blocks', b)}</Badge>)} {d.hold_reason && <span className="faint">{d.hold_reason}{d.hold_until ? ' · ' + t('until_day', { what: date(d.hold_until) }) : ''}</span>}</span><span className="actions"><Amount value={d.amount} currency={d.currency} />{d.hold_reason && can('payment_unhold') && <Button look="quiet" busy={busy} onClick={() => { void run(async () => { await call('payment_unhold', { item_id: d.id }); note(t('hold_ended')); read.reload() }) }}>{t('hold_end')}</Button>}</span></li>)}</ul></Card>}
        </>}</Shown>
        <div className="form-end section"><Button look="main" type="submit" icon="check" busy={busy} disabled={!chosen.length || !account}>{t('propose_sum', { what: amount(total, currency) })}</Button><Button onClick={() => go('/payments')}>{t('cancel')}</Button></div>
    </form>
        {part && <Part due={part} value={parts[part.id] ?? ''} hold={can('payment_hold') ? () => { setHolding(part); setPart(undefined) } : undefined} close={() => setPart(undefined)} done={value => { setParts(before => { const now = { ...before }; if (value) now[part.id] = value; else delete now[part.id]; return now }); setPart(undefined) }} />}
        {holding && <Dialog title={t('hold')} close={() => setHolding(undefined)}><ApiForm name="payment_hold" fields={['reason', 'until']} fixed={{ item_id: holding.id }} labels={{ until: t('hold_until') }} intro={<p>{holding.party_name} · {holding.item_reference}</p>} submit={t('hold')} cancel={() => setHolding(undefined)} done={() => { setHolding(undefined); note(t('held')); read.reload() }} /></Dialog>}
    </Page>
    function why(d: Due) {
        if (d.amount.startsWith('-')) return t('why_credit')
        if (takes(d)) { const rate = worth(d, payOn); return <><Badge tone="good">{t('discount')}</Badge> {t('discount_until', { what: amount(d.discount, d.currency), day: date(d.discount_on) })}{rate !== null && <span className="faint"> {t('discount_worth', { what: decimal(String(rate / 100n)) })}</span>}</> }
        const late = days(d.due_on, payOn)
        return late > 0 ? <span className="why">{t('days_late', { count: late })}</span> : late === 0 ? t('why_today') : t('why_soon', { count: -late })
    }
}
function Part({ due, value, close, done, hold }: { due: Due; value: string; close: () => void; done: (value: string) => void; hold?: () => void }) {
    const { t, word } = useWords(), digits = digitsOf(due.currency), textToMinor = (text: string) => asMinor(text, digits), [typed, setTyped] = useState(value), open = textToMinor(due.amount), now = textToMinor(typed || '0'), fits = typed === '' || (open > 0n ? now > 0n && now <= open : now < 0n && now >= open)
    return <Dialog title={t('part_of', { what: due.item_reference })} close={close}><form onSubmit={e => { e.preventDefault(); if (fits) done(typed === due.amount ? '' : typed) }}>
        <p>{due.party_name} · {t('still_open')} <Amount value={due.amount} currency={due.currency} /></p>
        <Row label={word('f', 'amount')} wrong={fits ? undefined : t('part_wrong')} help={t('part_help')}>{ids => <AmountInput {...ids} digits={digits} value={typed} onChange={setTyped} autoFocus />}</Row>
        <div className="form-end"><Button look="main" type="submit" disabled={!fits}>{t('go_on')}</Button>{value && <Button onClick={() => done('')}>{t('part_whole')}</Button>}{hold && <Button look="quiet" onClick={hold}>{t('hold')}</Button>}<Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}
