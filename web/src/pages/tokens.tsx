import { useState } from 'react'
import { call } from '../api/client'
import { Button, Dialog, Empty, note, Page, ProblemBox, useAction } from '../parts/basics'
import { ApiForm } from '../parts/form'
import { List } from '../parts/list'
import { useWords } from '../text/text'

export default function Tokens() {
    const { t } = useWords(), { busy, problem, run } = useAction(), [turn, setTurn] = useState(0), [adding, setAdding] = useState(false), [made, setMade] = useState('')
    return <Page title={t('nav_tokens')} note={t('tokens_note')} actions={<Button look="main" icon="plus" onClick={() => setAdding(true)}>{t('token_new')}</Button>}>
        <ProblemBox problem={problem} />
        <List name="token_list" past={{ kind: 'token', of: row => row.name }} caption={t('nav_tokens')} turn={turn} sort="-expires_at" empty={<Empty title={t('tokens_empty')}>{t('tokens_empty_text')}</Empty>} columns={[{ name: 'name' }, { name: 'permissions' }, { name: 'created_at' }, { name: 'expires_at' },
            { name: 'end', label: t('action'), show: row => <Button busy={busy} onClick={() => { void run(async () => { await call('token_end', { id: row.id }); note(t('ended')); setTurn(turn + 1) }) }}>{t('end_it')}</Button> }]} />
        {adding && <Dialog title={t('token_new')} close={() => { setAdding(false); setMade('') }}>{made ? <div className="stack"><p>{t('token_once')}</p><p className="mono">{made}</p><Button look="main" onClick={() => { setAdding(false); setMade('') }}>{t('close')}</Button></div>
            : <ApiForm name="token_add" fields={['name', 'permissions', 'days']} initial={{ days: 90, permissions: '*.read' }} submit={t('make')} cancel={() => setAdding(false)} done={token => { setMade(token.token); setTurn(turn + 1) }} />}</Dialog>}
    </Page>
}
