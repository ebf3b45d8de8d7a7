/** Documents beside their fields. A readable page runs nothing (sandbox); a PDF or an image is shown as it is. */
import { useEffect, useState } from 'react'
import { call, address } from '../api/client'
import { useWords } from '../text/text'
import { Icon, Loading, ProblemBox } from './basics'

/** How a readable page looks: on white, as paper, in dark mode too. */
const paper = '<style>body{font:14px/1.5 Inter,"Segoe UI",system-ui,sans-serif;color:#1b2420;background:#fff;margin:1.5rem;overflow-wrap:break-word}h1{font-size:1.4rem}h2{font-size:1rem;margin:1.2rem 0 .3rem}address{font-style:normal}dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.3rem 0}dt{color:#55615a}dd{margin:0}table{border-collapse:collapse;width:100%;margin:.6rem 0}th,td{overflow-wrap:break-word;word-break:normal;text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #dcdfd8}th{color:#55615a;font-weight:600}</style>'
export interface Sheet { key: string; label: string; kind: 'html' | 'file'; load: () => Promise<Blob>; download?: string }
export function documentSheet(id: number, name: string, mediaType: string): Sheet | undefined {
    if (!/^(application\/pdf|image\/(png|jpeg|webp))/.test(mediaType)) return undefined
    return { key: 'd' + id, label: name, kind: 'file', load: async () => { const blob = await call('document_file', { id }); return new Blob([blob], { type: mediaType.split(';')[0] }) }, download: address('document_file', { id }) }
}
export function Preview({ sheets, title }: { sheets: Sheet[]; title: string }) {
    const { t } = useWords(), [key, setKey] = useState(sheets[0]?.key), [state, setState] = useState<{ key?: string; url?: string; html?: string; image?: boolean; problem?: unknown }>({})
    const sheet = sheets.find(s => s.key === key) ?? sheets[0]
    useEffect(() => {
        if (!sheet) return
        let url: string | undefined, live = true
        setState({})
        sheet.load().then(async blob => {
            if (!live) return
            if (sheet.kind === 'html') { const html = await blob.text(); if (live) setState({ key: sheet.key, html: html.replace('</head>', paper + '</head>') }); return }
            url = URL.createObjectURL(blob)
            setState({ key: sheet.key, url, image: blob.type.startsWith('image/') })
        }, (problem: unknown) => { if (live) setState({ key: sheet.key, problem }) })
        return () => { live = false; if (url) URL.revokeObjectURL(url) }
    }, [sheet?.key]) // eslint-disable-line
    if (!sheet) return null
    return <section className="preview" aria-label={title}>
        <nav aria-label={title}>{sheets.map(s => <button key={s.key} type="button" className={'button ' + (s === sheet ? '' : 'quiet')} aria-pressed={s === sheet} onClick={() => setKey(s.key)}>{s.label}</button>)}{sheet.download && <a className="button quiet csv" href={sheet.download} download><Icon name="download" /><span>{t('download')}</span></a>}</nav>
        {state.problem ? <ProblemBox problem={state.problem} /> : state.key !== sheet.key ? <Loading /> : state.html !== undefined ? <iframe title={sheet.label} sandbox="" srcDoc={state.html} /> : state.image ? <img src={state.url} alt={sheet.label} /> : <iframe title={sheet.label} src={state.url + '#navpanes=0&view=FitH'} />}
    </section>
}
