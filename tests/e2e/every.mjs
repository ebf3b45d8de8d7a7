// Every page there is, on the demo company: both languages, light and dark, wide and narrow; axe, nothing sideways, no word of the other
// language, a picture of each. The pages are those of web/src/app/app.tsx: one that is added and not shown here fails. In two files, so that each
// is done within its time: every.mjs (Dutch, light, wide; what goes wrong) and narrow.mjs (English, dark, 390 px; dialogs).
import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { demoBooks, expect, house, finish, noSideways, open, settled, shot, signIn, test, totp, violations, becomes } from './lib.mjs'

const narrow = basename(process.argv[1]) === 'narrow.mjs'
const { data, signIn: who } = demoBooks('--quick')
const { base } = await house({ data })
const [, email, word, secret] = /e-mail\s+(\S+)\s+password\s+(\S+)\s+secret\s+(\S+)/.exec(who)
const page = await open()
await signIn(base, page, email, totp(secret), word)
const get = path => page.evaluate(async path => (await fetch('/api/v1' + path)).json(), path)
const first = async path => { const row = (await get(path + (path.includes('?') ? '&' : '?') + 'limit=1')).items?.[0]; expect(row, 'nothing in ' + path); return row.id }
const csrf = (await get('/session')).csrf
const post = (path, body) => page.evaluate(async ([path, body, csrf]) => { const r = await fetch('/api/v1' + path, { method: 'POST', headers: { 'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json', 'x-florin-csrf': csrf }, body: typeof body === 'string' ? body : JSON.stringify(body) }); return r.json() }, [path, body, csrf])

