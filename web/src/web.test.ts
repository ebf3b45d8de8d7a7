/** Tests of what has no screen; run by build/test.mjs. */
import { allOf, allows, call, ways } from './api/client'
import { operations } from './api/schema'
import { digitsOf, formatAmount, formatDate, formatDecimal, formatIban, isZero, minorToText, parseAmount, sumAmounts, textToMinor } from './amount'
import { catalogue, rooms } from './text/catalogue'
import { names, ownChecks } from './text/names'
import { said } from './text/supplier'
import { wordsOf } from './text/text'

declare const SOURCES: string, OWN_CHECKS: string[], COMMANDS: string[], SUPPLIER: string
function same(got: unknown, wanted: unknown): void {
    if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
}
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).filter((p, i, all) => all.indexOf(p) === i).sort()

export const tests: Record<string, () => void | Promise<void>> = {
    'what got no answer is sent again under the same key, what got one under another': async () => {
        const before = globalThis.fetch, keys: (string | undefined)[] = [], answers = [() => { throw new TypeError('gone') }, () => new Response('{}', { status: 502 }), () => new Response('{"id":1}'), () => new Response('{"id":2}')]
        ways.csrf = 'x'
        try {
            globalThis.fetch = (async (_: unknown, given: RequestInit) => { keys.push((given.headers as Record<string, string>)['Idempotency-Key']); return answers[keys.length - 1]!() }) as typeof fetch
            for (let n = 0; n < answers.length; n++) await call('cash_decide', { line_id: 7, shares: [], differences: [], bookings: [] }).catch(() => undefined)
            if (!/^[0-9a-f]{32}$/.test(keys[0] ?? '')) throw new Error('no key')
            same([keys[1] === keys[0], keys[2] === keys[0], keys[3] === keys[0]], [true, true, false])
        } finally { globalThis.fetch = before; ways.csrf = '' }
    },
    'a list is read to its end': async () => {
        const before = globalThis.fetch, asked: string[] = []
        try {
            globalThis.fetch = (async (to: string) => { asked.push(to); return new Response(JSON.stringify(asked.length < 3 ? { items: [{ id: asked.length }], next: 'p' + asked.length } : { items: [{ id: 3 }] })) }) as unknown as typeof fetch
            same((await allOf('account_list', {})).map(a => a.id), [1, 2, 3])
            same(asked.map(a => /after=(\w+)/.exec(a)?.[1] ?? ''), ['', 'p1', 'p2'])
        } finally { globalThis.fetch = before }
    },
    'digits of a currency': () => {
        same(['EUR', 'JPY', 'KWD', undefined].map(digitsOf), [2, 0, 3, 2])
        same([minorToText(1000, digitsOf('JPY')), minorToText(12345, digitsOf('KWD')), textToMinor('12.345', 3).toString()], ['1000', '12.345', '12345'])
    },

    'every sentence in both languages, with the same places': () => {
        for (const [key, [en, nl]] of Object.entries(catalogue)) {
            if (!en || !nl) throw new Error(`${key} is empty`)
            same([key, places(nl), nl.split('|').length], [key, places(en), en.split('|').length])
        }
        for (const [group, list] of Object.entries(names)) for (const [name, pair] of Object.entries(list)) if (pair.length !== 2 || !pair[0] || !pair[1]) throw new Error(`${group}.${name}`)
    },
    'no sentence stands twice: the later would silence the other': () => {
        const keys = Object.values(rooms).flatMap(list => Object.keys(list))
        same(keys.filter((key, at) => keys.indexOf(key) !== at), [])
        same(keys.length, Object.keys(catalogue).length)
    },
    'what the audit trail names has words: the thing and what was done': () => {
        const said = names as Record<string, Record<string, unknown>>
        for (const command of COMMANDS) {
            const [noun, verb] = command.split(' ') as [string, string]
            if (!said['noun']![noun] || !said['verb']![verb]) throw new Error(`${command} has no words`)
        }
    },
    'the page of suppliers says all it has, in both languages': () => {
        for (const [key, [en, nl]] of Object.entries(said)) {
            if (!en || !nl) throw new Error(`${key} is empty`)
            same([key, places(nl), nl.split('|').length], [key, places(en), en.split('|').length])
            if (!SUPPLIER.includes(`'${key}'`)) throw new Error(`${key} is not used`)
        }
    },
    'no sentence is left that nobody says': () => {
        for (const key of Object.keys(catalogue)) if (!SOURCES.includes(`'${key}'`)) throw new Error(`${key} is not used`)
    },
    'each of our own checks stands on its page, once, with words': () => {
        same(Object.values(ownChecks).flatMap(list => Object.keys(list)).sort(), [...OWN_CHECKS].sort())
        for (const list of Object.values(ownChecks)) for (const [id, pair] of Object.entries(list)) if (pair.length !== 2 || !pair[0] || !pair[1]) throw new Error(id)
    },
    'every permission has words': () => {
        for (const [name, o] of Object.entries(operations)) {
            if (!o.needs) continue
            const [noun, verb] = o.needs.split('.') as [string, string]
            if (!(noun in names.noun) || !(verb in names.verb)) throw new Error(`${o.needs} of ${name}`)
        }
    },
    'every column and field has a label': () => {
        const shown = new Set([...SOURCES.matchAll(/filters=\{\[([^\]]*)\]|fields=\{\[([^\]]*)\]/g)].flatMap(m => [...(m[1] ?? m[2] ?? '').matchAll(/'(\w+)'/g)].map(n => n[1]!)))
        for (const field of shown) if (!(field in names.f)) throw new Error(field)
    },
    'amounts are written by the language': () => {
        same(formatDecimal('1234567.50', 'nl'), '1.234.567,50')
        same(formatDecimal('-1234567.50', 'en'), '−1,234,567.50')
        same(formatDecimal('999', 'nl'), '999')
        same(formatDecimal('nonsense', 'nl'), 'nonsense')
        same(formatAmount('9007199254740993.01', 'EUR', 'nl'), '€\u00a09.007.199.254.740.993,01')
        same(formatAmount('1000', 'JPY', 'en'), '¥\u00a01,000')
    },
    'amounts are read as people type them': () => {
        const cases: [string, string | undefined][] = [['1250', '1250.00'], ['1.250,5', '1250.50'], ['1,250.50', '1250.50'], ['1.250', '1250.00'], ['12,5', '12.50'], ['0,05', '0.05'], ['-3', '-3.00'], ['−3,10', '-3.10'], ['€ 1.000.000,00', '1000000.00'], ['1,234', '1234.00'], ['007', '7.00'], ['1.2.3,4', '123.40'], ['12,345,6', undefined], ['12.5.', undefined], ['abc', undefined], ['', undefined], ['1,2345', undefined]]
        for (const [typed, wanted] of cases) if (wanted !== undefined) same([typed, parseAmount(typed)], [typed, wanted])
        for (const typed of ['abc', '', '1,2345', '--1', '1e3']) same(parseAmount(typed), undefined)
        same(parseAmount('1000', 0), '1000')
        same(['1.250', '0.125', '1,250', '1.2505'].map(typed => parseAmount(typed, 4, 'nl')), ['1250.0000', '0.1250', '1.2500', '1.2505']) // a price
        same(['0.845', '0,845', '1.083'].map(typed => parseAmount(typed, 10)), ['0.8450000000', '0.8450000000', '1.0830000000']) // a rate
        same(['0.845', '0,5', '.500'].map(typed => parseAmount(typed)), [undefined, '0.50', undefined])
        same(['1.250', '1,250'].map(typed => parseAmount(typed, 4, 'en')), ['1.2500', '1250.0000'])
        same([sumAmounts(['1.125', '2']), sumAmounts([])], ['3.125', '0.00'])
    },
    'minor units are exact': () => {
        same(minorToText(-5), '-0.05')
        same(minorToText(9007199254740991), '90071992547409.91')
        same(textToMinor('-90071992547409.93').toString(), '-9007199254740993')
        same(sumAmounts(['0.10', '0.20', '-0.30']), '0.00')
        same([isZero('0.00'), isZero('-0'), isZero('0.01'), isZero('')], [true, true, false, true])
    },
    'days and IBANs': () => {
        same(formatDate('2025-01-31', 'nl').replace('.', ''), '31 jan 2025')
        same(formatDate('2025-01-31', 'en'), '31 Jan 2025')
        same(formatIban('NL91ABNA0417164300'), 'NL91 ABNA 0417 1643 00')
    },
    'one and many': () => {
        same(wordsOf('en').t('days', { count: 1 }), '1 day')
        same(wordsOf('nl').t('days', { count: 3 }), '3 dagen')
        same(wordsOf('nl').t('days', { count: 12345 }), '12.345 dagen')
        same(wordsOf('en').t('days', { count: 12345 }), '12,345 days')
        same(wordsOf('nl').t('run_title', { what: 12345 }), 'Betaalrun 12345')
        same(wordsOf('nl').t('rest_on_account', { what: wordsOf('nl').amount('1230.00', 'EUR') }).includes('€\u00a01.230,00'), true)
        const raw = /t\('\w+', \{[^}]*\w+: (minorToText|sumAmounts)\(/.exec(SOURCES)
        if (raw) throw new Error('an amount as the wire has it stands in a sentence: ' + raw[0])
        same(wordsOf('nl').word('state', 'approved'), 'Goedgekeurd')
        same(wordsOf('nl').word('state', 'no_such'), 'no such')
    },
    'roles allow what the server allows': () => {
        same([allows('*', 'bill.read'), allows('*.read', 'bill.read'), allows('*.read', 'bill.enter'), allows('bill.* !bill.approve', 'bill.enter'), allows('bill.* !bill.approve', 'bill.approve'), allows('', 'bill.read')], [true, true, false, true, false, false])
    },
}
