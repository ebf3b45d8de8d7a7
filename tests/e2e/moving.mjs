// A company moves in: files are dropped, recognised, mapped by hand, looked at with everything that is wrong, written, and taken back.
import { writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, finish, house, noSideways, open, same, shot, test, violations } from './lib.mjs'

const { base, florin, signIn } = await house()
const folder = mkdtempSync(join(tmpdir(), 'florin-moving-')), file = (name, text) => { writeFileSync(join(folder, name), text); return join(folder, name) }
const page = await open()
const drop = async path => { await page.goto(base + '/settings/import'); await page.locator('input[type=file]').setInputFiles(path) }
const writes = name => page.getByRole('button', { name })

await test('customers come in by the headings of the old system', async () => {
    await signIn(page, 'anna@florin.test')
    await page.getByRole('link', { name: 'Overnemen' }).click()
    await page.getByRole('heading', { name: 'Overnemen', level: 1 }).waitFor()
    await violations(page, 'imports')
    await shot(page, 'imports')
    const [example] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Voorbeeld: klanten' }).click()])
    same('customers.csv', example.suggestedFilename(), 'the name of the example')
    await drop(await example.path().then(path => { writeFileSync(join(folder, 'klanten.csv'), '\ufeffDebiteurnr;Naam;Plaats;IBAN;Betalingstermijn;Kleur\r\n10001;Bakkerij De Zon B.V.;Utrecht;NL91ABNA0417164300;30;geel\r\n10002;Maan Advies;Groningen;;14;wit\r\n'); expect(path, 'an example'); return join(folder, 'klanten.csv') }))
    await page.getByText('2 regels; 2 worden vastgelegd').waitFor()
    same('number', await page.getByLabel('Wat kolom Debiteurnr wordt').inputValue(), 'the number')
    same('', await page.getByLabel('Wat kolom Kleur wordt').inputValue(), 'what is not used')
    await violations(page, 'import')
    await writes('Alle 2 vastleggen').click()
    await page.getByText('2 vastgelegd').waitFor()
    await page.locator('main').getByRole('link', { name: /^Relatie \d/ }).first().click()
    await page.getByRole('heading', { name: 'Bakkerij De Zon B.V.' }).waitFor()
})

await test('everything that is wrong is said at once, and mended by mapping', async () => {
    await drop(file('open.csv', 'Klant;Nr;Factuurdatum;Vervaldag;Bedrag;Nog open\r\n10001;F1;15-01-2025;14-02-2025;1.210,00;1.210,00\r\n10009;F2;31-02-2025;;5,00;\r\n10002;F3;20-01-2025;;605,00;302,50\r\n'))
    await page.getByText('dingen mis').waitFor()
    const said = await page.locator('main').innerText()
    for (const word of ['31-02-2025', '10009', 'geen klant of leverancier', 'geen dag', 'Regel']) expect(said.includes(word), `${word} is not in: ${said}`)
    expect(await writes(/^Alle/).isDisabled(), 'the file can be written though rows are wrong')
    await shot(page, 'import-wrong')
    await violations(page, 'import-wrong')
    await drop(file('good.csv', 'Klant;Nr;Factuurdatum;Vervaldag;Bedrag;Restje\r\n10001;F1;15-01-2025;14-02-2025;1.210,00;1.210,00\r\n10002;F3;20-01-2025;;605,00;302,50\r\n'))
    await page.getByText('2 regels; 2 worden vastgelegd').waitFor()
    await page.getByLabel('Wat kolom Restje wordt').selectOption('open')
    await page.getByText(/1\.512,50/).waitFor()
    await page.getByRole('button', { name: 'Alle 2 vastleggen' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('2 vastgelegd').waitFor()
    await shot(page, 'import-done')
    same('1512.50', florin('import', 'show', '--id', page.url().split('/').pop()).file.total, 'what is open')
})

await test('the same file is refused, and an import is taken back', async () => {
    await drop(file('again.csv', 'Klant;Nr;Factuurdatum;Vervaldag;Bedrag;Restje\r\n10001;F1;15-01-2025;14-02-2025;1.210,00;1.210,00\r\n10002;F3;20-01-2025;;605,00;302,50\r\n'))
    await page.getByText(/Precies dit bestand/).waitFor()
    await page.goto(base + '/settings/import')
    await page.getByRole('link', { name: 'good.csv' }).click()
    await page.getByRole('button', { name: 'Deze import terugdraaien' }).click()
    await page.getByLabel('Waarom?').fill('verkeerde dag')
    await page.getByRole('dialog').getByRole('button', { name: 'Deze import terugdraaien' }).click()
    await page.getByText('Teruggedraaid').first().waitFor()
})

await test('narrow, in English, dark', async () => {
    const small = await open('en-GB', { width: 390, height: 800 }, { colorScheme: 'dark' })
    await signIn(small, 'anna@florin.test')
    await small.goto(base + '/settings/import')
    await small.getByRole('heading', { name: 'Moving in', level: 1 }).waitFor()
    await noSideways(small, 'imports')
    await violations(small, 'imports-small')
    await shot(small, 'imports-small')
    await small.locator('input[type=file]').setInputFiles(file('suppliers.csv', 'Supplier number;Name\n20001;North Wholesale\n'))
    await small.getByText('1 row; 1 will be written').waitFor()
    await noSideways(small, 'import')
    await violations(small, 'import-small')
    await shot(small, 'import-small')
    same([], small.trouble, 'what broke')
})
same([], page.trouble, 'what broke')
await finish()
