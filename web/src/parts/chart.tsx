/** Bars and lines that can be read without seeing them: every point is a link with words, and the same figures stand in a table. Only the
 *  height of what is drawn is a number; amounts stay text. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { textToMinor } from '../amount'
import { Link } from '../app/router'
import { useWords } from '../text/text'

export type Shade = 'a' | 'b' | 'c' | 'd'
export interface Point { key: string; label: string; short?: string; described: string; to?: string; bars?: { value: string; shade: Shade }[]; line?: string }
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
    const span = high - low || Math.abs(high) / 10 || 1, rough = span / 3, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map(n => n * power).find(s => s >= rough)!
    const from = Math.floor(low / step), to = Math.ceil(high / step)
    return Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step)
}
export function Chart({ title, points, legend, height = 210, unit, children }: { title: string; points: Point[]; legend?: { shade: Shade; text: string; line?: boolean }[]; height?: number; unit?: string; children?: ReactNode }) {
    const [box, width] = useWidth(), { language, t } = useWords(), [at, setAt] = useState<string>()
    const bars = points.flatMap(p => (p.bars ?? []).map(b => heightOf(b.value))), lines = points.filter(p => p.line !== undefined).map(p => heightOf(p.line)), both = bars.length > 0 && lines.length > 0
    const barScale = ticks(Math.min(0, ...bars), Math.max(0, ...bars)), lineScale = both ? ticks(Math.min(...lines), Math.max(...lines)) : ticks(Math.min(0, ...lines), Math.max(0, ...lines))
    const compact = new Intl.NumberFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { notation: 'compact', maximumFractionDigits: 1 })
    const left = 46, top = 10, bottom = 24, room = width - left - 4, each = room / Math.max(1, points.length), span = height - top - bottom, lineSpan = both ? span * .42 : span, gap = both ? 18 : 0, barTop = both ? top + lineSpan + gap : top
    const place = (scale: number[], from: number, tall: number) => (v: number) => from + tall * (1 - (v - scale[0]!) / (scale[scale.length - 1]! - scale[0]! || 1)), y = place(barScale, barTop, height - bottom - barTop), at_line = place(lineScale, top, lineSpan)
    const skip = points.some(p => p.short) ? 1 : Math.max(1, Math.ceil(56 / each)), middle = (i: number) => left + each * i + each / 2
    const lined = points.map((p, i) => ({ p, i })).filter(({ p }) => p.line !== undefined)
    const shown = points.find(p => p.key === at)
    return <figure className="figure"><div ref={box}>
        <svg className="chart" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={title}>
            <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect className="ground" width="6" height="6" /><line className="stripe" x1="0" y1="0" x2="0" y2="6" /></pattern></defs>
            <g aria-hidden="true">{[...(bars.length ? barScale.map(v => [v, y(v)] as const) : []), ...(lines.length ? lineScale.map(v => [v, at_line(v)] as const) : [])].map(([v, h]) => <g key={h}><line className={v === 0 ? 'axis strong' : 'axis'} x1={left} x2={width} y1={h} y2={h} /><text x={left - 6} y={h + 4} textAnchor="end">{compact.format(v)}{unit}</text></g>)}</g>
            {points.map((p, i) => {
                const mine = p.bars ?? [], wide = Math.min(44, each * .72) / Math.max(1, mine.length), start = middle(i) - wide * mine.length / 2
                const inside = <><rect className="hit" x={left + each * i} y={top} width={each} height={height - top - bottom} />
                    {mine.map((b, n) => { const v = heightOf(b.value), from = Math.min(y(0), y(v)), tall = Math.abs(y(0) - y(v)); return <rect key={n} className={'bar ' + b.shade} x={start + wide * n + 1} y={from} width={Math.max(1, wide - 2)} height={v === 0 ? 0 : Math.max(1.5, tall)} rx={2} /> })}</>
                const ways = { 'aria-label': p.described, onMouseEnter: () => setAt(p.key), onMouseLeave: () => setAt(undefined), onFocus: () => setAt(p.key), onBlur: () => setAt(undefined) }
                return <g key={p.key}>{p.to ? <Link to={p.to} {...ways} className="point">{inside}</Link> : <g role="img" {...ways}>{inside}</g>}
                    {i % skip === 0 && <text aria-hidden="true" x={middle(i)} y={height - 7} textAnchor="middle">{p.short && each < p.label.length * 6.2 ? p.short : p.label}</text>}</g>
            })}
            {lined.length > 1 && <polyline aria-hidden="true" className="line" points={lined.map(({ p, i }) => `${middle(i)},${at_line(heightOf(p.line))}`).join(' ')} />}
            <g aria-hidden="true">{lined.map(({ p, i }) => <circle key={p.key} className={'dot' + (p.key === at ? ' on' : '')} cx={middle(i)} cy={at_line(heightOf(p.line))} r={p.key === at ? 5 : 3} />)}</g>
        </svg></div>
        <div className="figure-end">{legend && <p className="legend">{legend.map(l => <span key={l.text} className={l.shade + (l.line ? ' line' : '')}>{l.text}</span>)}</p>}<p className="read-out" aria-hidden="true">{shown?.described}</p></div>
        {children && <details className="chart-table"><summary>{t('as_table')}</summary><div className="table-wrap">{children}</div></details>}
    </figure>
}
