/** Somebody else was first: what he made of it beside what I want, and a choice between the two. */
import { useEffect, useState } from 'react'
import { call, Problem } from '../api/client'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Button, Dialog, Loading, ProblemBox } from './basics'
import { sayValue } from './history'
import { Table } from './table'

type Values = Record<string, unknown>
export interface Again { kind: string; id: number; read: () => Promise<Values> }
/** Whether it was refused because somebody else was first. */
export const overtaken = (problem: unknown): boolean => problem instanceof Problem && problem.status === 409 && /changed$/.test(problem.code)
const same = (a: unknown, b: unknown) => JSON.stringify(a ?? '') === JSON.stringify(b ?? '')

export function Conflict({ again, fields, before, mine, take, overwrite, close }: { again: Again; fields: string[]; before: Values; mine: Values; take: (theirs: Values) => void; overwrite: (version: unknown, theirs: Values) => void; close: () => void }) {
    const words = useWords(), { t, word, instant } = words, { can } = useSession(), [theirs, setTheirs] = useState<Values>(), [who, setWho] = useState(''), [problem, setProblem] = useState<unknown>()
    useEffect(() => {
        let live = true
        again.read().then(now => { if (live) setTheirs(now) }, (refused: unknown) => { if (live) setProblem(refused) })
        if (can('history_list')) call('history_list', { kind: again.kind, id: again.id, limit: 1 }).then(page => { const last = page.items[0]; if (live && last) setWho(t('conflict_who', { who: last.person ?? t('the_program'), when: instant(last.at) })) }, () => undefined)
        return () => { live = false }
    }, []) // eslint-disable-line
    const changed = theirs ? fields.filter(f => !same(theirs[f], before[f]) || (!same(mine[f], before[f]) && !same(mine[f], theirs[f]))) : []
    const say = (field: string, value: unknown) => sayValue(words, field, value, () => undefined)
    return <Dialog title={t('conflict_title')} close={close}><div className="stack">
        <p>{who || t('conflict_somebody')} {t('conflict_text')}</p>
        <ProblemBox problem={problem} />
        {!theirs && !problem && <Loading />}
        {theirs && (changed.length === 0 ? <p>{t('conflict_elsewhere')}</p> : <Table caption={t('conflict_title')} heads={[{ label: t('conflict_field'), row: true }, { label: t('conflict_theirs') }, { label: t('conflict_mine') }]}
            rows={changed.map(f => ({ key: f, cells: [word('f', f), say(f, theirs[f]), say(f, mine[f])] }))} />)}
        <div className="form-end">{theirs && <Button look="main" onClick={() => take(theirs)}>{t('conflict_take')}</Button>}{theirs && <Button look="danger" onClick={() => overwrite(theirs.version, theirs)}>{t('conflict_overwrite')}</Button>}<Button onClick={close}>{t('cancel')}</Button></div>
    </div></Dialog>
}
