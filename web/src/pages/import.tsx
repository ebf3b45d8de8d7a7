/** One file that was brought: what it holds, which column becomes what, the rows as they would become with everything that is wrong; then all of it or nothing. */
import { useCallback, useEffect, useState } from 'react'
import { address, call, type Gives, type Takes } from '../api/client'
import { Link } from '../app/router'
import { useSession } from '../app/session'
import { Amount, Badge, Button, Card, Dialog, Facts, Loading, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Row, TextField } from '../parts/form'
import { History } from '../parts/history'
import { Table } from '../parts/table'
import { useWords } from '../text/text'
import { importTone, kinds } from './imports'

type Shown_ = Gives<'import_show'>
type Checked = Gives<'import_preview'>
type Change = Omit<Takes<'import_map'>, 'id' | 'version'>
const dated = ['receivables', 'payables', 'balances']

export default function Import({ id }: { id: number }) {
    const { t, word } = useWords(), of = useRead('import_show', { id })
    return <Page title={of.data?.file.file_name ?? t('nav_import')} note={of.data && <><Badge tone={importTone(of.data.file.state)}>{word('import_state', of.data.file.state)}</Badge> {word('import_kind', of.data.file.kind)}</>} back={<Link to="/settings/import">{t('nav_import')}</Link>}>
        <Shown of={of}>{shown => shown.file.state === 'uploaded' ? <Waiting shown={shown} set={of.set} /> : <Finished shown={shown} reload={of.reload} />}</Shown>
        <History kind="import" id={id} turn={of.data?.file.version} />
    </Page>
}

/** The preview of this very version: asked again when the mapping changed, and not because somebody else did something. */
function usePreview(id: number, version: number) {
    const [state, setState] = useState<{ of?: number; checked?: Checked; problem?: unknown }>({})
    useEffect(() => {
        const stop = new AbortController()
        call('import_preview', { id }, { signal: stop.signal }).then(checked => setState({ of: version, checked }), (problem: unknown) => { if (!stop.signal.aborted) setState({ of: version, problem }) })
        return () => stop.abort()
    }, [id, version])
    return { ...state, current: state.of === version }
}

function Waiting({ shown, set }: { shown: Shown_; set: (shown: Shown_) => void }) {
    const { t, word, language } = useWords(), { can } = useSession(), { busy, problem, run } = useAction(), { file } = shown, preview = usePreview(file.id, file.version), [from, setFrom] = useState(0), [seconds, setSeconds] = useState(0)
    const change = (what: Change) => { void run(async () => set(await call('import_map', { id: file.id, version: file.version, skip_known: file.skip_known, ...what }))) }
    const commit = () => run(async () => {
        setFrom(Date.now())
        try { set({ ...shown, file: await call('import_commit', { id: file.id, version: file.version }) }) } finally { setFrom(0) }
    })
    useEffect(() => {
        if (!from) return
        const timer = setInterval(() => setSeconds(Math.round((Date.now() - from) / 1000)), 500)
        return () => clearInterval(timer)
    }, [from])
    const field = (column: number, name: string) => {
        const rest = shown.columns.filter(c => c.field && c.number !== column && c.field !== name).map(c => ({ column: c.number, field: c.field! }))
        change({ mapping: [...rest, ...(name ? [{ column, field: name }] : [])] as unknown as NonNullable<Change['mapping']> })
    }
    const may = can('import_map') && !busy, checked = preview.checked, good = preview.current && checked !== undefined && checked.error_count === 0 && checked.made_count > 0
    const number = new Intl.NumberFormat(language)
    return <>
        <ProblemBox problem={problem} />
        <div className="fields">
            <Row label={t('import_holds')}>{ids => <select {...ids} value={file.kind} disabled={!may} onChange={e => change({ kind: e.target.value as Change['kind'] })}>{kinds.map(k => <option key={k} value={k}>{word('import_kind', k)}</option>)}</select>}</Row>
            {dated.includes(file.kind) && <Row label={t('import_day')} help={t('import_day_help')}>{ids => <input {...ids} type="date" value={file.dated_on} disabled={!may} onChange={e => { if (e.target.value) change({ dated_on: e.target.value }) }} />}</Row>}
            <Row label={t('import_decimal')}>{ids => <select {...ids} value={file.decimal} disabled={!may} onChange={e => change({ decimal: e.target.value })}><option value=",">1.234,50</option><option value=".">1,234.50</option></select>}</Row>
            <Row label={t('import_days')}>{ids => <select {...ids} value={file.day_order} disabled={!may} onChange={e => change({ day_order: e.target.value as Change['day_order'] })}><option value="dmy">31-12-2025</option><option value="ymd">2025-12-31</option><option value="mdy">12/31/2025</option></select>}</Row>
            <Row label={t('import_skip')}>{ids => <input {...ids} type="checkbox" checked={file.skip_known} disabled={!may} onChange={e => change({ skip_known: e.target.checked })} />}</Row>
        </div>
        <Card title={t('import_columns')}><Table plain tight caption={t('import_columns')} heads={[{ label: t('import_column'), row: true }, { label: t('import_samples'), narrow: 'block' }, { label: t('import_becomes'), narrow: 'block' }]}
            rows={shown.columns.map(c => {
                const heading = c.heading ?? t('import_no_heading', { number: c.number })
                return { key: c.number, cells: [heading, <span className="faint">{(c.samples as unknown as string[]).join(' · ')}</span>, <select aria-label={t('import_field_of', { what: heading })} value={c.field ?? ''} disabled={!may} onChange={e => field(c.number, e.target.value)}><option value="">{t('import_not')}</option>{shown.fields.map(f => <option key={f.name} value={f.name}>{word('import_field', f.name)}{f.is_needed ? ' *' : ''}</option>)}</select>] }
            })} /></Card>
        <section aria-live="polite" aria-busy={!preview.current}>
            {!preview.current && <p className="faint"><Loading /> {t('import_looking')}</p>}
            {preview.current && <ProblemBox problem={preview.problem} />}
            {preview.current && checked && <>
                <p><strong>{t('import_sum', { count: checked.row_count, rows: number.format(checked.row_count), made: number.format(checked.made_count) })}</strong>{dated.includes(file.kind) && checked.total !== undefined && <>, <Amount value={checked.total} /></>}. {checked.error_count === 0 ? t('import_good') : ''}</p>
                {checked.error_count > 0 && <Card title={t('import_wrong', { count: checked.error_count })}>{checked.error_count > checked.errors.length && <p className="faint">{t('import_wrong_first')}</p>}
                    <Table plain tight caption={t('import_what')} heads={[{ label: t('import_row'), right: true, narrow: 'amount', mark: true }, { label: t('import_column'), narrow: 'title' }, { label: t('import_value') }, { label: t('import_what'), narrow: 'block' }]}
                        rows={checked.errors.map((e, i) => ({ key: i, cells: [e.row, e.column ?? (e.field && word('import_field', e.field)), e.value, e.text] }))} /></Card>}
                <Rows checked={checked} shown={shown} />
            </>}
        </section>
        {can('import_commit') && <div className="form-end">{from > 0 && <p role="status"><progress aria-label={t('import_writing', { count: number.format(file.row_count), seconds })} /> {t('import_writing', { count: number.format(file.row_count), seconds })}</p>}
            <Button look="main" icon="check" busy={busy} disabled={!good} onClick={() => { void commit() }}>{t('import_commit', { count: number.format(checked?.made_count ?? 0) })}</Button></div>}
    </>
}

