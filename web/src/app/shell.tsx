/** Navigation by nouns; only what this person may do. */
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { call, type Name } from '../api/client'
import { operations } from '../api/schema'
import { Icon, note, problemText, type Drawing } from '../parts/basics'
import { forgetChoices } from '../parts/form'
import { useWords, type Key, type Language } from '../text/text'
import { tellCompany } from './live'
import { Link, useRouter } from './router'
import { useSession } from './session'
import { LanguageSwitch, Mark } from './sign-in'

interface Place { to: string; key: Key; needs: string; icon?: Drawing }
const groups: { key: Key; icon: Drawing; places: Place[] }[] = [
    { key: 'nav_buy', icon: 'bill', places: [{ to: '/bills', key: 'nav_bills', needs: 'bill_list' }, { to: '/payments', key: 'nav_payments', needs: 'payment_list' }] },
    { key: 'nav_sell', icon: 'invoice', places: [{ to: '/invoices', key: 'nav_invoices', needs: 'invoice_list' }] },
    { key: 'nav_bank', icon: 'bank', places: [{ to: '/bank/queue', key: 'nav_queue', needs: 'cash_queue' }, { to: '/bank/decisions', key: 'nav_decisions', needs: 'cash_list' }, { to: '/bank/statements', key: 'nav_statements', needs: 'statement_list' }, { to: '/bank/lines', key: 'nav_lines', needs: 'bank_line_list' }, { to: '/bank/notices', key: 'nav_notices', needs: 'bank_notice_list' }, { to: '/bank/batches', key: 'nav_batches', needs: 'cash_batches' }] },
    { key: 'nav_parties', icon: 'party', places: [{ to: '/parties', key: 'nav_parties', needs: 'party_list' }, { to: '/items?rest.ne=0', key: 'nav_items', needs: 'item_list' }] },
    { key: 'nav_reports', icon: 'chart', places: [{ to: '/reports', key: 'nav_reports', needs: 'report_ageing' }] },
    { key: 'nav_books', icon: 'book', places: [{ to: '/ledger/entries', key: 'nav_entries', needs: 'entry_list' }, { to: '/ledger/balance', key: 'nav_balance', needs: 'ledger_balance' }, { to: '/ledger/accounts', key: 'nav_accounts', needs: 'account_list' }, { to: '/documents', key: 'nav_documents', needs: 'document_list' }] },
    { key: 'nav_settings', icon: 'gear', places: [{ to: '/settings/company', key: 'nav_company', needs: 'company_show' }, { to: '/settings/style', key: 'nav_style', needs: 'invoice_setting_preview' }, { to: '/settings/invoices', key: 'nav_invoice_settings', needs: 'invoice_setting_show' }, { to: '/settings/checks', key: 'nav_own_checks', needs: 'bill_setting_show' }, { to: '/settings/vat', key: 'nav_vat', needs: 'vat_list' }, { to: '/settings/rates', key: 'nav_rates', needs: 'rate_list' }, { to: '/settings/bank-accounts', key: 'nav_bank_accounts', needs: 'bank_account_list' }, { to: '/settings/cash', key: 'nav_cash_settings', needs: 'cash_settings' }, { to: '/settings/users', key: 'nav_users', needs: 'user_list' }, { to: '/settings/roles', key: 'nav_roles', needs: 'role_list' }, { to: '/settings/periods', key: 'nav_periods', needs: 'period_list' }, { to: '/settings/import', key: 'nav_import', needs: 'import_list' }, { to: '/settings/tokens', key: 'nav_tokens', needs: 'token_list' }, { to: '/settings/mail', key: 'nav_mail', needs: 'message_test' }, { to: '/settings/outbox', key: 'nav_outbox', needs: 'outbox_list' }, { to: '/settings/audit', key: 'nav_audit', needs: 'audit_list' }] },
]

