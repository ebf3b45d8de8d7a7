// The keyboard clerk's morning: a statement with what cash application meets; accept, split, change, on account, ask, not ours, give back,
// many at once after a preview, undo; what is above a limit goes to a colleague. In Dutch, in English, on a narrow screen, with axe.
import { becomes, day as today, expect, finish, house, noSideways, open, settled, shot, test, violations } from './lib.mjs'

const { base, florin, signIn, client } = await house({ people: [{ email: 'anna@florin.test', name: 'Anna de Vries', role: 'administrator' }, { email: 'bram@florin.test', name: 'Bram Jansen', role: 'administrator' }] })
const anna = client()
await anna.signIn('anna@florin.test')
await anna.enrol()
const colleague = client()
await colleague.signIn('bram@florin.test')
await colleague.enrol()
const day = today() // invoices are of today
florin('company', 'change', '--name', 'Van der Berg Installatietechniek', '--language', 'nl', '--vat_number', 'NL123456782B90', '--street', 'Werkweg 1', '--postal_code', '8011 AB', '--city', 'Zwolle', '--kvk_number', '27124701', '--iban', 'NL91ABNA0417164300', '--version', '1')
florin('bank-account', 'add', '--name', 'Betaalrekening', '--iban', 'NL91ABNA0417164300', '--holder', 'Van der Berg')
await anna.ok('POST', '/cash/settings', { precision_ppm: 0, rounding_minor: 5, charge_minor: 2500, difference_auto_minor: 10000, discount_mode: 'excluded', discount_late_days: 3, write_off_minor: 5000, answer_days: 7, version: 1 })
const customers = {}
for (const [key, name, language] of [['zon', 'Zonnebloem Handel B.V.', 'nl'], ['maan', 'Maan Techniek B.V.', 'nl'], ['acme', 'Acme Tools Ltd', 'en'], ['ster', 'Ster Groothandel B.V.', 'nl']])
    customers[key] = await anna.ok('POST', '/parties', { name, is_customer: true, country: 'NL', street: 'Straat 1', postal_code: '1011 AB', city: 'Amsterdam', language, email: `administratie@${key}.example` })
