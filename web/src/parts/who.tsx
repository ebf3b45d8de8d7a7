/** The name behind a party's id: those that a page shows are asked for together, once. */
import { useEffect, useState } from 'react'
import { call } from '../api/client'
import { Link } from '../app/router'
import { hear } from '../app/live'
import { useSession } from '../app/session'

const known = new Map<number, Promise<string>>(), most = 100
export const forgetNames = (): void => known.clear()
hear(change => { if (!change) forgetNames(); else for (const c of change.changes) if (c.kind === 'party') known.delete(c.id) })
let waiting: { id: number; told: (name: string) => void; failed: (why: unknown) => void }[] = []
function ask(): void {
    const asked = waiting.splice(0, most)
    if (waiting.length) setTimeout(ask)
    call('party_list', { 'id.in': asked.map(a => a.id).join(), limit: most }).then(page => {
        const names = new Map(page.items.map(p => [p.id, p.name]))
        for (const a of asked) a.told(names.get(a.id) ?? '')
    }, (why: unknown) => { for (const a of asked) { known.delete(a.id); a.failed(why) } })
}
function nameOf(id: number): Promise<string> {
    let name = known.get(id)
    if (!name) {
        name = new Promise<string>((told, failed) => { if (waiting.push({ id, told, failed }) === 1) setTimeout(ask) })
        known.set(id, name)
    }
    return name
}
export function useParty(id: number | undefined): string | undefined {
    const [name, setName] = useState<string>()
    useEffect(() => {
        let live = true
        setName(undefined)
        if (id) nameOf(id).then(n => { if (live) setName(n) }, () => undefined)
        return () => { live = false }
    }, [id])
    return name
}
export function Who({ id }: { id: number }) {
    const { can } = useSession(), name = useParty(can('party_list') ? id : undefined)
    return name ? <Link to={'/parties/' + id}>{name}</Link> : null
}
