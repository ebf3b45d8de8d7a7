/** Pages that follow what others do. */
import { useEffect, useRef, useState } from 'react'
import { hear, type Change } from '../app/live'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Button, Icon } from './basics'

/** Calls `act` some moments after something changed, once for many changes, and not while nobody looks. */
export function useLive(act: () => void, matters: (change: Change) => boolean = () => true, every_ms = 2500): void {
    const kept = useRef({ act, matters })
    kept.current = { act, matters }
    useEffect(() => {
        let timer: ReturnType<typeof setTimeout> | undefined, done = 0, missed = false
        const run = () => { timer = undefined; if (document.visibilityState === 'hidden') { missed = true; return } done = Date.now(); kept.current.act() }
        const stop = hear(change => {
            if (change && !kept.current.matters(change)) return
            timer ??= setTimeout(run, Math.max(250, every_ms - (Date.now() - done)))
        })
        const seen = () => { if (missed && document.visibilityState === 'visible') { missed = false; run() } }
        document.addEventListener('visibilitychange', seen)
        return () => { stop(); clearTimeout(timer); document.removeEventListener('visibilitychange', seen) }
    }, [])
}
/** For who is editing: somebody else changed this very thing meanwhile. */
export function ChangedBy({ kind, id, reload }: { kind: string; id: number | undefined; reload?: () => void }) {
    const { t } = useWords(), { me } = useSession(), [by, setBy] = useState<string>()
    useEffect(() => {
        setBy(undefined)
        return id ? hear(change => { if (change && change.user_id !== me.person_id && change.changes.some(c => c.kind === kind && c.id === id)) setBy(change.by ?? t('the_program')) }) : undefined
    }, [kind, id]) // eslint-disable-line
    if (by === undefined) return null
    return <div className="problem soft" role="status"><Icon name="info" /><div><p>{t('changed_by', { who: by })}</p><Button onClick={() => { setBy(undefined); if (reload) reload(); else location.reload() }}>{t('load_again')}</Button></div></div>
}