const numbers = {}
async function invoice(key, customer, price) {
    const draft = await anna.ok('POST', '/invoices', { party_id: customers[customer].id, order_reference: 'PO 1', lines: [{ description: 'Werk', price, vat_code: '21', quantity: '1' }] })
    const id = draft.invoice?.id ?? draft.id, version = draft.invoice?.version ?? draft.version
    const final = await anna.ok('POST', `/invoices/${id}/finalise`, { version })
    numbers[key] = (final.invoice ?? final).number
}
await invoice('a', 'zon', '1000')
await invoice('b', 'zon', '500')
await invoice('c', 'maan', '200')
await invoice('d', 'acme', '300')
await invoice('e', 'ster', '400')
await invoice('f', 'ster', '150')
const lines = [
    ['1210.00', 'CRDT', 'Zonnebloem Handel B.V.', 'NL20INGB0001234567', `Factuur ${numbers.a}`],
    ['605.00', 'CRDT', 'Zonnebloem Handel B.V.', 'NL20INGB0001234567', `Fact ${numbers.b} dank u`],
    ['230.00', 'CRDT', 'Maan Techniek', 'NL86INGB0002445588', 'betaling werk en voorschot'],
    ['363.00', 'CRDT', 'Acme Tools', 'NL69INGB0123456789', `Invoice ${numbers.d}`],
    ['384.00', 'CRDT', 'Ster Groothandel B.V.', 'NL39RABO0300065264', `${numbers.e} minus korting`],
    ['181.50', 'CRDT', 'Ster Groothandel B.V.', 'NL39RABO0300065264', numbers.f],
    ['75.00', 'CRDT', 'J. Onbekend', 'NL02ABNA0123456789', 'contributie voetbal'],
    ['42.00', 'CRDT', 'P. Vraag', 'NL02ABNA0123456789', 'zoals afgesproken'],
    ['99.00', 'CRDT', 'Zonnebloem Handel B.V.', 'NL20INGB0001234567', 'dubbel betaald'],
]
const cents = text => BigInt(text.replace('.', ''))
const sum = lines.reduce((s, l) => s + cents(l[0]), 0n), text = c => `${c / 100n}.${String(c % 100n).padStart(2, '0')}`
const entry = ([amount, sign, name, iban, words], n) => `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt><AcctSvcrRef>Q${n}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>${name}</Nm></Dbtr><DbtrAcct><Id><IBAN>${iban}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>${words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`
const balance = (code, amount) => `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
const statement = `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>Q</MsgId><CreDtTm>${day}T06:00:00</CreDtTm></GrpHdr><Stmt><Id>Q-1</Id><CreDtTm>${day}T06:00:00</CreDtTm><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>${balance('OPBD', '0.00')}${balance('CLBD', text(sum))}${lines.map(entry).join('')}</Stmt></BkToCstmrStmt></Document>`
await anna.ok('POST', '/statements?file_name=q.xml', statement, { 'content-type': 'application/octet-stream' })
await anna.ok('POST', '/cash/run', {})
const queue = async () => (await anna.ok('GET', '/cash/queue?limit=100')).items
const left = async name => (await queue()).filter(r => r.name === name).length
const open_ = async () => (await queue()).length
// The books say it, and the page has heard that they do: only then is the next key for the next line.
const until = async (what, wanted, why) => { await becomes(what, wanted, why); await settled(page) }

const page = await open()
await signIn(page, 'anna@florin.test', anna.codes.pop())

const row = name => page.locator('.queue-list button', { hasText: name }).first()

await test('the queue stands in the order of what a click is worth, and says why', async () => {
    await page.goto(base + '/bank/queue')
    await row('Zonnebloem').waitFor()
    const rows = await queue()
    for (let i = 1; i < rows.length; i++) expect(rows[i - 1].place <= rows[i].place, 'the order of place')
    expect((await page.locator('.queue-list button').first().innerText()).includes('1.210,00'), 'most first')
    await page.getByText(/Een klik handelt hier/).waitFor()
    expect(await page.locator('.remittance mark').count() > 0, 'what was found stands out in the text')
    await shot(page, 'queue-morning')
    await violations(page, 'queue')
})
await test('Enter accepts, u takes back, Enter accepts again', async () => {
    const before = await open_()
    await page.keyboard.press('Enter')
    await until(open_, before - 1, 'accepted')
    await page.keyboard.press('u')
    await until(open_, before, 'taken back')
    await page.reload()
    await row('Zonnebloem').click()
    await settled(page)
    await page.locator('.queue-list').focus()
    await page.keyboard.press('Enter')
    await until(open_, before - 1, 'accepted again')
})
await test('a line is split: an invoice and a prepayment, by hand', async () => {
    await row('Maan').click()
    await page.keyboard.press('d')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await settled(page)
    if (!await dialog.getByRole('checkbox').count()) { await dialog.getByRole('combobox').first().fill('Maan'); await page.getByRole('option', { name: /Maan/ }).first().click() }
    await dialog.getByRole('checkbox', { name: new RegExp(numbers.c) }).check()
    await dialog.getByLabel('Bedrag voor ' + numbers.c).fill('200')
    await page.getByText(/30,00 blijft als vooruitbetaling staan/).waitFor()
    await shot(page, 'queue-split')
    await violations(page, 'decide')
    await dialog.getByRole('button', { name: 'Boeken' }).click()
    await until(() => left('Maan Techniek'), 0, 'split')
})
await test('a proposal is changed: the discount they took is given', async () => {
    await row('384').or(page.locator('.queue-list button', { hasText: '384,00' })).first().click()
    await page.keyboard.press('d')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await settled(page)
    if (!await dialog.getByRole('checkbox').count()) { await dialog.getByRole('combobox').first().fill('Ster'); await page.getByRole('option', { name: /Ster/ }).first().click() }
    await dialog.getByRole('checkbox', { name: new RegExp(numbers.e) }).check()
    await dialog.getByLabel('Verschil').selectOption('discount')
    await becomes(() => dialog.getByLabel('Wat wordt prijsgegeven').inputValue(), '100,00', 'what is missing is filled in')
    await dialog.getByRole('button', { name: 'Boeken' }).click()
    await dialog.getByText(/zelf mag je 50,00 prijsgeven/).waitFor()
    await shot(page, 'queue-over-limit')
    await dialog.getByRole('button', { name: 'Vraag een collega om goedkeuring' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Toon wat wacht' }).click()
    await page.locator('.queue-list button', { hasText: 'goed te keuren' }).first().click()
    await page.getByText(/Geeft .*100,00/).waitFor()
    await shot(page, 'queue-waiting')
    await violations(page, 'a request')
    await page.getByRole('button', { name: 'Goedkeuren' }).click()
    await page.getByText(/Dit moet iemand anders doen/).waitFor()
})
await test('the colleague approves it', async () => {
    const bram = await open()
    await signIn(bram, 'bram@florin.test', colleague.codes.pop())
    await bram.goto(base + '/bank/queue?waiting=1')
    await bram.locator('.queue-list button', { hasText: 'goed te keuren' }).first().click()
    await bram.getByRole('button', { name: 'Goedkeuren' }).click()
    await bram.getByText('Goedgekeurd en geboekt').waitFor()
    expect(bram.trouble.length === 0, bram.trouble.join('\n'))
    await bram.context().close()
})
await test('a customer is asked; the answer brings the line back', async () => {
    await page.goto(base + '/bank/queue')
    await row('P. Vraag').click()
    await page.keyboard.press('v')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox').fill('Acme')
    await page.getByRole('option', { name: /Acme/ }).click()
    await page.waitForFunction(() => /42\.00/.test(document.querySelector('dialog textarea')?.value ?? ''))
    expect(/What was|would you tell us/i.test(await dialog.locator('textarea').inputValue()), 'in the language of the customer')
    await shot(page, 'queue-ask')
    await violations(page, 'ask')
    await dialog.getByRole('button', { name: 'Verstuur de vraag' }).click()
    await until(() => left('P. Vraag'), 0, 'waits')
    await page.getByRole('button', { name: 'Toon wat wacht' }).click()
    await page.locator('.queue-list button', { hasText: 'P. Vraag' }).click()
    await page.getByRole('button', { name: 'Noteer het antwoord' }).click()
    await page.getByRole('dialog').getByLabel(/Antwoord/).fill('Voorschot op order 77')
    await page.getByRole('dialog').getByRole('button', { name: 'Noteer het antwoord' }).click()
    await page.getByText(/De klant antwoordde: Voorschot op order 77/).waitFor()
    await until(() => left('P. Vraag'), 1, 'back')
})
await test('on account, by keyboard', async () => {
    await page.goto(base + '/bank/queue')
    await row('P. Vraag').click()
    await page.keyboard.press('o')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('combobox').fill('Acme')
    await page.getByRole('option', { name: /Acme/ }).click()
    await dialog.getByRole('button', { name: 'Vooruitbetaling' }).click()
    await until(() => left('P. Vraag'), 0, 'on account')
})
await test('not ours: kept until somebody claims it', async () => {
    await row('Onbekend').click()
    await page.keyboard.press('n')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Niet van ons' }).click()
    await page.locator('dialog .problem').waitFor()
    await dialog.getByLabel('Waarom').fill('Verkeerde rekening, hoort bij de voetbalclub')
    await violations(page, 'not ours')
    await dialog.getByRole('button', { name: 'Niet van ons' }).click()
    await until(() => left('J. Onbekend'), 0, 'not ours')
})
await test('given back: it waits for the payment run and a verified account', async () => {
    await page.locator('.queue-list button', { hasText: '99,00' }).first().click()
    await page.keyboard.press('r')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    await settled(page)
    if (!await dialog.getByRole('combobox').inputValue()) { await dialog.getByRole('combobox').fill('Zonne'); await page.getByRole('option', { name: /Zonne/ }).click() }
    await dialog.getByLabel('Waarom').fill('Dubbel betaald')
    await dialog.getByRole('button', { name: 'Teruggeven' }).click()
    await until(async () => (await queue()).filter(r => r.amount === '99.00').length, 0, 'given back')
    const due = (await anna.ok('GET', '/payments/due?is_refund=true')).items
    expect(due.length === 1 && due[0].amount === '99.00' && /unverified/.test(due[0].blocks), JSON.stringify(due))
})
await test('many at once: the preview says what it will do, then it is done', async () => {
    await page.goto(base + '/bank/queue')
    await page.locator('.queue-list button', { hasText: '363,00' }).first().waitFor()
    await settled(page)
    for (const box of await page.locator('.queue-list input[type=checkbox]').all()) if (!await box.isChecked()) await box.check()
    const marked = await page.locator('.queue-list input:checked').count(), before = await open_()
    expect(marked >= 2, 'marked ' + marked)
    await page.locator('.queue-list').focus()
    await page.keyboard.press('b')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: /^Boek/ }).waitFor()
    await shot(page, 'queue-bulk')
    await violations(page, 'bulk')
    await dialog.getByRole('button', { name: /^Boek/ }).click()
    await until(open_, before - marked, 'booked at once')
    await page.keyboard.press('u')
    await until(open_, before - marked + 1, 'one of them taken back')
})
await test('in English, narrow, dark, with no sideways scrolling', async () => {
    const small = await open('en-GB', { width: 390, height: 844 }, { colorScheme: 'dark' })
    await signIn(small, 'anna@florin.test', anna.codes.pop())
    for (const [path, name] of [['/bank/queue', 'queue'], ['/bank/batches', 'batches'], ['/settings/cash', 'cash-settings'], ['/bank/decisions', 'decisions']]) {
        await small.goto(base + path)
        await small.getByRole('heading').first().waitFor()
        await settled(small)
        await noSideways(small, path)
        await shot(small, 'queue-small-' + name)
        await violations(small, path + ' narrow')
    }
    expect(small.trouble.length === 0, small.trouble.join('\n'))
    await small.context().close()
})
await test('a settlement is taken in and shown with its parts', async () => {
    await page.goto(base + '/bank/batches')
    await page.setInputFiles('input[type=file]', [{ name: 'mollie.csv', mimeType: 'text/csv', buffer: Buffer.from(`settlement,payment,description,amount,fee\nSTL.9,tr_1,${numbers.b},605.00,1.10\nSTL.9,tr_2,los,10.00,0.25\n`) }])
    await page.getByRole('button', { name: 'STL.9', exact: true }).click()
    await page.getByRole('dialog').getByText('tr_1').or(page.getByRole('dialog').getByText(numbers.b)).first().waitFor()
    await shot(page, 'batches')
    await violations(page, 'batches')
})
await test('what may be booked by itself is a setting; a term of discount is added', async () => {
    await page.goto(base + '/settings/cash')
    await page.getByLabel(/Vanzelf boeken vanaf/).fill('99,5')
    await page.getByRole('button', { name: 'Bewaren' }).first().click()
    await page.getByText('Bewaard').waitFor()
    expect((await anna.ok('GET', '/cash/settings')).precision_ppm === 995000, '99.5 %')
    await page.getByLabel('Afronding tot').fill('veel')
    await page.getByRole('button', { name: 'Bewaren' }).first().click()
    await page.getByText('Dit is geen getal').waitFor()
    await page.getByLabel('Afronding tot').fill('10,01')
    await page.getByRole('button', { name: 'Bewaren' }).first().click()
    await page.locator('.field.wrong').getByLabel('Afronding tot').waitFor()
    await page.getByLabel('Afronding tot').fill('0,10')
    const theirs = await anna.ok('GET', '/cash/settings')
    await anna.ok('POST', '/cash/settings', { ...theirs, rounding_minor: 7, answer_days: 9 })
    await page.getByRole('button', { name: 'Bewaren' }).first().click()
    const overtaken = page.getByRole('dialog', { name: 'Iemand was je voor' })
    await overtaken.getByRole('row', { name: /Afronding tot 0,07 0,10/ }).waitFor()
    await overtaken.getByRole('row', { name: /Dagen wachten op antwoord 9 7/ }).waitFor()
    await shot(page, 'cash-settings-conflict')
    await violations(page, 'conflict of the cash settings')
    await overtaken.getByRole('button', { name: 'Toon die van nu' }).click()
    await page.waitForFunction(() => [...document.querySelectorAll('input')].some(i => i.value === '0,07'))
    await page.getByLabel('Afronding tot').fill('0,10')
    await page.getByRole('button', { name: 'Bewaren' }).first().click()
    await until(async () => (await anna.ok('GET', '/cash/settings')).rounding_minor, 10, 'mine over theirs')
    expect((await anna.ok('GET', '/cash/settings')).answer_days === 9, 'theirs is kept')
    await page.getByLabel('Procent').fill('2')
    await page.getByLabel('Vanaf', { exact: true }).or(page.getByLabel('vanaf', { exact: true })).fill('2026-01-01')
    await page.getByRole('button', { name: 'Korting instellen' }).click()
    await page.getByText(/2,00 % binnen 14 dagen/).waitFor()
    await shot(page, 'cash-settings')
    await violations(page, 'cash settings')
})
await test('the books hold', async () => { expect((await anna.ok('GET', '/ledger/verify')).holds, 'ledger verify') })
await test('nothing broke and no policy was broken', async () => { expect(page.trouble.length === 0, page.trouble.join('\n')) })
await finish()
