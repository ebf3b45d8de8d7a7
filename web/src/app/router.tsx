/** Addresses: the path names the page, the query its filters; a link is a real link. */
import { createContext, useContext, useEffect, useMemo, useState, useCallback, type AnchorHTMLAttributes, type ReactNode } from 'react'

interface Place { path: string; query: URLSearchParams }
interface Router extends Place { go: (to: string, replace?: boolean) => void; setQuery: (changes: Record<string, string | undefined>) => void }
const RouterContext = createContext<Router>({ path: '/', query: new URLSearchParams(), go: () => undefined, setQuery: () => undefined })

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) })
let guard: (() => boolean) | undefined
/** Asked before another page opens; false stays. */
export function leaveGuard(ask: (() => boolean) | undefined): void { guard = ask }

export function RouterProvider({ children }: { children: ReactNode }) {
    const [place, setPlace] = useState(here)
    useEffect(() => {
        const changed = () => setPlace(here())
        addEventListener('popstate', changed)
        return () => removeEventListener('popstate', changed)
    }, [])
    const go = useCallback((to: string, replace = false) => {
        if (guard && to.split('?')[0] !== location.pathname && !guard()) return
        const before = location.pathname
        if (replace) history.replaceState(null, '', to)
        else history.pushState(null, '', to)
        setPlace(here())
        if (location.pathname !== before) scrollTo(0, 0)
    }, [])
    const setQuery = useCallback((changes: Record<string, string | undefined>) => {
        const query = new URLSearchParams(location.search)
        for (const [name, value] of Object.entries(changes)) if (value === undefined || value === '') query.delete(name); else query.set(name, value)
        go(location.pathname + (query.toString() ? '?' + query.toString() : ''), true)
    }, [go])
    const value = useMemo(() => ({ ...place, go, setQuery }), [place, go, setQuery])
    return <RouterContext.Provider value={value}>{children}</RouterContext.Provider>
}
export const useRouter = (): Router => useContext(RouterContext)

export function Link({ to, children, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
    const { go } = useRouter()
    return <a href={to} {...rest} onClick={event => {
        rest.onClick?.(event)
        if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        go(to)
    }}>{children}</a>
}
