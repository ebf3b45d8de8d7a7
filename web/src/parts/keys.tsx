/** Keys of a page, and the list of them that `?` shows. */
import { useState } from 'react'
import { useWords } from '../text/text'
import { Dialog, useKeys } from './basics'

export interface Stroke { key: string; text: string; act: (() => void) | undefined }
/** Binds the keys while nobody types; what can't be done now isn't shown. */
export function Keys({ strokes }: { strokes: Stroke[] }) {
    const { t } = useWords(), [open, setOpen] = useState(false), live = strokes.filter(s => s.act)
    useKeys({ ...Object.fromEntries(live.map(s => [s.key, s.act])), '?': () => setOpen(true) })
    return <>
        <button type="button" className="keys-hint" aria-keyshortcuts="?" onClick={() => setOpen(true)}><kbd aria-hidden="true">?</kbd> {t('keys')}</button>
        {open && <Dialog title={t('keys')} close={() => setOpen(false)}><dl className="keys">{live.map(s => <div key={s.key}><dt><kbd>{s.key === 'Enter' ? '↵' : s.key}</kbd></dt><dd>{s.text}</dd></div>)}<div><dt><kbd>/</kbd></dt><dd>{t('key_search')}</dd></div></dl></Dialog>}
    </>
}
