import { useMemo } from 'react'
import { call } from '../api/client'
import { useSession } from '../app/session'
import { Button, note, Page, ProblemBox, useAction, useRead } from '../parts/basics'
import { sayValue, tellingFields, type Difference } from '../parts/history'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Audit() {
    const { t, word } = useWords(), people = usePeople(), { can } = useSession(), { busy, problem, run } = useAction()
    return <Page title={t('nav_audit')} note={t('audit_note')} actions={can('audit_verify') && <Button icon="check" busy={busy} onClick={() => { void run(async () => { const proof = await call('audit_verify', {}); note(t('audit_proved', { count: proof.count })) }) }}>{t('audit_prove')}</Button>}>
        <ProblemBox problem={problem} />
        <List name="audit_list" caption={t('nav_audit')} sort="-number" filters={['operation', 'at', 'user_id', 'source']} labels={{ id: t('number') }} columns={[
            { name: 'number' }, { name: 'at' }, { name: 'operation', narrow: 'title', show: row => { const [noun, ...verb] = row.operation.split(' '); return word('noun', noun) + ': ' + word('verb', verb.join(' ')) } }, { name: 'user_id', show: row => row.user_id ? people.get(row.user_id) ?? row.user_id : t('the_program') }, { name: 'source', show: row => word('source', row.source) },
            { name: 'changes', label: t('changes'), show: row => <Changes value={row.changes} names={(kind, id) => kind === 'people' ? people.get(id) : undefined} /> },
        ]} />
    </Page>
}
/** Names of the people of this company, for who may see them. */
function usePeople(): Map<number, string> {
    const { can } = useSession(), read = useRead('user_list', { limit: 500 }, can('user_list'))
    return useMemo(() => new Map((read.data?.items ?? []).map(u => [u.id, u.name])), [read.data])
}
interface Change { kind?: string; id?: number; difference?: Difference }
function Changes({ value, names }: { value: unknown; names: (kind: string, id: number) => string | undefined }) {
    const words = useWords(), { word } = words, changes = Array.isArray(value) ? value as Change[] : []
    return <ul>{changes.slice(0, 4).map((c, i) => <li key={i}>{word('kind', c.kind)}{tellingFields(c.difference ?? {}).filter(([field]) => !/_id$|_by$/.test(field)).slice(0, 5).map(([field, [before, after]]) => <span key={field} className="faint"> {word('f', field)}: {before === null || before === '' ? '' : sayValue(words, field, before, names).slice(0, 80) + ' → '}{sayValue(words, field, after, names).slice(0, 80)};</span>)}</li>)}</ul>
}