function Rows({ checked, shown }: { checked: Checked; shown: Shown_ }) {
    const { t, word } = useWords(), fields = shown.fields.filter(f => shown.columns.some(c => c.field === f.name))
    return <Card title={t('import_rows')}><Table plain tight caption={t('import_rows')} heads={[{ label: t('import_row'), right: true, row: true, narrow: 'amount', mark: true }, ...fields.map((f, i) => ({ label: word('import_field', f.name), narrow: i === 0 ? 'title' as const : 'line' as const }))]}
        rows={checked.rows.map(r => ({ key: r.row, cells: [<>{r.row}{r.is_wrong && <> <Badge tone="bad">!</Badge></>}</>, ...fields.map(f => (r.values as unknown as Record<string, string>)[f.name])] }))} /></Card>
}

const places: Record<string, string> = { party: '/parties/', item: '/items/', entry: '/ledger/entries/' }
function Finished({ shown, reload }: { shown: Shown_; reload: () => void }) {
    const { t, word, date, instant } = useWords(), { can } = useSession(), { file } = shown, made = useRead('import_made', { id: file.id, limit: 100, sort: 'row_number' }), [asking, setAsking] = useState(false), [reason, setReason] = useState(''), { busy, problem, run, clear } = useAction()
    const undo = useCallback(() => run(async () => { await call('import_undo', { id: file.id, reason, version: file.version }); setAsking(false); reload() }), [run, file, reason, reload])
    return <>
        <Card title={file.state === 'committed' ? t('import_done', { count: file.made_count }) : t('import_undone')} actions={file.state === 'committed' && can('import_undo') && <Button look="danger" icon="undo" onClick={() => { clear(); setAsking(true) }}>{t('import_undo')}</Button>}>
            <Facts rows={[[t('import_holds'), word('import_kind', file.kind)], [word('f', 'row_count'), String(file.row_count)], [t('import_day'), dated.includes(file.kind) && date(file.dated_on)], [t('total'), dated.includes(file.kind) && <Amount value={file.total} />], [word('f', 'committed_at'), file.committed_at && instant(file.committed_at)], [t('import_undone'), file.undone_at && instant(file.undone_at)],
                [t('import_file'), can('document_file') && <a href={address('document_file', { id: file.document_id })} download={file.file_name}>{file.file_name}</a>]]} />
        </Card>
        <Shown of={made}>{list => <Card title={t('import_made')}>{list.next && <p className="faint">{t('import_more', { count: list.items.length })}</p>}<Table plain tight caption={t('import_made')} heads={[{ label: t('import_row'), right: true, narrow: 'amount', mark: true }, { label: t('import_becomes'), narrow: 'title' }]}
            rows={list.items.map(m => ({ key: m.id, cells: [m.row_number, file.state === 'committed' && places[m.subject_kind] ? <Link to={places[m.subject_kind]! + m.subject_id}>{word('import_subject', m.subject_kind)} {m.subject_id}</Link> : word('import_subject', m.subject_kind)] }))} /></Card>}</Shown>
        {asking && <Dialog title={t('import_undo')} close={() => setAsking(false)}><form className="form" onSubmit={e => { e.preventDefault(); void undo() }}><p>{t('import_undo_text')}</p><ProblemBox problem={problem} /><TextField label={t('import_why')} value={reason} onChange={setReason} required maxLength={200} /><div className="form-end"><Button look="danger" type="submit" busy={busy} disabled={reason.trim().length < 3}>{t('import_undo')}</Button><Button onClick={() => setAsking(false)}>{t('cancel')}</Button></div></form></Dialog>}
    </>
}
