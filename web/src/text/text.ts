/** Words in the language of the reader: sentences (catalogue.ts) and the names that the API uses (names.ts). */
import { createContext, useContext } from 'react'
import { formatAmount, formatDate, formatDecimal, formatInstant, formatMonth, type Language } from '../amount'
import { catalogue, type Key } from './catalogue'
import { names } from './names'

export type { Key, Language }

export interface Words {
    language: Language
    /** A sentence; {name} is filled in; "one|many" is chosen by `count`. */
    t: (key: Key, params?: Record<string, string | number>) => string
    /** A word that is built of a name of the API ("state" + "approved"); the name itself when we have no word for it. */
    word: (group: string, name: string | undefined) => string
    amount: (text: string | undefined, currency?: string) => string
    decimal: (text: string | undefined) => string
    date: (text: string | undefined) => string
    month: (text: string | undefined) => string
    instant: (text: string | undefined) => string
}

/** What names one thing (the number of a run, of a line) is said as it is; every other number is a count, with its thousands apart. */
const naming = new Set(['what', 'n', 'id', 'number', 'line', 'reference', 'file'])

export function wordsOf(language: Language): Words {
    const at = language === 'nl' ? 1 : 0
    const said = (name: string, value: string | number) => typeof value === 'number' && !naming.has(name) ? formatDecimal(String(value), language) : String(value)
    return {
        language,
        t: (key, params = {}) => {
            let text: string = catalogue[key][at]
            if ('count' in params && text.includes('|')) text = text.split('|')[Number(params.count) === 1 ? 0 : 1]!
            return text.replace(/\{(\w+)\}/g, (whole, name: string) => name in params ? said(name, params[name]!) : whole)
        },
        word: (group, name) => name === undefined ? '' : (names as Record<string, Record<string, readonly [string, string]>>)[group]?.[name]?.[at] ?? name.replaceAll('_', ' '),
        amount: (text, currency) => text === undefined ? '' : formatAmount(text, currency, language),
        decimal: text => text === undefined ? '' : formatDecimal(text, language),
        date: text => text === undefined ? '' : formatDate(text, language),
        month: text => text === undefined ? '' : formatMonth(text, language),
        instant: text => text === undefined ? '' : formatInstant(text, language),
    }
}
export const WordsContext = createContext<Words>(wordsOf('en'))
export const useWords = (): Words => useContext(WordsContext)

/** What was chosen in this browser; the person's own language comes after it, the browser's last. */
export function keptLanguage(): Language | undefined {
    try {
        const kept = localStorage.getItem('florin.language')
        return kept === 'nl' || kept === 'en' ? kept : undefined
    } catch { return undefined /* storage is off */ }
}
export function keepLanguage(language: Language): void {
    try { localStorage.setItem('florin.language', language) } catch { /* storage is off */ }
}
export function usualLanguage(): Language {
    return keptLanguage() ?? (navigator.language.toLowerCase().startsWith('nl') ? 'nl' : 'en')
}
/** Why an item was settled, as the ledger keeps it: a word, a word and a number ("payment run 12"), or what a person typed. */
export function because({ word }: Words, reason: string): string {
    const [, kind, number] = /^(credit note|payment run) (.+)$/.exec(reason) ?? []
    return kind ? word('reason', kind.replace(' ', '_')) + ' ' + number! : word('reason', reason)
}
