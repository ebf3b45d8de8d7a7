/** What every report has: its period or day, the ways out (spreadsheet, CSV, paper), and how many days late make which bucket. */
import type { ReactNode } from 'react'
import { address, type Name } from '../api/client'
import { useRouter } from '../app/router'
import { useSession } from '../app/session'
import { useWords, type Key } from '../text/text'
import { Button, Icon } from './basics'
import { Row } from './form'

export const today = (): string => { const now = new Date(); return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())).toISOString().slice(0, 10) }
export function addDays(day: string, days: number): string { const d = new Date(day + 'T00:00:00Z'); d.setUTCDate(d.getUTCDate() + days); return d.toISOString().slice(0, 10) }
const monthStart = (year: number, month: number): string => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
/** First and last day of the period that people mean; `back` periods ago. */
export function periodOf(kind: 'month' | 'quarter' | 'year', back: number, day = today()): { from_on: string; to_on: string } {
    const year = Number(day.slice(0, 4)), month = Number(day.slice(5, 7)) - 1
    if (kind === 'year') return { from_on: monthStart(year - back, 0), to_on: addDays(monthStart(year - back + 1, 0), -1) }
    const long = kind === 'quarter' ? 3 : 1, first = (kind === 'quarter' ? month - month % 3 : month) - back * long
    return { from_on: monthStart(year, first), to_on: addDays(monthStart(year, first + long), -1) }
}
export const buckets = ['not_due', 'days_30', 'days_60', 'days_90', 'later'] as const
/** The days on which what stands in a bucket was due. */
export function bucketDays(bucket: string, day: string): Record<string, string> {
    switch (bucket) {
        case 'not_due': return { 'due_on.ge': day }
        case 'days_30': return { 'due_on.ge': addDays(day, -30), 'due_on.le': addDays(day, -1) }
        case 'days_60': return { 'due_on.ge': addDays(day, -60), 'due_on.le': addDays(day, -31) }
        case 'days_90': return { 'due_on.ge': addDays(day, -90), 'due_on.le': addDays(day, -61) }
        case 'later': return { 'due_on.le': addDays(day, -91) }
        default: return {}
    }
}
export const to = (path: string, query: Record<string, string | number | undefined>): string => {
    const text = new URLSearchParams(Object.entries(query).filter(([, v]) => v !== undefined && v !== '').map(([k, v]) => [k, String(v)])).toString()
    return path + (text ? '?' + text : '')
}
/** "due_on:Vervalt,rest:Open": the columns of a spreadsheet and their heads in the reader's language. */
export const columnsOf = (columns: [name: string, label: string][]): string => columns.map(([name, label]) => name + ':' + label.replace(/[,:]/g, ' ')).join(',')

export function Ways({ name, takes, columns }: { name: Name; takes: Record<string, unknown>; columns?: [string, string][] }) {
    const { t } = useWords()
    return <div className="ways"><a className="button quiet" href={address(name, { ...takes, format: 'xlsx', ...(columns ? { columns: columnsOf(columns) } : {}) })} download aria-label={t('export_as', { what: 'Excel' })}><Icon name="download" /><span>Excel</span></a>
        <a className="button quiet csv" href={address(name, { ...takes, format: 'csv' })} download aria-label={t('export_as', { what: 'CSV' })}><span>CSV</span></a>
        <Button look="quiet" className="paper" onClick={() => print()}>{t('print')}</Button></div>
}
/** Heads the paper: what, of whom, and when it was printed. */
export function PrintHead({ what }: { what?: ReactNode }) {
    const { t, date } = useWords(), { company } = useSession()
    return <p className="print-head"><strong>{company}</strong> {what} <span>{t('printed_on', { what: date(today()) })}</span></p>
}
const periods: { key: Key; of: () => { from_on: string; to_on: string } }[] = [
    { key: 'this_month', of: () => periodOf('month', 0) }, { key: 'last_month', of: () => periodOf('month', 1) }, { key: 'this_quarter', of: () => periodOf('quarter', 0) },
    { key: 'last_quarter', of: () => periodOf('quarter', 1) }, { key: 'this_year', of: () => periodOf('year', 0) }, { key: 'last_year', of: () => periodOf('year', 1) },
]
/** The period stands in the address; without one it is `usual`. */
export function usePeriod(usual: { from_on: string; to_on: string }): { from_on: string; to_on: string } {
    const { query } = useRouter()
    return { from_on: query.get('from_on') || usual.from_on, to_on: query.get('to_on') || usual.to_on }
}
export function PeriodBar({ period, children }: { period: { from_on: string; to_on: string }; children?: ReactNode }) {
    const { t } = useWords(), { setQuery } = useRouter()
    return <div className="report-bar"><div className="fields"><Row label={t('from')}>{ids => <input {...ids} type="date" value={period.from_on} onChange={e => setQuery({ from_on: e.target.value })} />}</Row><Row label={t('until')}>{ids => <input {...ids} type="date" value={period.to_on} onChange={e => setQuery({ to_on: e.target.value })} />}</Row>{children}</div>
        <div className="presets" role="group" aria-label={t('periods')}>{periods.map(p => { const days = p.of(); return <Button key={p.key} look="quiet" aria-pressed={days.from_on === period.from_on && days.to_on === period.to_on} onClick={() => setQuery(days)}>{t(p.key)}</Button> })}</div></div>
}
