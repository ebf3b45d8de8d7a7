// One person and two companies; two people and one bill; many pages one after the other, and what others do shows all the same.
import { becomes, day, expect, finish, hears, house, open, same, settled, shot, signIn, test, violations } from './lib.mjs'

const { base, company, florin, client } = await house({ people: [] })
const other = florin('company', 'add', '--name', 'Tweede Zaak B.V.', '--country', 'NL', '--currency', 'EUR', '--language', 'nl')
const word = 'Correct-Horse-9-Battery', user = (email, name, role, of) => florin('user', 'add', '--email', email, '--name', name, '--role', role, '--password', word, '--company', String(of))
for (const of of [company.id, other.id]) user('anna@florin.test', 'Anna de Vries', 'administrator', of)
user('klaar@florin.test', 'Klaar Mulder', 'payables clerk', company.id)
user('coen@florin.test', 'Coen Bos', 'payables clerk', company.id)
const anna = client(), klaar = client(), coen = client()
await anna.signIn('anna@florin.test')
const { codes } = await anna.enrol()
const within = (id, path, body) => anna.call(body ? 'POST' : 'GET', path, body, { 'x-florin-company': String(id) }).then(r => { expect(r.status === 200, `${path} of ${id}: ${r.status} ${JSON.stringify(r.body).slice(0, 200)}`); return r.body })
const made = {}
for (const [id, name] of [[company.id, 'Alfa Eerste B.V.'], [other.id, 'Omega Tweede B.V.']]) {
    const party = await within(id, '/parties', { name, is_supplier: true, is_customer: true, country: 'NL' }), cost = (await within(id, '/accounts?number=4300')).items[0].id
    const vat = (await within(id, '/vat-codes?code=i21')).items[0].id
    made[id] = { party, cost, bill: await within(id, '/bills', { party_id: party.id, number: id === company.id ? 'EEN-1' : 'TWEE-1', issued_on: day(-2), due_on: day(28), lines: [{ description: 'Gereedschap', net: '100.00', account_id: cost, vat_code_id: vat }] }) }
}
const here = made[company.id], there = made[other.id]
const page = await open()
await signIn(base, page, 'anna@florin.test', codes.pop())
const chosen = page.locator('label.company select')

