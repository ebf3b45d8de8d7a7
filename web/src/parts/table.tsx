/** The table of every page: columns where there is room, and on a telephone a card a row: who or which number, what it comes to beside it, and
 *  the rest below with its words. What is empty is not there. List draws its rows by the same classes. */
import type { ReactNode } from 'react'

/** Where a cell stands on a telephone: the name of the card; beside it at the right; below, with its head (`line`) or without (`block`); or nowhere. */
export type Narrow = 'title' | 'amount' | 'line' | 'block' | 'none'
export interface Head { label: string; right?: boolean; narrow?: Narrow; /** The head of its row. */ row?: boolean; /** At the right of a card its head goes along. */ mark?: boolean }
/** `label`: one cell for all columns but the last ones, for an opening balance or a total. */
export interface TableRow { key: string | number; cells: ReactNode[]; label?: ReactNode; className?: string }

const empty = (cell: ReactNode): boolean => cell === '' || cell === undefined || cell === null || cell === false
/** A day or an amount stands on one line, whatever the width: also where a page gave it as plain text. */
const isWhole = (cell: ReactNode): boolean => typeof cell === 'string' && (/^\d{1,2} \S{3,10} \d{4}$/.test(cell) || /^[^a-zA-Z]{0,4}[\d.,\u00a0 ]+$/.test(cell))
export const cellClass = (narrow: Narrow, right: boolean | undefined, cell: ReactNode, mark?: boolean): string => (right ? 'right ' : '') + (isWhole(cell) ? 'nowrap ' : '') + 'n-' + narrow + (mark ? ' headed' : '') + (empty(cell) ? ' void' : '')

export function Table({ caption, heads, rows, foot = [], plain, tight, noHeads, className = '' }: { caption: string; heads: Head[]; rows: TableRow[]; foot?: Omit<TableRow, 'key'>[]; plain?: boolean; tight?: boolean; noHeads?: boolean; className?: string }) {
    const role = (n: number): Narrow => heads[n]!.narrow ?? (n === 0 ? 'title' : n === heads.length - 1 && heads[n]!.right ? 'amount' : 'line')
    const draw = (row: Omit<TableRow, 'key'>, key: string | number) => {
        const from = heads.length - row.cells.length
        return <tr key={key} className={row.className}>{row.label !== undefined && <td colSpan={from} className="n-title">{row.label}</td>}{row.cells.map((cell, i) => {
            const head = heads[from + i]!, given = { className: cellClass(role(from + i), head.right, cell, head.mark), 'data-label': head.label }
            return head.row ? <th key={i} scope="row" {...given}>{cell}</th> : <td key={i} {...given}>{cell}</td>
        })}</tr>
    }
    return <div className={'table-wrap' + (plain ? ' plain' : '')}><table className={'table cards' + (tight ? ' tight' : '') + (className ? ' ' + className : '')}><caption className="hidden">{caption}</caption>
        <thead className={noHeads ? 'hidden' : undefined}><tr>{heads.map((h, i) => <th key={i} scope="col" className={h.right ? 'right' : undefined}>{h.label}</th>)}</tr></thead>
        <tbody>{rows.map(row => draw(row, row.key))}</tbody>{foot.length > 0 && <tfoot>{foot.map(draw)}</tfoot>}</table></div>
}
