// Who may do what, and who did what: history of a record, people, roles, second factors, passkeys, sessions.
import { expect, finish, house, open, shot, test, violations } from './lib.mjs'

const { base, florin, signIn, client } = await house()
const page = await open()
const anna = client()
await anna.signIn('anna@florin.test')
const kept = await anna.enrol()

await test('a record shows who changed what, before and after, in words', async () => {
    const party = await anna.ok('POST', '/parties', { name: 'De Boer B.V.', is_supplier: true, country: 'NL', city: 'Zwolle' })
    await anna.ok('POST', '/parties/' + party.id, { name: 'De Boer B.V.', is_supplier: true, country: 'NL', city: 'Meppel', supplier_terms_days: 14, version: party.version })
    await signIn(page, 'anna@florin.test', kept.codes.pop())
    await page.goto(base + '/parties/' + party.id)
    await page.getByText('Alle wijzigingen').last().click()
    await page.getByText('Meppel').last().waitFor()
    const told = await page.locator('.history').last().innerText()
    for (const word of ['Anna de Vries', 'Zwolle', 'Meppel', 'Plaats']) expect(told.includes(word), `${word} is not in: ${told}`)
    await violations(page, 'history')
    await shot(page, 'history')
})
await test('nothing broke and no policy was broken', async () => { expect(page.trouble.length === 0, page.trouble.join('\n')) })
await finish()