await test('company switch: each shows its own, and never the other\'s, by list, by search and by address', async () => {
    await chosen.selectOption(String(company.id))
    await becomes(() => chosen.inputValue(), String(company.id), 'the first company')
    const look = async (mine, theirs, foreign) => {
        await page.goto(base + '/bills')
        await page.getByText(mine[1]).first().waitFor()
        await page.goto(base + '/parties')
        await page.getByText(mine[0]).first().waitFor()
        await settled(page)
        same(0, await page.getByText(theirs[0]).count(), theirs[0] + ' among the parties')
        await page.goto(base + '/search?q=' + encodeURIComponent(theirs[1]))
        await settled(page)
        same(0, await page.locator('main').getByText(theirs[0]).count(), 'found by search')
        for (const place of ['/bills/' + foreign.bill.id, `/bills/${foreign.bill.id}/change`, '/parties/' + foreign.party.id]) { // a deep link into the other company
            await page.goto(base + place)
            await page.locator('main h1').first().waitFor()
            await settled(page)
            const text = await page.locator('main').innerText()
            expect(theirs.every(t => !text.includes(t)), `${place} shows of the other company: ${text.slice(0, 200)}`)
        }
        await violations(page, 'a deep link into another company')
    }
    await look(['Alfa Eerste', 'EEN-1'], ['Omega Tweede', 'TWEE-1'], there)
    await shot(page, 'together-foreign')
    await chosen.selectOption(String(other.id))
    await page.waitForURL(base + '/')
    await becomes(() => chosen.inputValue(), String(other.id), 'the second company')
    await look(['Omega Tweede', 'TWEE-1'], ['Alfa Eerste', 'EEN-1'], here)
})
await test('another tab that chooses other books takes this one along, and no request of a tab is answered out of other books', async () => {
    await page.goto(base + '/bills')
    await page.getByText('TWEE-1').first().waitFor()
    const second = await page.context().newPage(), asked = []
    page.on('response', reply => { if (/\/api\/v1\/bills\?/.test(reply.url())) asked.push(reply.text().catch(() => '')) })
    await second.goto(base + '/parties')
    await second.getByText('Omega Tweede').first().waitFor()
    await second.locator('label.company select').selectOption(String(company.id))
    await page.waitForURL(base + '/')
    await becomes(() => chosen.inputValue(), String(company.id), 'the first tab follows')
    expect((await Promise.all(asked)).every(t => !t.includes('EEN-1')), 'the page of the second company was given the first one\'s bills')
    await page.goto(base + '/bills')
    await page.getByText('EEN-1').first().waitFor()
    same(0, await page.getByText('TWEE-1').count(), 'of the other')
    await second.close()
})
await test('after two dozen quick page loads, of which none was waited for, what a colleague does still shows by itself', async () => {
    await klaar.signIn('klaar@florin.test')
    const places = ['/bills', '/parties', '/invoices', '/', '/bank/lines', '/payments']
    for (let i = 0; i < 24; i++) await page.goto(base + places[i % places.length], { waitUntil: 'commit' })
    await page.goto(base + '/parties')
    await page.getByText('Alfa Eerste').first().waitFor()
    await settled(page)
    await hears(page)
    for (const n of [1, 2, 3]) { // and goes on showing
        await klaar.ok('POST', '/parties', { name: `Vanzelf ${n} B.V.`, is_supplier: true, country: 'NL' })
        await page.getByText(`Vanzelf ${n} B.V.`).first().waitFor()
    }
})
await test('two clerks code one bill at once: the second is told by whom, kindly, and loses nothing', async () => {
    await coen.signIn('coen@florin.test')
    const wide = await open()
    await signIn(base, wide, 'klaar@florin.test')
    const bill = await klaar.ok('POST', '/bills', { party_id: here.party.id, number: 'SAMEN-1', issued_on: day(-1), due_on: day(20), lines: [{ description: 'Huur', net: '500.00' }, { description: 'Stroom', net: '50.00' }] })
    const pick = async (line, number) => {
        const box = wide.getByRole('combobox', { name: 'Rekening van regel ' + line })
        await box.click()
        await box.fill(number)
        await wide.getByRole('option', { name: new RegExp('^' + number) }).first().click()
    }
    await wide.goto(base + '/bills/' + bill.id)
    await wide.getByRole('combobox', { name: 'Rekening van regel 1' }).waitFor()
    await settled(wide)
    await hears(wide)
    await pick(1, '4300')
    await wide.getByRole('textbox', { name: 'Kostenplaats van regel 1' }).fill('Werkplaats')
    const now = (await coen.ok('GET', '/bills/' + bill.id)), cost = (await coen.ok('GET', '/accounts?number=4210')).items[0].id
    await coen.ok('POST', `/bills/${bill.id}/code`, { version: now.bill.version, lines: [{ line_no: now.lines[1].line_no, account_id: cost }] })
    await wide.getByText(/Coen Bos heeft dit/).first().waitFor() // said as it happens; what is typed stands
    same('Werkplaats', await wide.getByRole('textbox', { name: 'Kostenplaats van regel 1' }).inputValue(), 'what was typed')
    await violations(wide, 'coding that two do')
    await shot(wide, 'together-coding')
    const save = wide.getByRole('button', { name: 'Codering bewaren' })
    await save.click()
    // Where the page had already followed, it goes at once; where it stood on what was, it is refused with words and saved again on what is now.
    const refused = wide.locator('main [role=alert]')
    await becomes(async () => await save.count() === 0 || await refused.count() > 0, true, 'saved, or said why not')
    if (await save.count()) {
        same('Werkplaats', await wide.getByRole('textbox', { name: 'Kostenplaats van regel 1' }).inputValue(), 'not lost by the refusal')
        await settled(wide)
        await save.click()
        await save.waitFor({ state: 'detached' })
    }
    await becomes(async () => { const b = await klaar.ok('GET', '/bills/' + bill.id); return [b.lines[0].cost_center ?? '', b.lines[1].account_id] }, ['Werkplaats', cost], 'the coding of both')
    expect(wide.trouble.length === 0, wide.trouble.join('\n'))
    await wide.context().close()
})
await test('nothing broke and no policy was broken', async () => { expect(page.trouble.length === 0, page.trouble.join('\n')) })
await finish()
