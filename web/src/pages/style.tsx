/** The house style with an example invoice beside it that follows every change; nothing is saved before "save". */
import { useEffect, useRef, useState } from 'react'
import { call, Problem } from '../api/client'
import { operations, type Operations, type Schemas } from '../api/schema'
import { useSession } from '../app/session'
import { Button, Card, note, Page, ProblemBox, Shown, useAction, useRead } from '../parts/basics'
import { Conflict, overtaken } from '../parts/conflict'
import { Row, TextField } from '../parts/form'
import { History } from '../parts/history'
import { LivePdf } from '../parts/live-pdf'
import { useWords, type Language } from '../text/text'

const most = 1200, colours = ['#0f5c4d', '#0b5fff', '#7a1f5c', '#a3482f', '#2f3e46', '#5b3fb0']
/** Any picture a browser can draw (PNG, JPEG, WebP, SVG) as a PNG of at most `most` pixels: what is in an SVG never leaves this page. */
export async function asPng(file: Blob): Promise<string> {
    const url = URL.createObjectURL(file)
    try {
        const image = new Image()
        await new Promise((done, fail) => { image.onload = done; image.onerror = fail; image.src = url })
        const wide = image.naturalWidth || 600, high = image.naturalHeight || 200, by = Math.min(1, most / Math.max(wide, high)), enlarge = /svg/.test(file.type) ? Math.max(1, 800 / wide) : 1
        const canvas = document.createElement('canvas')
        canvas.width = Math.max(1, Math.round(wide * by * enlarge))
        canvas.height = Math.max(1, Math.round(high * by * enlarge))
        canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
        return canvas.toDataURL('image/png').split(',')[1]!
    } finally { URL.revokeObjectURL(url) }
}
export default function Style() {
    const company = useRead('company_show', {}), setting = useRead('invoice_setting_show', {})
    return <Shown of={company}>{c => <Shown of={setting}>{s => <Form company={c} setting={s} saved={() => { company.reload(); setting.reload() }} />}</Shown>}</Shown>
}
function Form({ company: read, setting: readSetting, saved }: { company: Schemas['company']; setting: Schemas['invoice_setting']; saved: () => void }) {
    const { t, word, language } = useWords(), { can } = useSession(), { busy, problem, run, clear } = useAction(), file = useRef<HTMLInputElement>(null), [{ company, setting }, setBase] = useState({ company: read, setting: readSetting }), kept = useRef(false)
    const [logo, setLogo] = useState<string | null | undefined>(undefined), [colour, setColour] = useState(company.brand_color ?? '#0f5c4d'), [closing, setClosing] = useState(setting.closing ?? ''), [of, setOf] = useState<Language>(language), [trouble, setTrouble] = useState(false)
    const start = (now: { company: Schemas['company']; setting: Schemas['invoice_setting'] }) => { kept.current = false; setBase(now); setLogo(undefined); setColour(now.company.brand_color ?? '#0f5c4d'); setClosing(now.setting.closing ?? '') }
    const at = (field: string) => problem instanceof Problem ? problem.at(field) : undefined
    const typed = logo !== undefined || colour !== (company.brand_color ?? '#0f5c4d') || closing !== (setting.closing ?? '')
    useEffect(() => { if ((read.version !== company.version || readSetting.version !== setting.version) && (kept.current || !typed)) start({ company: read, setting: readSetting }) }, [read.version, readSetting.version]) // eslint-disable-line
    const shown = logo === undefined ? company.logo : logo, may = can('company_change') && can('invoice_setting_change')
    const what = JSON.stringify({ brand_color: colour, language: of, ...(closing ? { closing } : {}), ...(setting.payment_terms ? { payment_terms: setting.payment_terms } : {}), ...(logo ? { logo } : logo === null ? { without_logo: true } : {}) })
    const take = async (list: FileList | null) => {
        const one = list?.[0]
        if (!one) return
        try { setLogo(await asPng(one)); setTrouble(false) } catch { setTrouble(true) }
    }
    const save = (company_ = company, setting_ = setting) => run(async () => {
        const company = company_, setting = setting_
        const rest = Object.fromEntries(operations.company_change.fields!.filter(f => f.name !== 'logo' && f.name in company).map(f => [f.name, (company as Record<string, unknown>)[f.name]]))
        if (logo !== undefined || colour !== company.brand_color) await call('company_change', { ...rest, brand_color: colour, ...(logo ? { logo } : {}), ...(logo === null ? { remove_logo: true } : {}) } as unknown as Operations['company_change']['takes'])
        if (closing !== (setting.closing ?? '')) await call('invoice_setting_change', { number_format: setting.number_format, specification: setting.specification, payment_terms: setting.payment_terms, closing, version: setting.version })
        note(t('saved'))
        kept.current = true
        saved()
    })
    return <Page title={t('nav_style')} note={t('style_note')} actions={may && <Button look="main" icon="check" busy={busy} onClick={() => { void save() }}>{t('save')}</Button>}><div className="two sticky"><div>
        <ProblemBox problem={problem} except={['brand_color', 'closing', 'logo']} />
        {overtaken(problem) && <Conflict again={{ kind: 'company', id: company.id, read: async () => { const [c, s] = await Promise.all([call('company_show', {}), call('invoice_setting_show', {})]); return { brand_color: c.brand_color, closing: s.closing, logo: !!c.logo, version: c.version, base: { company: c, setting: s } } } }} fields={['brand_color', 'closing', 'logo']} before={{ brand_color: company.brand_color, closing: setting.closing, logo: !!company.logo }} mine={{ brand_color: colour, closing, logo: !!shown }} close={clear}
            take={theirs => { clear(); start(theirs.base as { company: Schemas['company']; setting: Schemas['invoice_setting'] }) }} overwrite={(_, theirs) => { clear(); const now = theirs.base as { company: Schemas['company']; setting: Schemas['invoice_setting'] }; setBase(now); void save(now.company, now.setting) }} />}
        <Card title={t('logo')}><div className="stack" onDragOver={e => e.preventDefault()} onDrop={e => { e.preventDefault(); void take(e.dataTransfer.files) }}><div className="logo-box">{shown ? <img src={'data:image/png;base64,' + shown} alt={t('logo')} /> : <span className="logo-none">{t('logo_none')}</span>}</div>
            {trouble && <p className="why" role="alert">{t('logo_unread')}</p>}{at('logo') && <p className="why" role="alert">{at('logo')}</p>}
            {may && <div className="actions"><input ref={file} type="file" accept="image/png,image/jpeg,image/webp,image/svg+xml" className="hidden" tabIndex={-1} aria-label={t('logo_choose')} onChange={e => { void take(e.target.files); e.target.value = '' }} /><Button icon="up" onClick={() => file.current?.click()}>{t('logo_choose')}</Button>{shown && <Button look="quiet" icon="close" onClick={() => setLogo(null)}>{t('remove')}</Button>}</div>}
            <p className="faint">{t('logo_help')}</p></div></Card>
        <Card title={t('colour')}><Row label={word('f', 'brand_color')} wrong={at('brand_color')}>{ids => <span className="colour"><input {...ids} type="color" value={/^#[0-9a-fA-F]{6}$/.test(colour) ? colour : '#0f5c4d'} disabled={!may} onChange={e => setColour(e.target.value)} /><input type="text" aria-label={t('colour_code')} value={colour} maxLength={7} disabled={!may} onChange={e => setColour(e.target.value)} /></span>}</Row>
            {may && <p className="actions section-small">{colours.map(c => <button key={c} type="button" className="icon-button" aria-label={c} aria-pressed={c === colour} onClick={() => setColour(c)}><svg className="swatch" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10" fill={c} stroke={c === colour ? 'currentColor' : 'none'} strokeWidth="3" /></svg></button>)}</p>}</Card>
        <Card title={t('foot')}><TextField label={t('foot_line')} value={closing} onChange={setClosing} maxLength={300} area disabled={!may} wrong={at('closing')} help={t('closing_help')} /></Card>
        <History kind="company" id={company.id} turn={company.version} />
    </div><div><p className="actions"><span className="faint">{t('style_language')}</span>{(['nl', 'en'] as const).map(l => <Button key={l} look={l === of ? 'plain' : 'quiet'} aria-pressed={l === of} onClick={() => setOf(l)}>{word('language', l)}</Button>)}</p>
        <LivePdf what={what} title={t('style_example')} nothing={t('loading')} draw={signal => call('invoice_setting_preview', JSON.parse(what) as Operations['invoice_setting_preview']['takes'], { signal })} /></div></div></Page>
}