export function Shell({ children, language, setLanguage }: { children: ReactNode; language: Language; setLanguage: (language: Language) => void }) {
    const { t } = useWords(), session = useSession(), { path, go, query } = useRouter()
    const [open, setOpen] = useState(false), [find, setFind] = useState(query.get('q') ?? '')
    const search = useRef<HTMLInputElement>(null), main = useRef<HTMLElement>(null)
    const there = (name: string) => name in operations && session.can(name as Name)
    useEffect(() => setOpen(false), [path])
    useEffect(() => {
        const pressed = (event: KeyboardEvent) => {
            if (event.key === 'Escape') setOpen(false)
            if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName)) return
            event.preventDefault()
            search.current?.focus()
        }
        addEventListener('keydown', pressed)
        return () => removeEventListener('keydown', pressed)
    }, [])
    const at = (to: string) => { const place = to.split('?')[0]!; return path === place || path.startsWith(place + '/') }
    const choose = async (company: number) => {
        try {
            await call('session_company', { company })
            forgetChoices()
            tellCompany(company)
            go('/')
            await session.reload()
        } catch (problem) { note(problemText(problem, t)) }
    }
    return <div className={'shell' + (open ? ' open' : '')}>
        <a className="skip" href="#main" onClick={e => { e.preventDefault(); main.current?.focus() }}>{t('skip')}</a>
        <header className="top">
            <button type="button" className="icon-button menu" aria-expanded={open} aria-controls="nav" aria-label={t('menu')} onClick={() => setOpen(!open)}><Icon name={open ? 'close' : 'menu'} /></button>
            <Link to="/" className="top-mark" aria-label="Florin"><Mark /></Link>
            <form role="search" className="find" onSubmit={(e: FormEvent) => { e.preventDefault(); if (find.trim()) go('/search?q=' + encodeURIComponent(find.trim())) }}>
                <Icon name="search" /><input ref={search} type="search" value={find} onChange={e => setFind(e.target.value)} aria-label={t('search_anything')} placeholder={t('search_anything')} aria-keyshortcuts="/" /><kbd aria-hidden="true">/</kbd>
            </form>
            <Link to="/me" className="who" aria-label={session.me.name}><Icon name="user" /><span>{session.me.name}</span></Link>
        </header>
        <nav id="nav" className="side" aria-label={t('navigation')}>
            {session.me.companies.length > 1 ? <label className="company"><span className="hidden">{t('company')}</span><select value={session.me.company_id} onChange={e => { void choose(Number(e.target.value)) }}>{session.me.companies.map(c => <option key={c.id} value={c.id}>{c.name}</option>)}</select></label> : <p className="company">{session.company}</p>}
            <ul className="places">
                <li><Link to="/" aria-current={path === '/' ? 'page' : undefined}><Icon name="home" /><span>{t('nav_home')}</span></Link></li>
                {groups.map(g => {
                    const places = g.places.filter(p => there(p.needs))
                    if (!places.length) return null
                    if (places.length === 1) return <li key={g.key}><Link to={places[0]!.to} aria-current={at(places[0]!.to) ? 'page' : undefined}><Icon name={g.icon} /><span>{t(places[0]!.key)}</span></Link></li>
                    return <li key={g.key}><span className="group" id={'g-' + g.key}><Icon name={g.icon} />{t(g.key)}</span><ul aria-labelledby={'g-' + g.key}>{places.map(p => <li key={p.to}><Link to={p.to} aria-current={at(p.to) ? 'page' : undefined}>{t(p.key)}</Link></li>)}</ul></li>
                })}
            </ul>
            <div className="side-end">
                <LanguageSwitch language={language} setLanguage={setLanguage} />
                <button type="button" className="link" onClick={() => { void session.signOut() }}>{t('sign_out')}</button>
            </div>
        </nav>
        {open && <div className="veil" onClick={() => setOpen(false)} />}
        <main id="main" ref={main} tabIndex={-1}>
            {!session.me.second_factor && path !== '/me' && <p className="banner"><Icon name="lock" /><span>{t('factor_missing')} <Link to="/me">{t('factor_set_up')}</Link></span></p>}
            {children}
        </main>
    </div>
}
