/** Many files at once: dropped, pasted or chosen; one after the other, each with what became of it or what is wrong with it in words. */
import { useRef, useState, type ReactNode } from 'react'
import { useWords } from '../text/text'
import { Problem } from '../api/client'
import { Badge, Icon, problemText } from './basics'

interface Sent { key: number; name: string; state: 'waits' | 'goes' | 'done' | 'refused'; result?: ReactNode; problem?: unknown }
export function Upload({ send, accept, title, help, done, why }: { send: (file: File) => Promise<ReactNode>; accept: string; title: string; help: string; done: () => void; why?: (problem: Problem) => ReactNode }) {
    const { t } = useWords(), [files, setFiles] = useState<Sent[]>([]), [over, setOver] = useState(false), input = useRef<HTMLInputElement>(null), lanes = useRef([Promise.resolve(), Promise.resolve(), Promise.resolve()]), count = useRef(0)
    const add = (list: FileList | File[]) => {
        for (const file of Array.from(list)) {
            const key = ++count.current, change = (part: Partial<Sent>) => setFiles(before => before.map(f => f.key === key ? { ...f, ...part } : f))
            setFiles(before => [...before, { key, name: file.name, state: 'waits' }])
            const lane = key % lanes.current.length
            lanes.current[lane] = lanes.current[lane]!.then(async () => {
                change({ state: 'goes' })
                try { change({ state: 'done', result: await send(file) }) } catch (problem) { change({ state: 'refused', problem }) }
                done()
            })
        }
    }
    const going = files.filter(f => f.state === 'waits' || f.state === 'goes').length
    return <div onDragOver={e => { e.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={e => { e.preventDefault(); setOver(false); add(e.dataTransfer.files) }}>
        <div className={'drop' + (over ? ' over' : '')}><strong>{title}</strong><span>{help}</span>
            <input ref={input} type="file" multiple accept={accept} className="hidden" tabIndex={-1} aria-label={title} onChange={e => { if (e.target.files) add(e.target.files); e.target.value = '' }} />
            <button type="button" className="button main" onClick={() => input.current?.click()}><Icon name="up" /><span>{t('choose_files')}</span></button></div>
        {files.length > 0 && <section className="card" aria-live="polite"><header><h2>{going ? t('uploading', { count: going }) : t('uploaded', { count: files.filter(f => f.state === 'done').length, of: files.length })}</h2></header>
            {going > 0 && <progress max={files.length} value={files.length - going} aria-label={t('uploading', { count: going })} />}
            <ul className="files">{files.map(f => <li key={f.key}><span>{f.name}</span><Badge tone={f.state === 'done' ? 'good' : f.state === 'refused' ? 'bad' : 'none'}>{t(f.state === 'done' ? 'file_done' : f.state === 'refused' ? 'file_refused' : f.state === 'goes' ? 'file_goes' : 'file_waits')}</Badge>{f.result && <span className="faint">{f.result}</span>}{f.state === 'refused' && <span className="why">{problemText(f.problem, t)} {f.problem instanceof Problem && why?.(f.problem)}</span>}</li>)}</ul></section>}
    </div>
}
