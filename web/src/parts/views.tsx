/** Views of a list that people keep: filters and sort under a name, for oneself or for everybody in the company. */
import { useState, type FormEvent } from 'react'
import { call } from '../api/client'
import type { Schemas } from '../api/schema'
import { Link, useRouter } from '../app/router'
import { useSession } from '../app/session'
import { useWords } from '../text/text'
import { Button, Dialog, Icon, note, ProblemBox, useAction, useRead } from './basics'
import { TextField } from './form'

const left = (query: URLSearchParams): URLSearchParams => { const rest = new URLSearchParams(query); rest.sort(); return rest }
/** The saved ones as links, and a way to save what stands in the address now. */
export function SavedViews({ changed }: { changed: boolean }) {
    const { t } = useWords(), { can } = useSession(), { path, query } = useRouter(), [saving, setSaving] = useState(false)
    const read = useRead('view_list', { page: path, limit: 100, sort: 'name' }, can('view_list')), now = left(query).toString()
    const mine = read.data?.items ?? []
    const here = mine.find(v => left(new URLSearchParams(v.query)).toString() === now)
    return <>
        {mine.map(v => <Link key={v.id} to={path + (v.query ? '?' + v.query : '')} aria-current={v === here && changed ? 'page' : undefined} title={v.is_mine ? undefined : t('view_by', { what: v.owner ?? '' })}>{v.name}{v.is_shared && <> <Icon name="party" /><span className="hidden">{t('view_shared')}</span></>}</Link>)}
        {changed && !here && can('view_save') && <Button look="quiet" icon="plus" onClick={() => setSaving(true)}>{t('view_save')}</Button>}
        {changed && here?.is_mine && <Remove view={here} done={read.reload} />}
        {saving && <Save close={() => setSaving(false)} done={() => { setSaving(false); read.reload() }} page={path} query={query.toString()} />}
    </>
}
function Remove({ view, done }: { view: Schemas['saved_view']; done: () => void }) {
    const { t } = useWords(), { busy, run } = useAction()
    return <Button look="quiet" icon="close" busy={busy} onClick={() => { void run(async () => { await call('view_remove', { id: view.id }); note(t('removed')); done() }) }}>{t('view_remove')}</Button>
}
function Save({ close, done, page, query }: { close: () => void; done: () => void; page: string; query: string }) {
    const { t } = useWords(), { busy, problem, run } = useAction(), [name, setName] = useState(''), [shared, setShared] = useState(false)
    const send = (event: FormEvent) => {
        event.preventDefault()
        void run(async () => { await call('view_save', { page, name, query, is_shared: shared }); note(t('saved')); done() })
    }
    return <Dialog title={t('view_save')} close={close}><form onSubmit={send}><ProblemBox problem={problem} /><TextField label={t('name')} value={name} onChange={setName} required maxLength={60} autoFocus />
        <div className="check"><label><input type="checkbox" checked={shared} onChange={e => setShared(e.target.checked)} /> {t('view_share')}</label></div>
        <div className="form-end"><Button look="main" type="submit" busy={busy}>{t('save')}</Button><Button onClick={close}>{t('cancel')}</Button></div></form></Dialog>
}
