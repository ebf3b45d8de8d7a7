/** What others change, as it happens. One tab of the browser holds the stream (a lock says which), the others hear it from that one. */
export interface Change { number: number; at: string; operation: string; user_id?: number; by?: string; changes: { kind: string; id: number }[] }
type Hearer = (change: Change | undefined) => void
const hearers = new Set<Hearer>()
/** `undefined`: too much happened to tell one by one. Gives back how to stop hearing. */
export function hear(hearer: Hearer): () => void {
    hearers.add(hearer)
    return () => { hearers.delete(hearer) }
}
const tell = (change: Change | undefined): void => { for (const hearer of [...hearers]) hearer(change) }

/** Which company the session has stands at the server, for all tabs of the browser: who chooses another tells them. */
const companies = 'BroadcastChannel' in window ? new BroadcastChannel('florin.company') : undefined
export const tellCompany = (company: number): void => companies?.postMessage(company)
export function hearCompany(hearer: (company: number) => void): () => void {
    const heard = (event: MessageEvent<number>) => hearer(event.data)
    companies?.addEventListener('message', heard)
    return () => companies?.removeEventListener('message', heard)
}
/** Listens for this company until the function it gives is called. `latest`: how far its audit trail was when the page asked who is signed in;
 *  what happened between that and the first word of the stream is told as "too much to tell". */
export function listen(company: number, latest = 0): () => void {
    const stop = new AbortController(), channel = 'BroadcastChannel' in window ? new BroadcastChannel('florin.events.' + company) : undefined
    let source: EventSource | undefined, last = latest ? String(latest) : '', wait = 1000, timer: ReturnType<typeof setTimeout> | undefined
    if (channel) channel.onmessage = (event: MessageEvent<{ change?: Change }>) => tell(event.data.change)
    const pass = (change: Change | undefined): void => { tell(change); channel?.postMessage({ change }) }
    const open = (): void => {
        if (stop.signal.aborted) return
        source = new EventSource('/api/v1/events')
        source.addEventListener('hello', event => {
            wait = 1000
            if (last && event.lastEventId !== last) pass(undefined) // we were away, and a new stream begins at now
            last = event.lastEventId
        })
        source.addEventListener('change', event => {
            last = event.lastEventId
            try { pass(JSON.parse((event as MessageEvent<string>).data) as Change) } catch { /* not for us */ }
        })
        source.addEventListener('reset', event => { last = event.lastEventId; pass(undefined) })
        source.onerror = () => {
            if (source?.readyState !== EventSource.CLOSED) return // the browser tries again by itself, with Last-Event-ID
            timer = setTimeout(open, wait)
            wait = Math.min(wait * 2, 60_000)
        }
    }
    if ('locks' in navigator) navigator.locks.request('florin.events.' + company, { signal: stop.signal }, () => new Promise<void>(done => {
        open()
        stop.signal.addEventListener('abort', () => done())
    })).catch(() => undefined)
    else open()
    return () => {
        stop.abort()
        clearTimeout(timer)
        source?.close()
        channel?.close()
    }
}
