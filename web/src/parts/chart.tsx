/** Bars and lines that can be read without seeing them: every point is a link with words, and the same figures stand in a table. Only the
 *  height of what is drawn is a number; amounts stay text. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { textToMinor } from '../amount'
import { Link } from '../app/router'
import { useWords } from '../text/text'

export type Shade = 'a' | 'b' | 'c' | 'd'
export interface Point { key: string; label: string; described: string; to?: string; bars?: { value: string; shade: Shade }[]; line?: string }
const heightOf = (text: string | undefined): number => text === undefined ? 0 : Number(textToMinor(text)) / 100

function useWidth(): [React.RefObject<HTMLDivElement>, number] {
    const box = useRef<HTMLDivElement>(null), [width, setWidth] = useState(640)
    useEffect(() => {
        if (!box.current) return
        const measure = () => { if (box.current) setWidth(Math.max(240, Math.floor(box.current.clientWidth))) }
        measure()
        const watch = new ResizeObserver(measure)
        watch.observe(box.current)
        return () => watch.disconnect()
    }, [])
    return [box, width]
}
/** Round steps: 1, 2, 5 × a power of ten. */
function ticks(low: number, high: number): number[] {
    const span = high - low || 1, rough = span / 4, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map(n => n * power).find(s => s >= rough)!
    const from = Math.floor(low / step), to = Math.ceil(high / step)
    return Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step)
}
export function Chart({ title, points, legend, height = 210, unit, children }: { title: string; points: Point[]; legend?: { shade: Shade; text: string; line?: boolean }[]; height?: number; unit?: string; children?: ReactNode }) {
    const [box, width] = useWidth(), { language, t } = useWords(), [at, setAt] = useState<string>()
    const values = points.flatMap(p => [...(p.bars ?? []).map(b => heightOf(b.value)), ...(p.line === undefined ? [] : [heightOf(p.line)])])
    const scale = ticks(Math.min(0, ...values), Math.max(0, ...values)), low = scale[0]!, high = scale[scale.length - 1]!
    const compact = new Intl.NumberFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { notation: 'compact', maximumFractionDigits: 1 })
    const left = 46, top = 10, bottom = 24, room = width - left - 4, each = room / Math.max(1, points.length), y = (v: number) => top + (height - top - bottom) * (1 - (v - low) / (high - low || 1))
    const skip = Math.max(1, Math.ceil(52 / each)), middle = (i: number) => left + each * i + each / 2
    const lined = points.map((p, i) => ({ p, i })).filter(({ p }) => p.line !== undefined)
    const shown = points.find(p => p.key === at)
    return <figure className="figure"><div ref={box}>
        <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={title}>
            <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect className="b" width="6" height="6" /><line className="stripe" x1="0" y1="0" x2="0" y2="6" /></pattern></defs>
            <g aria-hidden="true">{scale.map(v => <g key={v}><line className={v === 0 ? 'axis strong' : 'axis'} x1={left} x2={width} y1={y(v)} y2={y(v)} /><text x={left - 6} y={y(v) + 4} textAnchor="end">{compact.format(v)}{unit}</text></g>)}</g>
            {points.map((p, i) => {
                const bars = p.bars ?? [], wide = Math.min(44, each * .72) / Math.max(1, bars.length), start = middle(i) - wide * bars.length / 2
                const inside = <><rect className="hit" x={left + each * i} y={top} width={each} height={height - top - bottom} />
                    {bars.map((b, n) => { const v = heightOf(b.value), from = Math.min(y(0), y(v)), tall = Math.abs(y(0) - y(v)); return <rect key={n} className={'bar ' + b.shade} x={start + wide * n + 1} y={from} width={Math.max(1, wide - 2)} height={v === 0 ? 0 : Math.max(1.5, tall)} rx={2} {...(b.shade === 'b' ? { fill: 'url(#hatch)' } : {})} /> })}</>
                const ways = { 'aria-label': p.described, onMouseEnter: () => setAt(p.key), onMouseLeave: () => setAt(undefined), onFocus: () => setAt(p.key), onBlur: () => setAt(undefined) }
                return <g key={p.key}>{p.to ? <Link to={p.to} {...ways} className="point">{inside}</Link> : <g role="img" {...ways}>{inside}</g>}
                    {i % skip === 0 && <text aria-hidden="true" x={middle(i)} y={height - 7} textAnchor="middle">{p.label}</text>}</g>
            })}
            {lined.length > 1 && <polyline aria-hidden="true" className="line" points={lined.map(({ p, i }) => `${middle(i)},${y(heightOf(p.line))}`).join(' ')} />}
            <g aria-hidden="true">{lined.map(({ p, i }) => <circle key={p.key} className={'dot' + (p.key === at ? ' on' : '')} cx={middle(i)} cy={y(heightOf(p.line))} r={p.key === at ? 5 : 3} />)}</g>
        </svg></div>
        <div className="figure-end">{legend && <p className="legend">{legend.map(l => <span key={l.text} className={l.shade + (l.line ? ' line' : '')}>{l.text}</span>)}</p>}<p className="read-out" aria-hidden="true">{shown?.described ?? (points.some(p => p.to) ? t('chart_help') : '')}</p></div>
        {children && <details className="chart-table"><summary>{t('as_table')}</summary><div className="table-wrap">{children}</div></details>}
    </figure>
}
