/** Who is signed in, in which company, and what he may do. */
import { createContext, useContext } from 'react'
import { allows, type Name } from '../api/client'
import { operations, type Schemas } from '../api/schema'

export type Me = Schemas['my_place']
export interface Session {
    me: Me
    company: string
    /** Whether this operation is there for this person: what he may not do is not shown. */
    can: (name: Name) => boolean
    reload: () => Promise<void>
    signOut: () => Promise<void>
}
export function canOf(me: Me): (name: Name) => boolean {
    return name => {
        const meta = operations[name]
        return !!meta && (!meta.needs || allows(me.permissions ?? '', meta.needs))
    }
}
export const SessionContext = createContext<Session | null>(null)
export function useSession(): Session {
    const session = useContext(SessionContext)
    if (!session) throw new Error('no session')
    return session
}
