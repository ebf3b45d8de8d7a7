// Reports, search and what others change: every report opened, drilled and taken away as a file; a second person's change seen; 390 px;
// both languages; axe on every page.
import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { demoBooks, expect, finish, hears, house, noSideways, open, same, settled, shot, signIn as enter, test, totp, violations } from './lib.mjs'

const { data, signIn: who } = demoBooks('--quick')
const { base } = await house({ data })
const person = email => { const part = who.slice(who.indexOf(email)); return { email, word: /password\s+(\S+)/.exec(part)[1], secret: /secret\s+(\S+)/.exec(part)[1] } }
const anneke = person('anneke@waterland.example'), daan = person('daan@waterland.example')
const page = await open()
const reports = ['/reports', '/reports/ageing?side=receivables', '/reports/ageing?side=payables&as_of=2026-01-31', '/reports/open-items', '/reports/dso', '/reports/trends', '/reports/paid', '/reports/cash', '/reports/cash?week=1', '/reports/vat', '/reports/icp', '/reports/card?account=1300', '/reports/balance-sheet', '/reports/profit', '/ledger/balance', '/ledger/entries', '/items', '/ledger/accounts']
const ready = async () => {
    await page.locator('h1').first().waitFor()
    await settled(page)
}
// The bytes of one file of a ZIP, by its central directory.
function unzipped(bytes, name) {
    for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')) {
        const length = bytes.readUInt16LE(at + 28), from = bytes.readUInt32LE(at + 42)
        if (bytes.toString('utf8', at + 46, at + 46 + length) !== name) continue
        const start = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28), packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20))
        return (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString('utf8')
    }
    throw new Error(name + ' is not in the file')
}
const cents = text => { const t = text.replace(/[^\d−-]/g, '').replace('−', '-'); return BigInt(t || '0') }

