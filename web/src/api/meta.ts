/** What the generated table says of an operation, its fields and the columns of its list. */
export type Kind = 'text' | 'int' | 'id' | 'bool' | 'date' | 'instant' | 'decimal' | 'choice' | 'json' | 'list' | 'record' | 'bytes'
export interface Field { name: string; kind: Kind; required?: boolean; choices?: string[]; max?: number; shape?: string }
export interface Column { name: string; kind: Kind; choices?: string[]; filter?: boolean; sort?: boolean }
export interface Meta {
    method: string
    path: string
    needs?: string
    stepUp?: boolean
    upload?: boolean
    file?: boolean
    fields?: Field[]
    columns?: Column[]
}
