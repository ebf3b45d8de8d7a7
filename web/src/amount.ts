/** Amounts are decimal strings from end to end. Nothing here makes a floating number of one. */
export type Language = 'nl' | 'en'

const symbols: Record<string, string> = { EUR: '€', USD: '$', GBP: '£', CHF: 'CHF', SEK: 'SEK', DKK: 'DKK', NOK: 'NOK', PLN: 'PLN', JPY: '¥' }

/** "-1234567.50" → "-1.234.567,50" (nl) or "-1,234,567.50" (en). What is no decimal comes back as it is. */
export function formatDecimal(text: string, language: Language): string {
    const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
    if (!parts) return text
    const [, sign, whole, rest] = parts
    const group = language === 'nl' ? '.' : ',', point = language === 'nl' ? ',' : '.'
    const grouped = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, group)
    return (sign ? '−' : '') + grouped + (rest ? point + rest : '')
}

export function formatAmount(text: string, currency: string | undefined, language: Language): string {
    const number = formatDecimal(text, language)
    if (!currency) return number
    const symbol = (symbols[currency] ?? currency) + '\u00a0'
    return number.startsWith('−') ? '−' + symbol + number.slice(1) : symbol + number
}

/** What a person types: "1.250,5", "1,250.50", "1250" → "1250.50"; undefined when it is no amount. `language`: where three digits may stand behind
 *  the point too, "1.250" is a thousand and more for who groups by points, and "1,250" for who groups by commas. */
export function parseAmount(typed: string, digits = 2, language?: Language): string | undefined {
    const text = typed.replace(/[\s€$£\u00a0]/g, '').replace(/^−/, '-')
    const parts = /^(-?)([\d.,']*)$/.exec(text)
    if (!parts || !/\d/.test(text)) return undefined
    const last = Math.max(text.lastIndexOf(','), text.lastIndexOf('.'))
    let whole = text, rest = ''
    if (last >= 0) {
        const behind = text.length - last - 1, mark = text[last], once = text.split(mark!).length === 2
        const other = text.includes(mark === ',' ? '.' : ',')
        const before = text.slice(0, last), groups = mark === (language === 'nl' ? '.' : language && ',') && /^-?[1-9]\d{0,2}$/.test(before)
        if (behind === 3 && !other && (digits < 3 && !/^-?0?$/.test(before) || groups) || !once) whole = text // thousands
        else [whole, rest] = [text.slice(0, last), text.slice(last + 1)]
    }
    whole = whole.replace(/[.,']/g, '').replace(/^-/, '').replace(/^0+(?=\d)/, '') || '0'
    if (!/^\d*$/.test(rest) || rest.length > digits) return undefined
    return parts[1] + whole + (digits ? '.' + rest.padEnd(digits, '0') : '')
}

/** Digits behind the point in ISO 4217, as the server counts them. */
export function digitsOf(currency: string | undefined): number {
    if (/^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|XAF|XOF|XPF)$/.test(currency ?? '')) return 0
    return /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/.test(currency ?? '') ? 3 : 2
}

/** Minor units (an exact whole number) → "12.50". */
export function minorToText(minor: number | bigint, digits = 2): string {
    const value = BigInt(minor), sign = value < 0n ? '-' : '', text = (value < 0n ? -value : value).toString().padStart(digits + 1, '0')
    return digits ? sign + text.slice(0, -digits) + '.' + text.slice(-digits) : sign + text
}

/** "12.50" → 1250n, for adding up and for the height of a bar; exact. */
export function textToMinor(text: string, digits = 2): bigint {
    const parts = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text)
    if (!parts) return 0n
    const value = BigInt(parts[2]! + (parts[3] ?? '').padEnd(digits, '0').slice(0, digits))
    return parts[1] ? -value : value
}

export function sumAmounts(texts: string[], digits = texts.reduce((most, text) => Math.max(most, text.split('.')[1]?.length ?? 0), 2)): string {
    return minorToText(texts.reduce((sum, text) => sum + textToMinor(text, digits), 0n), digits)
}
export const isNegative = (text: string): boolean => text.startsWith('-')
export const isZero = (text: string): boolean => /^-?0*(\.0*)?$/.test(text)

/** "2025-01-31" → "31 jan 2025". */
export function formatDate(text: string, language: Language): string {
    const parts = /^(\d{4})-(\d\d)-(\d\d)/.exec(text)
    if (!parts) return text
    const day = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])))
    return new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(day)
}
/** "2025-01-31" → "jan 2025". */
export function formatMonth(text: string, language: Language): string {
    const day = new Date(text.slice(0, 10) + 'T00:00:00Z')
    return Number.isNaN(day.getTime()) ? text : new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(day)
}
export function formatInstant(text: string, language: Language): string {
    const at = new Date(text)
    if (Number.isNaN(at.getTime())) return text
    return new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }).format(at)
}
/** NL91ABNA0417164300 → NL91 ABNA 0417 1643 00 */
export const formatIban = (iban: string): string => iban.replace(/(.{4})(?=.)/g, '$1 ')

/** The value of a decimal text and how many digits stand behind its point. */
function exact(text: string): [bigint, number] {
    const parts = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text.trim())
    if (!parts || !/\d/.test(text)) return [0n, 0]
    const behind = parts[3] ?? '', value = BigInt((parts[2] || '0') + behind)
    return [parts[1] ? -value : value, behind.length]
}
/** Rounded to `digits`, halves away from zero: as the server counts. */
function rounded(value: bigint, scale: number, digits: number): bigint {
    if (scale <= digits) return value * 10n ** BigInt(digits - scale)
    const by = 10n ** BigInt(scale - digits), size = value < 0n ? -value : value, up = (size + by / 2n) / by
    return value < 0n ? -up : up
}
/** What a line comes to: price times quantity, less a discount in percent; each rounded as the server does. */
export function lineNet(quantity: string, price: string, discount: string, digits = 2): string {
    const [q, qs] = exact(quantity), [p, ps] = exact(price), [d, ds] = exact(discount)
    const gross = rounded(q * p, qs + ps, digits), off = rounded(gross * d, digits + ds + 2, digits)
    return minorToText(gross - off, digits)
}
/** VAT over a net amount. */
export function vatOf(net: string, rate: string, digits = 2): string {
    const [n, ns] = exact(net), [r, rs] = exact(rate)
    return minorToText(rounded(n * r, ns + rs + 2, digits), digits)
}