await test('home: what waits, most pressing first, opens its list', async () => {
    await enter(base, page, anneke.email, totp(anneke.secret), anneke.word)
    await ready()
    await page.locator('.todo a').first().waitFor()
    await page.locator('.chart a.point').first().waitFor()
    await violations(page, 'home')
    await shot(page, 'figures-home')
    const card = page.locator('.todo a').first(), count = await card.locator('.big').innerText()
    await card.click()
    await ready()
    expect(page.url() !== base + '/' && Number.parseInt(count) > 0, 'a card opens its list')
})
await test('every report opens, in Dutch, without a violation', async () => {
    for (const place of reports) {
        await page.goto(base + place)
        await ready()
        expect(await page.locator('.problem[role=alert]').count() === 0, 'a problem on ' + place)
        const text = await page.locator('main').innerText()
        expect(!/\b(Customers|Suppliers|Nothing|Reports|Print|Balance sheet|Ledger card)\b/.test(text), 'English on ' + place)
        await violations(page, place)
        await shot(page, 'figures' + place.replace(/\W+/g, '-'))
    }
})
await test('the ageing is its parties, its items, and the control account', async () => {
    await page.goto(base + '/reports/ageing?side=receivables')
    await ready()
    const total = cents(await page.locator('.buckets tfoot td').last().innerText()), rows = await page.locator('.buckets tbody tr td:last-child').allInnerTexts()
    expect(total > 0n, 'something is open')
    same(String(total), String(rows.reduce((sum, r) => sum + cents(r), 0n)), 'parties')
    await page.goto(base + '/ledger/balance')
    await ready()
    const control = page.locator('tr', { hasText: 'Debiteuren' }).first()
    same(String(total), String(cents(await control.locator('td').last().innerText())), 'control account')
    await page.goto(base + '/reports/ageing?side=receivables')
    await ready()
    await page.locator('.buckets tbody tr td:last-child a').first().click()
    await ready()
    expect(/\/items\?/.test(page.url()) && await page.locator('.list tbody tr').count() > 0, 'items of a customer')
    await page.locator('.list tbody tr a').first().click()
    await ready()
    expect(/\/items\/\d+/.test(page.url()), 'an item')
})
await test('a point of the cash line opens its items, by keyboard too, and they add up', async () => {
    await page.goto(base + '/reports/cash')
    await ready()
    await page.locator('.chart a.point').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/week=1/)
    await ready()
    const lines = await page.locator('.after tbody tr td:last-child').allInnerTexts(), [into, out] = (await page.locator('.after tfoot td:last-child').allInnerTexts()).map(cents)
    expect(lines.length > 0, 'items of the week')
    same(String(into - out), String(lines.reduce((sum, l) => sum + cents(l), 0n)), 'the week')
})
await test('the ledger card leads to the document', async () => {
    await page.goto(base + '/reports/card?account=8000')
    await ready()
    await page.locator('tbody a', { hasText: 'Factuur' }).first().click()
    await page.waitForURL(/\/invoices\/\d+/)
})
await test('a VAT code opens its entries', async () => {
    await page.goto(base + '/reports/vat?from_on=2020-01-01&to_on=2030-12-31')
    await ready()
    await page.locator('.two a', { hasText: /^21$/ }).click()
    await page.locator('.list tbody tr').first().waitFor()
})
await test('lists and reports leave as spreadsheet and CSV', async () => {
    for (const place of ['/invoices', '/reports/ageing?side=receivables', '/ledger/balance', '/items']) {
        await page.goto(base + place)
        await ready()
        const [file] = await Promise.all([page.waitForEvent('download'), page.locator('.ways a').first().click()])
        expect(file.suggestedFilename().endsWith('.xlsx'), 'a spreadsheet of ' + place)
        const sheet = unzipped(readFileSync(await file.path()), 'xl/worksheets/sheet1.xml')
        expect((sheet.match(/<row /g) ?? []).length > 1, 'rows of ' + place)
        expect(/<v>-?\d+(\.\d+)?<\/v>/.test(sheet) && !/<f>/.test(sheet), 'numbers and no formula in ' + place)
        const [csv] = await Promise.all([page.waitForEvent('download'), page.locator('.ways a.csv').first().click()])
        expect(readFileSync(await csv.path(), 'utf8').split('\r\n').length > 2, 'CSV of ' + place)
    }
})
await test('a report prints on the width of a page with its heads repeated', async () => {
    await page.goto(base + '/reports/ageing?side=receivables')
    await ready()
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 700, height: 1000 })
    same([false, true, 'table-header-group'], await page.evaluate(() => [document.querySelector('.side').checkVisibility(), document.querySelector('.print-head').checkVisibility(), getComputedStyle(document.querySelector('.buckets thead')).display]), 'paper')
    await noSideways(page, 'paper')
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true })
    expect(pdf.length > 5000, 'paper')
    await shot(page, 'figures-paper')
    await page.emulateMedia({ media: 'screen' })
    await page.setViewportSize({ width: 1440, height: 900 })
})
await test('search finds by number, name, amount and IBAN; / goes there', async () => {
    const read = async path => (await (await page.request.get(base + '/api/v1' + path)).json()).items
    const invoice = (await read('/invoices?state=final&limit=1'))[0], line = (await read('/bank-lines?limit=50')).find(l => l.iban)
    await page.goto(base + '/reports')
    await ready()
    await page.keyboard.press('/')
    await page.keyboard.type(invoice.number)
    await page.keyboard.press('Enter')
    await page.locator(`a[href="/invoices/${invoice.id}"]`).waitFor()
    await violations(page, 'search')
    await shot(page, 'figures-search')
    const [whole, rest] = invoice.total.split('.')
    for (const q of [invoice.customer_name, invoice.total, whole.replace(/\B(?=(\d{3})+$)/g, '.') + ',' + rest]) {
        await page.goto(base + '/search?q=' + encodeURIComponent(q))
        await page.locator('.hits a').first().waitFor()
        await ready()
    }
    await page.goto(base + '/search?q=' + encodeURIComponent(line.iban.replace(/(.{4})/g, '$1 ')))
    await page.locator('.hits a[href^="/bank/lines/"]').first().waitFor()
    await page.goto(base + '/search?q=zzqqzz')
    await page.getByText('Niets gevonden').waitFor()
})
await test('what somebody else does shows by itself, and says who while one edits', async () => {
    const other = await open('en-GB')
    await enter(base, other, daan.email, totp(daan.secret), daan.word)
    const party = (await (await page.request.get(base + '/api/v1/parties?limit=1&is_customer=true')).json()).items[0]
    await other.goto(base + '/parties/' + party.id)
    await other.getByRole('heading', { name: party.name }).first().waitFor()
    await hears(other)
    await page.goto(base + `/parties/${party.id}/change`)
    await page.getByLabel('Naam *', { exact: true }).fill('Anders Genoemd B.V.')
    await page.getByRole('button', { name: 'Bewaren' }).click()
    await other.getByRole('heading', { name: 'Anders Genoemd B.V.' }).first().waitFor()
    await other.goto(base + `/parties/${party.id}/change`)
    await other.getByLabel('Phone').fill('020 123')
    await hears(other)
    await page.goto(base + `/parties/${party.id}/change`)
    await page.getByLabel('Telefoon').fill('030 456')
    await page.getByRole('button', { name: 'Bewaren' }).click()
    await other.getByText('Anneke de Vries changed this').waitFor()
    same('020 123', await other.getByLabel('Phone').inputValue(), 'what was typed')
    await violations(other, 'somebody else changed it')
    await other.context().close()
})
await test('on a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    for (const place of ['/', ...reports, '/search?q=2026']) {
        await page.goto(base + place)
        await ready()
        await noSideways(page, place)
        await shot(page, 'figures-narrow' + place.replace(/\W+/g, '-'))
    }
    await page.setViewportSize({ width: 1440, height: 900 })
})
await test('in English and in the dark', async () => {
    await page.getByRole('button', { name: 'English' }).first().click()
    await page.emulateMedia({ colorScheme: 'dark' })
    for (const place of ['/', '/reports', '/reports/dso', '/reports/cash', '/reports/vat', '/reports/balance-sheet', '/reports/ageing']) {
        await page.goto(base + place)
        await ready()
        const text = await page.locator('main').innerText()
        expect(!/\b(Klanten|Rapporten|Wij zijn|Niets|Afdrukken|dagen|Schulden)\b/.test(text), 'Dutch on ' + place)
        await violations(page, 'dark ' + place)
        await shot(page, 'figures-dark' + place.replace(/\W+/g, '-'))
    }
    same([], page.trouble, 'trouble')
})
await finish()
