/** A PDF of the real renderer beside what is being typed: drawn when the typing rests, the earlier one stays until the next is there. */
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../text/text'
import { problemText } from './basics'

/** `draw` is called again when `what` changes; undefined: there is nothing to draw yet, and `nothing` is said. */
export function LivePdf({ what, draw, nothing, title }: { what: string | undefined; draw: (signal: AbortSignal) => Promise<Blob>; nothing: string; title: string }) {
    const { t } = useWords(), [url, setUrl] = useState<string>(), [busy, setBusy] = useState(false), [problem, setProblem] = useState<unknown>(), kept = useRef(draw)
    kept.current = draw
    useEffect(() => {
        if (what === undefined) return
        const stop = new AbortController()
        const timer = setTimeout(() => {
            setBusy(true)
            kept.current(stop.signal).then(blob => {
                if (stop.signal.aborted) return
                const next = URL.createObjectURL(new Blob([blob], { type: 'application/pdf' }))
                setUrl(before => { if (before) setTimeout(() => URL.revokeObjectURL(before), 2000); return next })
                setProblem(undefined)
                setBusy(false)
            }, (why: unknown) => { if (!stop.signal.aborted) { setProblem(why); setBusy(false) } })
        }, 450)
        return () => { clearTimeout(timer); stop.abort() }
    }, [what])
    useEffect(() => () => setUrl(before => { if (before) URL.revokeObjectURL(before); return undefined }), [])
    return <section className="side-paper" aria-label={title} data-drawn={url ? 'yes' : 'no'}>
        <p className={'status ' + (problem ? 'why' : 'faint')} role="status">{problem ? problemText(problem, t) : busy ? <><span className="spinner" aria-hidden="true" />{t('drawing')}</> : what === undefined ? '' : t('drawn')}</p>
        {url ? <iframe title={title} src={url + '#toolbar=0&navpanes=0&view=FitH'} /> : <div className="empty"><p>{nothing}</p></div>}
    </section>
}
