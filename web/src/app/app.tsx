/** The frame of everything: language, who is signed in, the second factor asked again, and what to show when a page breaks. */
import { Component, lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { call, Problem, ways } from '../api/client'
import { keepLanguage, keptLanguage, usualLanguage, useWords, WordsContext, wordsOf, type Language } from '../text/text'
import { Button, Loading, Notes, ProblemBox } from '../parts/basics'
import { forgetChoices } from '../parts/form'
import { canOf, SessionContext, type Me, type Session } from './session'
import { hearCompany, listen } from './live'
import { RouterProvider, useRouter } from './router'
import { Accept, ChooseCompany, SignIn } from './sign-in'
import { StepUp } from './step-up'
import { Shell } from './shell'

class Fence extends Component<{ children: ReactNode; place: string; words: { title: string; text: string; again: string } }, { broken: boolean; place: string }> {
    override state = { broken: false, place: this.props.place }
    static getDerivedStateFromError() { return { broken: true } }
    static getDerivedStateFromProps(props: { place: string }, state: { broken: boolean; place: string }) { return props.place === state.place ? null : { broken: false, place: props.place } }
    override render() {
        if (!this.state.broken) return this.props.children
        return <div className="page"><h1>{this.props.words.title}</h1><p role="alert">{this.props.words.text}</p><Button look="main" onClick={() => location.reload()}>{this.props.words.again}</Button></div>
    }
}

const page = (load: () => Promise<{ default: (props: { id: number }) => ReactNode }>) => lazy(load)
const pages: [RegExp, ReturnType<typeof page>][] = [
    [/^\/$/, page(() => import('../pages/home'))],
    [/^\/bills$/, page(() => import('../pages/bills'))],
    [/^\/bills\/new$/, page(() => import('../pages/bill-form'))],
    [/^\/bills\/(\d+)\/change$/, page(() => import('../pages/bill-form'))],
    [/^\/payments$/, page(() => import('../pages/payments'))],
    [/^\/payments\/new$/, page(() => import('../pages/payment-new'))],
    [/^\/payments\/(\d+)$/, page(() => import('../pages/payment'))],
    [/^\/invoices$/, page(() => import('../pages/invoices'))],
    [/^\/invoices\/new$/, page(() => import('../pages/invoice-form'))],
    [/^\/invoices\/(\d+)\/change$/, page(() => import('../pages/invoice-form'))],
    [/^\/invoices\/(\d+)$/, page(() => import('../pages/invoice'))],
    [/^\/bills\/(\d+)$/, page(() => import('../pages/bill'))],
    [/^\/reports$/, page(() => import('../pages/reports'))],
    [/^\/reports\/ageing$/, page(() => import('../pages/ageing'))],
    [/^\/reports\/open-items$/, page(() => import('../pages/open-items'))],
    [/^\/reports\/dso$/, page(() => import('../pages/dso'))],
    [/^\/reports\/trends$/, page(() => import('../pages/trends'))],
    [/^\/reports\/paid$/, page(() => import('../pages/paid'))],
    [/^\/reports\/cash$/, page(() => import('../pages/cash'))],
    [/^\/reports\/vat$/, page(() => import('../pages/vat'))],
    [/^\/reports\/icp$/, page(() => import('../pages/icp'))],
    [/^\/reports\/card$/, page(() => import('../pages/card'))],
    [/^\/reports\/profit$/, page(() => import('../pages/profit'))],
    [/^\/reports\/balance-sheet$/, page(() => import('../pages/sheet'))],
    [/^\/bank\/queue$/, page(() => import('../pages/queue'))],
    [/^\/bank\/batches$/, page(() => import('../pages/batches'))],
    [/^\/settings\/cash$/, page(() => import('../pages/cash-settings'))],
    [/^\/bank\/decisions$/, page(() => import('../pages/decisions'))],
    [/^\/bank\/statements$/, page(() => import('../pages/statements'))],
    [/^\/bank\/statements\/(\d+)$/, page(() => import('../pages/statement'))],
    [/^\/bank\/notices$/, page(() => import('../pages/notices'))],
    [/^\/bank\/lines$/, page(() => import('../pages/bank-lines'))],
    [/^\/bank\/lines\/(\d+)$/, page(() => import('../pages/bank-line'))],
    [/^\/parties$/, page(() => import('../pages/parties'))],
    [/^\/parties\/new$/, page(() => import('../pages/party-form'))],
    [/^\/parties\/(\d+)\/change$/, page(() => import('../pages/party-form'))],
    [/^\/parties\/(\d+)\/merge$/, page(() => import('../pages/merge'))],
    [/^\/parties\/(\d+)$/, page(() => import('../pages/party'))],
    [/^\/items$/, page(() => import('../pages/items'))],
    [/^\/items\/(\d+)$/, page(() => import('../pages/item'))],
    [/^\/ledger\/entries$/, page(() => import('../pages/entries'))],
    [/^\/ledger\/entries\/(\d+)$/, page(() => import('../pages/entry'))],
    [/^\/ledger\/accounts$/, page(() => import('../pages/accounts'))],
    [/^\/ledger\/balance$/, page(() => import('../pages/balance'))],
    [/^\/documents$/, page(() => import('../pages/documents'))],
    [/^\/search$/, page(() => import('../pages/search'))],
    [/^\/settings\/style$/, page(() => import('../pages/style'))],
    [/^\/settings\/checks$/, page(() => import('../pages/own-checks'))],
    [/^\/settings\/invoices$/, page(() => import('../pages/invoice-settings'))],
    [/^\/settings\/rates$/, page(() => import('../pages/rates'))],
    [/^\/settings\/vat$/, page(() => import('../pages/vat-codes'))],
    [/^\/settings\/company$/, page(() => import('../pages/company'))],
    [/^\/settings\/bank-accounts$/, page(() => import('../pages/bank-accounts'))],
    [/^\/settings\/users$/, page(() => import('../pages/users'))],
    [/^\/settings\/roles$/, page(() => import('../pages/roles'))],
    [/^\/settings\/periods$/, page(() => import('../pages/periods'))],
    [/^\/settings\/tokens$/, page(() => import('../pages/tokens'))],
    [/^\/settings\/audit$/, page(() => import('../pages/audit'))],
    [/^\/settings\/import$/, page(() => import('../pages/imports'))],
    [/^\/settings\/import\/(\d+)$/, page(() => import('../pages/import'))],
    [/^\/settings\/mail$/, page(() => import('../pages/mail'))],
    [/^\/settings\/outbox$/, page(() => import('../pages/outbox'))],
    [/^\/me$/, page(() => import('../pages/me'))],
]
const Enrol = lazy(() => import('./enrol'))
const Nowhere = page(() => import('../pages/nowhere'))

function Pages() {
    const { path } = useRouter(), { t } = useWords()
    const found = pages.map(([shape, Page]) => ({ match: shape.exec(path), Page })).find(p => p.match)
    const Page = found?.Page ?? Nowhere
    return <Fence place={path} words={{ title: t('broken_title'), text: t('broken_text'), again: t('load_again') }}>
        <Suspense fallback={<Loading />}><Page key={path} id={Number(found?.match?.[1] ?? 0)} /></Suspense>
    </Fence>
}

export function App() {
    const [language, setLanguage] = useState<Language>(usualLanguage)
    const [me, setMe] = useState<Me | null | undefined>(undefined)
    const [trouble, setTrouble] = useState<unknown>()
    const [asking, setAsking] = useState<{ done: (shown: boolean) => void }>()
    const words = useMemo(() => wordsOf(language), [language])
    ways.language = language
    /** Chosen: kept in this browser, and of who is signed in with the person: mails come in it too. */
    const choose = useCallback((wanted: Language) => {
        setLanguage(wanted)
        keepLanguage(wanted)
        if (me) void call('me_change', { language: wanted }).then(() => setMe({ ...me, language: wanted }), () => undefined)
    }, [me])
    useEffect(() => {
        document.documentElement.lang = language
    }, [language])
    const load = useCallback(async () => {
        try {
            const now = await call('session_show', {})
            ways.csrf = now.csrf ?? ''
            if (ways.company !== (now.company_id ?? 0)) forgetChoices()
            ways.company = now.company_id ?? 0
            setMe(now)
            if (!keptLanguage() && (now.language === 'nl' || now.language === 'en')) setLanguage(now.language)
            setTrouble(undefined)
        } catch (problem) {
            if (problem instanceof Problem && problem.status === 401) { ways.company = 0; setMe(null) }
            else setTrouble(problem)
        }
    }, [])
    useEffect(() => {
        ways.signedOut = () => setMe(null)
        ways.stepUp = () => new Promise<boolean>(done => setAsking({ done: shown => { setAsking(undefined); done(shown) } }))
        void load()
    }, [load])
    useEffect(() => hearCompany(company => { // another tab of this browser chose other books: the session has one company, so all its tabs follow
        if (ways.company && ways.company !== company) location.assign('/')
    }), [])
    const company = me?.company_id
    // Only a company at hand opens the stream; how far the books were when the page came is asked at that moment, and no cause to open another.
    const latest = useRef(0)
    latest.current = me?.latest_change ?? 0
    useEffect(() => company ? listen(company, latest.current) : undefined, [company])
    const signOut = useCallback(async () => {
        try { await call('session_close', {}) } finally {
            forgetChoices()
            setMe(null)
        }
    }, [])
    const session = useMemo<Session | null>(() => me ? { me, company: me.companies.find(c => c.id === me.company_id)?.name ?? '', can: canOf(me), reload: load, signOut } : null, [me, load, signOut])
    const invited = location.pathname === '/invitation' || location.pathname === '/password'
    let content: ReactNode
    if (invited) content = <Accept done={() => { history.replaceState(null, '', '/'); location.assign('/') }} />
    else if (trouble) content = <main className="gate"><ProblemBox problem={trouble} again={() => { setTrouble(undefined); void load() }} /></main>
    else if (me === undefined) content = <main className="gate"><Loading /></main>
    else if (!session) content = <SignIn done={load} language={language} setLanguage={choose} />
    else if (session.me.must_enrol) content = <Suspense fallback={<main className="gate"><Loading /></main>}><Enrol session={session} /></Suspense>
    else if (!session.me.company_id) content = <ChooseCompany session={session} />
    else content = <Shell key={session.me.company_id} language={language} setLanguage={choose}><Pages key={language} /></Shell>
    return <WordsContext.Provider value={words}>
        <RouterProvider><SessionContext.Provider value={session}>
            {content}
            {asking && <StepUp session={session} done={asking.done} />}
            <Notes />
        </SessionContext.Provider></RouterProvider>
    </WordsContext.Provider>
}
