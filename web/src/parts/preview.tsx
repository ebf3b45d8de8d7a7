/** Documents beside their fields. A readable page runs nothing (sandbox); a PDF or an image is shown as it is. */
import { useEffect, useState } from 'react'
import { call, address } from '../api/client'
import { useWords } from '../text/text'
import { Icon, Loading, ProblemBox } from './basics'

/** kind html: a page the server makes, shown from its own address under its own policy; `load` tells of trouble first. */
export interface Sheet { key: string; label: string; kind: 'html' | 'file' | 'text'; load: () => Promise<Blob>; download?: string; page?: string }
const textMost = 200_000 // bytes: more is for the download
export function documentSheet(id: number, name: string, mediaType: string): Sheet | undefined {
    const text = /^(text\/|application\/xml)/.test(mediaType)
    if (!text && !/^(application\/pdf|image\/(png|jpeg|webp))/.test(mediaType)) return undefined
    return { key: 'd' + id, label: name, kind: text ? 'text' : 'file', load: async () => { const blob = await call('document_file', { id }); return new Blob([blob], { type: mediaType.split(';')[0] }) }, download: address('document_file', { id }) }
}
export function Preview({ sheets, title }: { sheets: Sheet[]; title: string }) {
    const { t } = useWords(), [key, setKey] = useState(sheets[0]?.key), [state, setState] = useState<{ key?: string; url?: string; page?: string; image?: boolean; text?: string; problem?: unknown }>({})
    const sheet = sheets.find(s => s.key === key) ?? sheets[0]
    useEffect(() => {
        if (!sheet) return
        let url: string | undefined, live = true
        setState({})
        sheet.load().then(blob => {
            if (!live) return
            if (sheet.kind === 'html') { setState({ key: sheet.key, page: sheet.page }); return }
            if (sheet.kind === 'text') { void blob.slice(0, textMost).text().then(text => { if (live) setState({ key: sheet.key, text }) }); return }
            url = URL.createObjectURL(blob)
            setState({ key: sheet.key, url, image: blob.type.startsWith('image/') })
        }, (problem: unknown) => { if (live) setState({ key: sheet.key, problem }) })
        return () => { live = false; if (url) URL.revokeObjectURL(url) }
    }, [sheet?.key]) // eslint-disable-line
    if (!sheet) return null
    return <section className="preview" aria-label={title}>
        <nav aria-label={title}>{sheets.map(s => <button key={s.key} type="button" className={'button ' + (s === sheet ? '' : 'quiet')} aria-pressed={s === sheet} onClick={() => setKey(s.key)}>{s.label}</button>)}{sheet.download && <a className="button quiet csv" href={sheet.download} download><Icon name="download" /><span>{t('download')}</span></a>}</nav>
        {state.problem ? <ProblemBox problem={state.problem} /> : state.key !== sheet.key ? <Loading /> : state.text !== undefined ? <pre className="file-text" tabIndex={0}>{state.text}</pre> : state.page !== undefined ? <iframe title={sheet.label} sandbox="" src={state.page} /> : state.image ? <img src={state.url} alt={sheet.label} /> : <iframe title={sheet.label} src={state.url + '#navpanes=0&view=FitH'} />}
    </section>
}