// What the demo company has none of, so that every page has something to show.
const customer = await first('/parties?is_customer=true'), supplier = await first('/parties?is_supplier=true')
const draft = (await post('/invoices', { party_id: customer, lines: [{ description: 'Onderhoud', price: '120.00', vat_code: '21', quantity: '1' }] })).invoice.id
const moved = (await post('/imports?file_name=klanten.csv&kind=customers', 'naam;plaats\nNieuwe Klant B.V.;Breda\n')).file.id
const entered = (await post('/bills', { party_id: supplier, number: 'EVERY-1', issued_on: '2026-01-05', due_on: '2026-02-05', lines: [{ description: 'Gereedschap', net: '100.00', vat: '21.00' }] })).id
await post('/exchange-rates', { currency: 'USD', valid_on: '2026-01-05', rate: '0.9221', source: 'ECB' })
const bill = await first('/bills?state=approved'), run = await first('/payment-runs')
const places = {
    '/': ['/'], '/bills': ['/bills'], '/bills/new': ['/bills/new'], '/bills/:/change': [`/bills/${entered}/change`], '/payments': ['/payments', '/payments?show=due'], '/payments/new': ['/payments/new'], '/payments/:': ['/payments/' + run],
    '/invoices': ['/invoices'], '/invoices/new': ['/invoices/new'], '/invoices/:/change': [`/invoices/${draft}/change`], '/invoices/:': ['/invoices/' + draft, '/invoices/' + await first('/invoices?state=final')], '/bills/:': ['/bills/' + entered, '/bills/' + bill],
    '/reports': ['/reports'], '/reports/ageing': ['/reports/ageing?side=receivables', '/reports/ageing?side=payables'], '/reports/open-items': ['/reports/open-items'], '/reports/dso': ['/reports/dso'], '/reports/trends': ['/reports/trends'], '/reports/paid': ['/reports/paid'], '/reports/cash': ['/reports/cash'], '/reports/vat': ['/reports/vat'], '/reports/icp': ['/reports/icp'], '/reports/card': ['/reports/card', '/reports/card?account=1300'], '/reports/profit': ['/reports/profit'], '/reports/balance-sheet': ['/reports/balance-sheet'],
    '/bank/queue': ['/bank/queue'], '/bank/batches': ['/bank/batches'], '/bank/decisions': ['/bank/decisions'], '/bank/statements': ['/bank/statements'], '/bank/statements/:': ['/bank/statements/' + await first('/statements')], '/bank/notices': ['/bank/notices'], '/bank/lines': ['/bank/lines'], '/bank/lines/:': ['/bank/lines/' + await first('/bank-lines')],
    '/parties': ['/parties'], '/parties/new': ['/parties/new'], '/parties/:/change': [`/parties/${supplier}/change`], '/parties/:/merge': [`/parties/${supplier}/merge`], '/parties/:': ['/parties/' + supplier, '/parties/' + customer], '/items': ['/items', '/items?rest.ne=0'], '/items/:': ['/items/' + await first('/items')],
    '/ledger/entries': ['/ledger/entries'], '/ledger/entries/:': ['/ledger/entries/' + await first('/entries')], '/ledger/accounts': ['/ledger/accounts'], '/ledger/balance': ['/ledger/balance'], '/documents': ['/documents'], '/search': ['/search?q=2026', '/search?q=qqqqqq'],
    '/settings/style': ['/settings/style'], '/settings/checks': ['/settings/checks'], '/settings/invoices': ['/settings/invoices'], '/settings/rates': ['/settings/rates'], '/settings/vat': ['/settings/vat'], '/settings/company': ['/settings/company'], '/settings/bank-accounts': ['/settings/bank-accounts'], '/settings/cash': ['/settings/cash'], '/settings/users': ['/settings/users'], '/settings/roles': ['/settings/roles'], '/settings/periods': ['/settings/periods'], '/settings/tokens': ['/settings/tokens'], '/settings/audit': ['/settings/audit'], '/settings/import': ['/settings/import'], '/settings/import/:': ['/settings/import/' + moved], '/settings/mail': ['/settings/mail'], '/settings/outbox': ['/settings/outbox'], '/me': ['/me'],
}
// Sentences that only one of the two languages has: [English, Dutch] pairs of the catalogue, without places.
const pairs = readdirSync('web/src/text').filter(f => f.endsWith('.ts')).flatMap(f => [...readFileSync('web/src/text/' + f, 'utf8').matchAll(/\[(['"])((?:\\.|(?!\1).)*)\1, (['"])((?:\\.|(?!\3).)*)\3\]/g)].map(m => [m[2], m[4]].map(s => s.replace(/\\(.)/g, '$1'))))
const plain = list => new Set(list.flatMap(s => s.split('|')).filter(s => s.length > 3 && !s.includes('{')))
const english = plain(pairs.map(p => p[0])), dutch = plain(pairs.map(p => p[1]))
const only = { nl: [...english].filter(s => !dutch.has(s)), en: [...dutch].filter(s => !english.has(s)) }
// Names that people gave are of no language: of accounts, VAT codes, roles and statements.
const foreign = strings => page.evaluate(strings => {
    const wrong = new Set(strings), seen = []
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node; node = walk.nextNode()) if (!node.parentElement.closest('script, style, svg title, [lang], td, option, iframe, .preview') && wrong.has(node.data.trim())) seen.push(node.data.trim())
    for (const e of document.querySelectorAll('[aria-label], [placeholder], [title]')) for (const a of ['aria-label', 'placeholder', 'title']) if (wrong.has(e.getAttribute(a))) seen.push(a + ' ' + e.getAttribute(a))
    return seen
}, strings)
const raw = () => page.evaluate(() => [...document.querySelectorAll('main th, main dt, main label, main h1, main h2, main .badge, main button, main legend')].map(e => e.innerText.trim()).filter(s => /^[a-z]+(_[a-z]+)+$/.test(s)))
async function look(place, name, language, wrong) {
    await page.goto(base + place)
    await page.locator('h1').first().waitFor()
    await settled(page)
    const say = what => wrong.push(`${place} ${name}: ${what}`)
    if (await page.getAttribute('html', 'lang') !== language) say('another language')
    if (await page.locator('[role=alert]').count()) say(await page.locator('[role=alert]').first().innerText())
    for (const strange of [...await foreign(only[language]), ...await raw()]) say('not in its language: ' + strange)
    await violations(page, place).catch(error => say(error.message))
    await noSideways(page, place).catch(error => say(error.message))
    await shot(page, `every-${name}${place.replace(/\d{6,}/g, 'x').replace(/\W+/g, '-')}`)
}
const inLanguage = language => page.evaluate(l => localStorage.setItem('florin.language', l), language)

await test('each page of the application is looked at here', async () => {
    const routes = [...readFileSync('web/src/app/app.tsx', 'utf8').matchAll(/\[\/\^(.*?)\$\/, page/g)].map(m => m[1].replaceAll('\\/', '/').replaceAll('(\\d+)', ':'))
    expect(routes.length > 50, 'the routes are read: ' + routes.length)
    for (const route of routes) expect(places[route], route + ' is not looked at')
    for (const route of Object.keys(places)) expect(routes.includes(route), route + ' is gone')
})
for (const [language, scheme, width, height] of [narrow ? ['en', 'dark', 390, 844] : ['nl', 'light', 1440, 900]]) await test(`every page: ${language}, ${scheme}, ${width} wide`, async () => {
    const wrong = []
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: scheme })
    await inLanguage(language)
    for (const place of narrow ? Object.values(places).map(p => p[0]) : Object.values(places).flat()) await look(place, `${language}-${width}`, language, wrong)
    expect(wrong.length === 0, wrong.join('\n        '))
})
if (narrow) await test('every dialog, opened and with its refusals: axe', async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await inLanguage('nl')
    const wrong = [], dialogs = [['/settings/rates', 'Koers invoeren', 'Bewaren'], ['/settings/users', 'Iemand uitnodigen', 'Uitnodigen'], ['/settings/tokens', 'Nieuwe sleutel'], ['/settings/vat', 'Nieuwe btw-code', 'Bewaren'], ['/ledger/accounts', 'Nieuwe rekening', 'Bewaren'], ['/settings/bank-accounts', 'Nieuwe bankrekening', 'Bewaren'], ['/settings/roles', 'Nieuwe rol'], ['/ledger/entries', 'Memoriaalboeking', 'Boeken'], ['/settings/outbox', 'Testmail versturen'],
        ['/parties/' + supplier, 'Voorstellen', 'Voorstellen'], ['/parties/' + supplier, 'Link geven'], ['/bills/' + bill, 'Heropenen', 'Heropenen'], ['/invoices/' + draft, 'Definitief maken'], ['/bills', 'Toetsen']]
    for (const [place, name, submit] of dialogs) {
        await page.goto(base + place)
        await page.locator('h1').first().waitFor()
        await settled(page)
        const button = page.getByRole('button', { name }).first()
        if (!await button.count()) { wrong.push(`${place} has no button ${name}`); continue }
        await button.click()
        const dialog = page.getByRole('dialog').first()
        await dialog.waitFor().catch(() => wrong.push(`${place}: ${name} opens no dialog`))
        await settled(page)
        await violations(page, `${place} ${name}`).catch(error => wrong.push(error.message))
        for (const strange of await foreign(only.nl)) wrong.push(`${place} ${name}: not in its language: ${strange}`)
        await shot(page, 'every-dialog-' + name.replace(/\W+/g, '-'))
        if (submit) {
            await dialog.getByRole('button', { name: submit, exact: true }).last().click()
            await dialog.locator('.why, [role=alert], [aria-invalid]').first().waitFor().catch(() => wrong.push(`${place}: ${name}, sent empty, says nothing`))
            await violations(page, `${place} ${name}, refused`).catch(error => wrong.push(error.message))
            await shot(page, 'every-refused-' + name.replace(/\W+/g, '-'))
        }
    }
    expect(wrong.length === 0, wrong.join('\n        '))
})
if (!narrow) await test('what is not there, and a server that does not answer, are said with a heading and a way on', async () => {
    const wrong = []
    for (const place of ['/nowhere', '/bills/1', '/invoices/1', '/parties/1', '/payments/1', '/items/1', '/ledger/entries/1', '/bank/statements/1', '/bank/lines/1', '/settings/import/1', '/bills/1/change', '/invoices/1/change', '/parties/1/change', '/parties/1/merge']) {
        await page.goto(base + place)
        await settled(page)
        await page.locator('main h1').first().waitFor({ timeout: 5000 }).catch(() => wrong.push(place + ' has no heading'))
        await violations(page, place).catch(error => wrong.push(error.message))
        await noSideways(page, place).catch(error => wrong.push(error.message))
    }
    await shot(page, 'every-missing')
    await page.goto(base + '/bills')
    await settled(page)
    await page.route('**/api/v1/parties**', route => route.abort())
    await page.getByRole('link', { name: 'Relaties' }).first().click()
    await page.getByRole('alert').first().waitFor()
    await violations(page, 'offline').catch(error => wrong.push(error.message))
    await shot(page, 'every-offline')
    await page.unroute('**/api/v1/parties**')
    await page.getByRole('button', { name: 'Probeer opnieuw' }).click()
    await becomes(() => page.getByRole('alert').count(), 0, 'it goes on')
    expect(wrong.length === 0, wrong.join('\n        '))
})
if (!narrow) await test('the ledger card finds what is further down than its first page, with the balance it has there', async () => {
    const whole = await get('/reports/ledger-card?account=1300&from_on=2020-01-01&to_on=2030-12-31&limit=100000'), last = whole.lines.at(-1)
    await page.goto(base + '/reports/card?account=1300&from_on=2020-01-01&to_on=2030-12-31')
    await settled(page)
    await page.getByLabel('Zoek op deze rekening').fill(String(last.number))
    await page.waitForURL(/find=/)
    await settled(page)
    await page.locator(`tbody a[href="/ledger/entries/${last.entry_id}"]`).first().waitFor()
    const shown = await get(`/reports/ledger-card?account=1300&from_on=2020-01-01&to_on=2030-12-31&find=${last.number}`)
    expect(shown.lines.some(l => l.entry_id === last.entry_id && l.line_no === last.line_no && l.balance === last.balance), 'the balance behind it')
    await page.getByLabel('Zoek op deze rekening').fill('wat er niet staat')
    await page.getByText('Niets gevonden').waitFor()
})
await test('nothing broke and no policy was broken', async () => { expect(page.trouble.length === 0, page.trouble.join('\n')) })
await finish()
