/** The one way to the server. Knows operations by name; the cookie is the browser's, the CSRF token lives in memory only. */
import { operations, type Operations } from './schema'

export type Name = keyof Operations
export type Takes<N extends Name> = Operations[N]['takes']
export type Gives<N extends Name> = Operations[N]['gives']

export interface Trouble { code: string; field?: string; text: string; params: Record<string, string> }
/** A refusal of the server (RFC 9457), in the language that was asked for. */
export class Problem extends Error {
    constructor(readonly status: number, readonly code: string, readonly title: string, readonly detail: string, readonly troubles: Trouble[], readonly request?: string) {
        super(detail)
    }
    /** What is wrong at a field, and at what is inside it. */
    at(field: string): string | undefined {
        const found = this.troubles.filter(t => t.field === field).map(t => t.text)
        return found.length ? found.join(' ') : undefined
    }
}

/** `company`: whose books this tab shows; said with each request, so that another tab's choice never brings other books onto this page. */
interface Ways { language: string; csrf: string; company: number; stepUp: (again: Problem) => Promise<boolean>; signedOut: () => void }
export const ways: Ways = { language: 'en', csrf: '', company: 0, stepUp: async () => false, signedOut: () => undefined }

/** The address of a reading operation; also for downloads. */
export function address(name: Name, takes: Record<string, unknown>): string {
    const meta = operations[name], left: Record<string, unknown> = { ...takes }
    const path = meta.path.replace(/\{(\w+)\}/g, (_, part: string) => {
        const value = left[part]
        delete left[part]
        return encodeURIComponent(String(value))
    })
    const query = new URLSearchParams()
    if (meta.method === 'GET' || meta.upload) for (const [key, value] of Object.entries(left)) if (value !== undefined && value !== '') query.set(key, String(value))
    return '/api/v1' + path + (query.toString() ? '?' + query.toString() : '')
}

async function problemOf(response: Response): Promise<Problem> {
    try {
        const p = await response.json() as { code: string; title: string; detail: string; problems?: Trouble[]; request_id?: string }
        return new Problem(response.status, p.code, p.title, p.detail, p.problems ?? [], p.request_id)
    } catch {
        return new Problem(response.status, 'web.no_answer', '', '', [])
    }
}

/** What was sent and not answered: sent again as it was, it carries the same key, and what the server did already it does not do a second time. */
const unanswered = new Map<string, string>()
function keyOf(what: string): string {
    const known = unanswered.get(what), key = known ?? [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')
    unanswered.set(what, key)
    return key
}
const sentOf = (name: string & Name, takes: Record<string, unknown>): string | undefined => operations[name].method === 'GET' || operations[name].upload || operations[name].file || !ways.csrf || name.startsWith('session_') ? undefined : JSON.stringify([ways.company, name, takes])

async function once(name: Name, takes: Record<string, unknown>, content: Blob | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const meta = operations[name], headers: Record<string, string> = { 'Accept-Language': ways.language, ...(ways.company && !name.startsWith('session_') ? { 'X-Florin-Company': String(ways.company) } : {}) }
    let body: BodyInit | undefined
    if (meta.method !== 'GET') {
        headers['X-Florin-CSRF'] = ways.csrf
        const sent = sentOf(name, takes)
        if (sent) headers['Idempotency-Key'] = keyOf(sent)
        if (meta.upload) {
            headers['Content-Type'] = 'application/octet-stream'
            body = content
        } else {
            const left = { ...takes }
            for (const part of meta.path.matchAll(/\{(\w+)\}/g)) delete left[part[1]!]
            headers['Content-Type'] = 'application/json'
            body = JSON.stringify(left, (_, value: unknown) => value === '' ? undefined : value)
        }
    }
    try {
        return await fetch(address(name, takes), { method: meta.method, headers, body, signal, credentials: 'same-origin' })
    } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') throw error
        throw new Problem(0, 'web.offline', '', '', [])
    }
}

/** Calls an operation. Asks for the second factor when the server wants it shown again, then tries once more. */
export async function call<N extends Name>(name: N, takes: Takes<N>, extra: { content?: Blob; signal?: AbortSignal } = {}): Promise<Gives<N>> {
    const given = takes as Record<string, unknown>, sent = sentOf(name, given), answered = () => { if (sent) unanswered.delete(sent) }
    let response = await once(name, given, extra.content, extra.signal)
    if (response.status === 403) {
        const problem = await problemOf(response)
        if (problem.code !== 'operation.step_up' || !await ways.stepUp(problem)) { answered(); throw problem }
        response = await once(name, given, extra.content, extra.signal)
    }
    if (!response.ok) {
        const problem = await problemOf(response)
        if (response.status < 500) answered()
        if (problem.code === 'operation.sign_in' || problem.code === 'access.unknown') { if (name !== 'session_show') ways.signedOut() } // a wrong code is 401 too, and no end of the session
        throw problem
    }
    const gives = (operations[name].file ? await response.blob() : await response.json()) as Gives<N>
    answered()
    return gives
}

/** All rows of a list, page by page: a chart of accounts may have more than one page holds. */
export async function allOf<N extends Name>(name: N, takes: Takes<N>): Promise<Gives<N> extends { items: (infer R)[] } ? R[] : never> {
    const rows: unknown[] = [], pages = 40
    let after: string | undefined
    for (let page = 0; page < pages; page++) {
        const answer = await call(name, { ...takes, limit: 500, ...(after ? { after } : {}) } as Takes<N>) as { items: unknown[]; next?: string }
        rows.push(...answer.items)
        after = answer.next
        if (!after) break
    }
    return rows as never
}

/** Whether the patterns of a role ("bill.* *.read !bill.approve") allow a permission. The same rule as the server's, which decides. */
export function allows(patterns: string, permission: string): boolean {
    const holds = (pattern: string): boolean => pattern === '*' || pattern === permission || (pattern.length > 1 &&
        (pattern.startsWith('*') ? permission.endsWith(pattern.slice(1)) : pattern.endsWith('*') && permission.startsWith(pattern.slice(0, -1))))
    const all = patterns.split(' ').filter(Boolean)
    return all.some(p => !p.startsWith('!') && holds(p)) && !all.some(p => p.startsWith('!') && holds(p.slice(1)))
}
