import { useMemo } from 'react'
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Button, note, Page, ProblemBox, useAction, useRead } from '../parts/basics'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Audit() {
    const { t, word } = useWords(), people = usePeople(), { can } = useSession(), { busy, problem, run } = useAction()
    return <Page title={t('nav_audit')} note={t('audit_note')} actions={can('audit_verify') && <Button icon="check" busy={busy} onClick={() => { void run(async () => { const proof = await call('audit_verify', {}); note(t('audit_proved', { count: proof.count })) }) }}>{t('audit_prove')}</Button>}>
        <ProblemBox problem={problem} />
        <List name="audit_list" caption={t('nav_audit')} sort="-number" filters={['operation', 'at', 'user_id', 'source']} labels={{ id: t('number') }} columns={[
            { name: 'number' }, { name: 'at' }, { name: 'operation', narrow: 'title', show: row => { const [noun, ...verb] = row.operation.split(' '); return word('noun', noun) + ': ' + word('verb', verb.join(' ')) } }, { name: 'user_id', show: row => row.user_id ? people.get(row.user_id) ?? row.user_id : t('the_program') }, { name: 'source' },
            { name: 'changes', label: t('changes'), show: row => <Changes value={row.changes} /> },
        ]} />
    </Page>
}
/** Names of the people of this company, for who may see them. */
function usePeople(): Map<number, string> {
    const { can } = useSession(), read = useRead('user_list', { limit: 500 }, can('user_list'))
    return useMemo(() => new Map((read.data?.items ?? []).map(u => [u.id, u.name])), [read.data])
}
/** What says nothing to a person: numbers of rows and hashes. */
const dull = /(^id$|_id$|_by$|hash|^version$)/
interface Change { kind?: string; id?: number; difference?: Record<string, [unknown, unknown]> }
function Changes({ value }: { value: unknown }) {
    const { word } = useWords(), changes = Array.isArray(value) ? value as Change[] : []
    const say = (v: unknown) => v === null || v === undefined ? '–' : typeof v === 'object' ? '…' : String(v)
    return <ul>{changes.slice(0, 4).map((c, i) => <li key={i}>{word('kind', c.kind)}{Object.entries(c.difference ?? {}).filter(([f]) => !dull.test(f)).slice(0, 5).map(([field, [before, after]]) => <span key={field} className="faint"> {word('f', field)}: {before === null ? '' : say(before) + ' → '}{say(after)};</span>)}</li>)}</ul>
}
