// Bills and invoices through the browser, whole: files in → coded, split, asked about → approved in bulk → a run with a discount and a part → released
// by another → file → statement in → settled; an invoice drawn while it is typed → final → mailed → paid → credited. House style, VAT codes, views.
import { createServer } from 'node:net'
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { becomes, expect, finish, freePort, house, noSideways, open, same, settled, shot, shown, test, violations } from './lib.mjs'

const folder = mkdtempSync(join(tmpdir(), 'florin-papers-')), iban = 'NL44RABO0123456789', ours = 'NL91ABNA0417164300'
const day = later => new Date(Date.now() + later * 86_400_000).toISOString().slice(0, 10)
const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path }
const bill = (number, due) => readFileSync('tests/e2e/bill.xml', 'utf8').replaceAll('DB-2026-118', number).replaceAll('NL02RABO0123456789', iban).replace(/<cbc:IssueDate>[^<]*/, '<cbc:IssueDate>' + day(-9)).replace(/<cbc:DueDate>[^<]*/, '<cbc:DueDate>' + due)
const other = (number, price, net, vat, total) => bill(number, day(20)).replaceAll('1250.00', net).replaceAll('>25.00', '>' + price).replaceAll('262.50', vat).replaceAll('1512.50', total)
let statements = 0, balance = 1000000
const money = cents => (cents / 100).toFixed(2)
// A camt.053 of today with these lines: { cents, name, iban, reference, endToEnd }.
function statement(lines) {
    const from = balance, sum = lines.reduce((all, l) => all + l.cents, 0), number = ++statements
    balance += sum
    const side = cents => cents < 0 ? 'DBIT' : 'CRDT', who = l => l.cents < 0 ? 'Cdtr' : 'Dbtr'
    return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>P-${number}</MsgId><CreDtTm>${day(0)}T06:00:00</CreDtTm></GrpHdr>
<Stmt><Id>P-${number}</Id><ElctrncSeqNb>${number}</ElctrncSeqNb><CreDtTm>${day(0)}T06:00:00</CreDtTm><Acct><Id><IBAN>${ours}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${money(from)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day(0)}</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${money(balance)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day(0)}</Dt></Dt></Bal>
${lines.map((l, i) => `<Ntry><Amt Ccy="EUR">${money(Math.abs(l.cents))}</Amt><CdtDbtInd>${side(l.cents)}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${day(0)}</Dt></BookgDt><ValDt><Dt>${day(0)}</Dt></ValDt><AcctSvcrRef>S${number}L${i}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${l.cents < 0 ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${l.endToEnd ?? 'NOTPROVIDED'}</EndToEndId></Refs><RltdPties><${who(l)}><Nm>${l.name}</Nm></${who(l)}><${who(l)}Acct><Id><IBAN>${l.iban}</IBAN></Id></${who(l)}Acct></RltdPties><RmtInf>${l.reference ? `<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>${l.reference}</Ref></CdtrRefInf></Strd>` : `<Ustrd>${l.text ?? ''}</Ustrd>`}</RmtInf></TxDtls></NtryDtls></Ntry>`).join('\n')}
</Stmt></BkToCstmrStmt></Document>`
}

// A mail server of our own: keeps what it is given.
const mails = [], post = await freePort()
createServer(socket => {
    let data, rest = ''
    socket.write('220 test\r\n')
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
        rest += chunk
        for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
            const line = rest.slice(0, at)
            rest = rest.slice(at + 2)
            if (data !== undefined) { if (line === '.') { mails.push(data); data = undefined; socket.write('250 kept\r\n') } else data += line + '\n'; continue }
            if (/^DATA/i.test(line)) { data = ''; socket.write('354 go on\r\n') }
            else if (/^QUIT/i.test(line)) { socket.write('221 bye\r\n'); socket.end() }
            else socket.write(/^EHLO/i.test(line) ? '250-test\r\n250 8BITMIME\r\n' : '250 ok\r\n')
        }
    })
}).listen(post, '127.0.0.1').unref()
const arrived = async what => {
    for (let i = 0; i < 200; i++) {
        const found = mails.find(m => m.includes(what))
        if (found) return found
        await new Promise(done => setTimeout(done, 150))
    }
    throw new Error(`no mail with ${what}; there are ${mails.length}`)
}

const { base, signIn, client } = await house({
    settings: { FLORIN_MAIL_URL: `smtp://127.0.0.1:${post}`, FLORIN_MAIL_FROM: 'facturen@florin.test' },
    people: [['anna', 'Anna de Vries', 'administrator'], ['klaar', 'Klaar Mulder', 'payables clerk'], ['bram', 'Bram Jansen', 'approver'], ['tina', 'Tina Vos', 'treasurer']].map(([id, name, role]) => ({ email: id + '@florin.test', name, role })),
})
const anna = client(), klaar = client(), bram = client(), tina = client()
for (const [who, name] of [[anna, 'anna'], [klaar, 'klaar'], [bram, 'bram'], [tina, 'tina']]) { await who.signIn(name + '@florin.test'); await who.enrol() }
const own = await anna.ok('GET', '/company')
await anna.ok('POST', '/company', { name: own.name, language: 'nl', kvk_number: '27124701', vat_number: 'NL001234567B01', street: 'Havenkade 1', postal_code: '2611 AA', city: 'Delft', email: 'info@florin.test', iban: ours, version: own.version })
await anna.ok('POST', '/bank-accounts', { name: 'Betaalrekening', iban: ours, holder: 'Van der Berg Installatietechniek' })
const supplier = await klaar.ok('POST', '/parties', { name: 'Technische Groothandel De Boer B.V.', is_supplier: true, kvk_number: '30142587', city: 'Utrecht', email: 'facturen@deboer.test' })
const customer = await anna.ok('POST', '/parties', { name: 'Bakkerij De Zon B.V.', is_customer: true, street: 'Zonstraat 12', postal_code: '3511 AB', city: 'Utrecht', email: 'zon@bakkerij.test', customer_terms_days: 14, kvk_number: '12345678' })
const in_ = async (who, email, language, size) => { const page = await open(language, size); await signIn(page, email, who.codes.pop()); return page }
const clerk = await in_(klaar, 'klaar@florin.test')
const rows = page => page.locator('tbody tr')
let first = '', second = 0, run = ''

await test('many files at once: read, refused with the reason, and the double named with a way to it', async () => {
    await clerk.goto(base + '/bills')
    await clerk.setInputFiles('input[type=file]', [file('a.xml', bill('DB-1', day(6))), file('b.xml', 'this is no bill at all'), file('c.xml', other('DB-2', '12.80', '640.00', '134.40', '774.40'))])
    await clerk.locator('.files .good').nth(1).waitFor()
    await clerk.locator('.files a', { hasText: 'DB-2' }).waitFor()
    first = await clerk.locator('.files a', { hasText: 'DB-1' }).getAttribute('href')
    expect(await clerk.locator('.files li', { hasText: 'DB-1' }).getByText('Leverancier gevonden').count() === 1, 'the supplier is known')
    await clerk.setInputFiles('input[type=file]', [join(folder, 'a.xml')])
    const twin = clerk.locator('.files li', { hasText: 'Geweigerd' })
    await twin.getByRole('link', { name: 'Open die' }).waitFor()
    same(first, await twin.getByRole('link', { name: 'Open die' }).getAttribute('href'), 'the way to the bill that this file already is')
    await shot(clerk, 'papers-bills')
    await violations(clerk, 'bills')
})
await test('coding: account, cost centre, a line split, remembered for the supplier; submitted by key', async () => {
    await clerk.goto(base + first)
    const account = clerk.getByRole('combobox', { name: 'Rekening van regel 1' })
    await account.click()
    await account.fill('4300')
    await clerk.getByRole('option').first().waitFor()
    await account.press('Enter')
    await clerk.getByLabel('Kostenplaats van regel 1').fill('werkplaats')
    await clerk.getByLabel('Volgende facturen van deze leverancier zo coderen').check()
    await clerk.getByRole('button', { name: 'Codering bewaren' }).click()
    await clerk.getByRole('button', { name: 'Codering bewaren' }).waitFor({ state: 'detached' }) // the bill as it is now
    await clerk.getByRole('button', { name: 'Regel 1 splitsen' }).click()
    const dialog = clerk.getByRole('dialog')
    await dialog.getByLabel('Netto').first().fill('1.000,00')
    await dialog.getByText('Nog €\u00a0250,00').waitFor()
    await dialog.getByLabel('Omschrijving').nth(1).fill('Emballage')
    await shot(clerk, 'papers-split')
    await violations(clerk, 'split')
    await dialog.getByRole('button', { name: 'Splitsen' }).click()
    await clerk.getByText('Emballage').first().waitFor()
    await settled(clerk)
    same(['4300', 'werkplaats'], [await clerk.evaluate(() => document.querySelectorAll('.code-lines input, .code-line input')[0].value.slice(0, 4)), (await klaar.ok('GET', '/parties/' + supplier.id)).party.cost_center], 'the default of the supplier')
    await clerk.locator('h1').click()
    await clerk.keyboard.press('?')
    await clerk.getByRole('dialog', { name: 'Toetsen' }).getByText('Indienen').waitFor()
    await shot(clerk, 'papers-keys')
    await violations(clerk, 'keys')
    await clerk.keyboard.press('Escape')
    await clerk.getByRole('dialog').waitFor({ state: 'detached' })
    await clerk.keyboard.press('s')
    await clerk.getByText('Goed te keuren').first().waitFor()
    await shot(clerk, 'papers-bill')
    await violations(clerk, 'bill')
})
await test('a bill with a discount by hand; its next bill was coded by what was remembered', async () => {
    const coded = await klaar.ok('POST', '/bills/receive?file_name=d.xml', Buffer.from(other('DB-4', '8.00', '400.00', '84.00', '484.00')))
    same(['coded', 'DB-4'], [coded.state, coded.number], 'DB-4 is coded as DB-1 was')
    const account = (await klaar.ok('GET', '/accounts?number=4300')).items[0].id, vat = (await klaar.ok('GET', '/vat-codes?code=i21')).items[0].id
    const entered = await klaar.ok('POST', '/bills', { party_id: supplier.id, number: 'DB-3', issued_on: day(-2), due_on: day(28), iban, discount: '24.20', discount_on: day(7), lines: [{ description: 'Gereedschap', net: '1000.00', account_id: account, vat_code_id: vat }] })
    await klaar.ok('POST', `/bills/${entered.id}/submit`, { version: entered.version })
    second = entered.id
})
await test('an approver asks by key, in English; who entered it answers and sees it on the home page', async () => {
    const boss = await in_(bram, 'bram@florin.test', 'en-GB')
    await boss.goto(base + first)
    await boss.getByRole('button', { name: 'Approve' }).waitFor()
    await boss.locator('h1').click()
    await boss.keyboard.press('q')
    const dialog = boss.getByRole('dialog', { name: 'Ask' })
    await dialog.getByLabel('Question').fill('Is this for the workshop?')
    await violations(boss, 'ask')
    await dialog.getByRole('button', { name: 'Ask' }).click()
    await boss.locator('.question', { hasText: 'Is this for the workshop?' }).waitFor()
    await clerk.goto(base)
    await clerk.getByText('vraag aan jou').click()
    await clerk.getByText('DB-1').first().click()
    await clerk.getByRole('button', { name: 'Antwoorden' }).first().click()
    await clerk.getByRole('dialog').getByLabel('Antwoord').fill('Ja, voor de werkplaats.')
    await clerk.getByRole('dialog').getByRole('button', { name: 'Antwoorden' }).click()
    await clerk.locator('.question.answered').waitFor()
    await shot(clerk, 'papers-question')
    await boss.context().close()
})
await test('bulk: the sums of what will go, and in words what will not', async () => {
    const boss = await in_(bram, 'bram@florin.test')
    await boss.goto(base + '/bills')
    await rows(boss).nth(3).waitFor()
    await boss.locator('thead input[type=checkbox]').check()
    await boss.getByRole('button', { name: /goedkeuren/ }).click()
    const dialog = boss.getByRole('dialog')
    await dialog.getByText('2 gaan door').waitFor()
    await dialog.getByText('€\u00a02.722,50').waitFor()
    await dialog.getByText('Ze is nog niet ter goedkeuring ingediend.').first().waitFor()
    await shot(boss, 'papers-bulk')
    await violations(boss, 'bulk')
    await dialog.getByRole('button', { name: 'Goedkeuren (2)' }).click()
    await dialog.getByText('Gedaan', { exact: true }).nth(1).waitFor()
    await dialog.getByRole('button', { name: 'Sluiten' }).last().click()
    await boss.getByText('2 facturen goedgekeurd').waitFor()
    await boss.context().close()
})
await test('an account that only a bill knows is not paid to before another verified it', async () => {
    await clerk.goto(base + '/payments/new')
    await clerk.getByLabel('Vervallen tot en met').fill(day(10))
    await clerk.getByText('rekening niet gecontroleerd').first().waitFor()
    expect(await clerk.getByRole('button', { name: /^Stel/ }).isDisabled(), 'nothing to propose')
    const treasurer = await in_(tina, 'tina@florin.test')
    await treasurer.goto(base + '/parties/' + supplier.id)
    await treasurer.getByRole('button', { name: 'Controleren' }).click()
    const dialog = treasurer.getByRole('dialog')
    await dialog.locator('input').first().fill('phone')
    await dialog.getByLabel('Toelichting').fill('Gebeld met het nummer uit het contract')
    await dialog.getByRole('button', { name: 'Controleren' }).click()
    await shown(treasurer, treasurer.getByText('Gecontroleerd', { exact: true }), () => tina.codes.pop())
    await shot(treasurer, 'papers-party')
    await violations(treasurer, 'party')
    await treasurer.context().close()
})
await test('a run: why each is there, a discount that pays is taken, a part of another is paid, too much is refused', async () => {
    await clerk.reload()
    await clerk.getByLabel('Vervallen tot en met').fill(day(10))
    await clerk.getByText('1.185,80').first().waitFor() // 1,210.00 less 24.20
    await clerk.getByRole('button', { name: 'Deel betalen DB-1' }).click()
    const dialog = clerk.getByRole('dialog')
    await dialog.getByLabel('Bedrag').fill('2000')
    expect(await dialog.getByRole('button', { name: 'Ga door' }).isDisabled(), 'more than is open')
    await dialog.getByLabel('Bedrag').fill('500')
    await dialog.getByRole('button', { name: 'Ga door' }).click()
    await clerk.getByRole('button', { name: 'Stel €\u00a01.685,80 voor' }).waitFor()
    await shot(clerk, 'papers-propose')
    await violations(clerk, 'propose')
    await clerk.getByRole('button', { name: 'Stel €\u00a01.685,80 voor' }).click()
    await clerk.waitForURL(/payments\/\d+/)
    run = new URL(clerk.url()).pathname
    await clerk.getByText('Korting €\u00a024,20').first().waitFor()
    await clerk.getByText('Niets staat vrijgave in de weg.').waitFor()
    await shot(clerk, 'papers-run')
    await violations(clerk, 'run')
})
await test('another releases it with a second factor; the file is for the bank; it can no longer be undone', async () => {
    const treasurer = await in_(tina, 'tina@florin.test', 'en-GB')
    await treasurer.goto(base + run)
    await treasurer.getByRole('button', { name: 'Release' }).click()
    await treasurer.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    const file = treasurer.getByRole('button', { name: 'File for the bank' })
    await shown(treasurer, file, () => tina.codes.pop())
    const [download] = await Promise.all([treasurer.waitForEvent('download'), file.click()])
    const pain = readFileSync(await download.path(), 'utf8')
    expect(pain.includes('<CtrlSum>1685.80</CtrlSum>') && pain.includes(iban), 'the pain.001')
    await treasurer.getByText('At the bank').first().waitFor()
    await shot(treasurer, 'papers-run-sent')
    await violations(treasurer, 'run sent')
    expect(await treasurer.getByRole('button', { name: 'Cancel the run' }).count() === 0, 'not after the bank has it')
    await treasurer.context().close()
})
await test('the statement comes in: the run is done, one bill settled, of the other the rest is open', async () => {
    const shown = await anna.ok('GET', '/payment-runs/' + run.split('/').pop()), p = shown.payments[0]
    const admin = await in_(anna, 'anna@florin.test')
    await admin.goto(base + '/bank/statements')
    await admin.setInputFiles('input[type=file]', file('s1.xml', statement([{ cents: -168580, name: 'Technische Groothandel De Boer', iban, endToEnd: p.end_to_end_id }])))
    await admin.locator('.files .good').first().waitFor()
    await anna.ok('POST', '/cash/run', {})
    await anna.ok('POST', '/payments/finish', {})
    await admin.goto(base + '/bills/' + second)
    await admin.getByText('Voldaan').first().waitFor()
    await admin.goto(base + first)
    await admin.getByText('€\u00a01.012,50').first().waitFor()
    await admin.goto(base + run)
    await admin.getByText('Klaar', { exact: true }).first().waitFor()
    const proof = await anna.ok('GET', '/ledger/verify')
    expect(proof.holds !== false, 'the books prove themselves')
    await admin.context().close()
})
const seller = await in_(anna, 'anna@florin.test')
let invoice = ''
await test('an invoice is drawn by the real renderer while it is typed', async () => {
    await seller.goto(base + '/invoices/new?party=' + customer.id)
    await seller.getByLabel('Omschrijving van regel 1').fill('Onderhoud cv-ketel')
    await seller.getByLabel('Aantal van regel 1').fill('1,5')
    await seller.getByLabel('Prijs van regel 1').fill('80')
    await seller.getByLabel('Korting van regel 1 in procent').fill('10')
    await seller.locator('.sums').getByText('€\u00a0130,68').waitFor()
    await seller.locator('[data-drawn=yes]').waitFor()
    await settled(seller)
    await shot(seller, 'papers-invoice-new')
    await violations(seller, 'invoice form')
    await seller.getByRole('button', { name: 'Bewaren' }).click()
    await seller.waitForURL(/invoices\/\d+$/)
    invoice = new URL(seller.url()).pathname
})
await test('it becomes final, the mail is ours to change, and it arrives', async () => {
    await seller.getByRole('button', { name: 'Definitief maken' }).click()
    await seller.getByRole('dialog').getByRole('button', { name: 'Definitief maken' }).click()
    await seller.getByRole('button', { name: 'Versturen' }).click()
    const dialog = seller.getByRole('dialog')
    await dialog.getByLabel('Onderwerp').waitFor()
    await becomes(() => dialog.getByLabel('Aan').inputValue(), 'zon@bakkerij.test', 'to whom')
    await dialog.getByLabel('Tekst').fill('Dag Piet,\n\nHierbij de factuur van het onderhoud.\n')
    await shot(seller, 'papers-send')
    await violations(seller, 'send')
    await dialog.getByRole('button', { name: 'Versturen' }).click()
    await seller.getByText('Onderweg').first().waitFor()
    const mail = await arrived('zon@bakkerij.test')
    expect(mail.includes('Dag Piet') && /application\/pdf/.test(mail), 'our own words, and the invoice')
    await seller.reload()
    await seller.getByText(/Overgedragen|Afgeleverd/).first().waitFor()
    await shot(seller, 'papers-invoice')
    await violations(seller, 'invoice')
})
await test('the customer pays by reference: paid, and by what', async () => {
    const shown = await anna.ok('GET', '/invoices/' + invoice.split('/').pop())
    await anna.ok('POST', '/statements?file_name=s2.xml', Buffer.from(statement([{ cents: 13068, name: 'Bakkerij De Zon', iban: 'NL20INGB0001234567', reference: shown.invoice.payment_reference }])))
    await anna.ok('POST', '/cash/run', {})
    await seller.reload()
    await seller.locator('.steps-line li.done').nth(4).waitFor()
    await seller.getByText('bank').first().waitFor()
})
await test('credited by line, copied into a draft; drafts made final in bulk', async () => {
    await seller.getByRole('button', { name: 'Crediteren' }).click()
    const dialog = seller.getByRole('dialog')
    await dialog.getByLabel('Enkele regels').check()
    await dialog.getByRole('checkbox').check()
    await dialog.getByLabel('Aantal van regel 1').fill('0,5')
    await dialog.getByLabel('Reden, zoals die op de creditnota staat').fill('Halve uur te veel gerekend')
    await violations(seller, 'credit')
    await dialog.getByRole('button', { name: 'Crediteren' }).click()
    await seller.getByText('Creditnota', { exact: true }).first().waitFor()
    await seller.goto(base + invoice)
    await seller.getByRole('button', { name: 'Kopiëren' }).click()
    await seller.waitForURL(/change$/)
    await seller.goto(base + '/invoices?state=draft')
    await rows(seller).first().waitFor()
    await seller.locator('thead input[type=checkbox]').check()
    await seller.getByRole('button', { name: '1 definitief maken', exact: true }).click()
    await seller.getByRole('dialog').getByRole('button', { name: /Definitief maken \(1\)/ }).click()
    await seller.getByRole('dialog').getByText('Gedaan', { exact: true }).waitFor()
    await seller.getByRole('dialog').getByRole('button', { name: 'Sluiten' }).last().click()
    await seller.goto(base + '/invoices')
    await rows(seller).nth(2).waitFor()
    await shot(seller, 'papers-invoices')
    await violations(seller, 'invoices')
})
await test('a view is kept, for everybody', async () => {
    await seller.goto(base + '/invoices?payment=paid&sort=-total')
    await seller.getByRole('link', { name: 'Betaald', exact: true }).first().waitFor()
    await seller.goto(base + '/invoices?customer_name.has=zon')
    await seller.getByRole('button', { name: 'Weergave bewaren' }).click()
    await seller.getByRole('dialog').getByLabel('Naam').fill('De Zon')
    await seller.getByRole('dialog').getByLabel('Voor iedereen in de administratie').check()
    await seller.getByRole('dialog').getByRole('button', { name: 'Bewaren' }).click()
    await seller.locator('.views').getByText('De Zon').waitFor()
    await clerk.goto(base + '/invoices')
    await clerk.locator('.views').getByText('De Zon').click()
    await clerk.waitForURL(/customer_name/)
})
await test('house style: a logo of SVG becomes a PNG, the example follows, a bad colour is refused', async () => {
    await seller.goto(base + '/settings/style')
    await seller.locator('[data-drawn=yes]').waitFor()
    await seller.setInputFiles('input[type=file]', file('logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="90"><script>top.hacked = 1</script><rect width="320" height="90" fill="#7a1f5c"/><text x="20" y="60" font-size="44" fill="#fff">Van der Berg</text></svg>'))
    await seller.locator('.logo-box img').waitFor()
    await seller.getByLabel('Kleur als #rrggbb').fill('#7a1f5c')
    await seller.getByLabel('Regel onderaan').fill('Dank voor uw vertrouwen.')
    await settled(seller)
    await shot(seller, 'papers-style')
    await violations(seller, 'style')
    await seller.getByRole('button', { name: 'Bewaren' }).click()
    await shown(seller, seller.getByText('Bewaard', { exact: true }), () => anna.codes.pop())
    const company = await anna.ok('GET', '/company')
    expect(Buffer.from(company.logo, 'base64').subarray(1, 4).toString() === 'PNG', 'a PNG is kept')
    expect(await seller.evaluate(() => window.hacked === undefined), 'nothing of the SVG ran')
    await seller.getByLabel('Kleur als #rrggbb').fill('rood')
    await seller.getByRole('button', { name: 'Bewaren' }).click()
    await seller.getByRole('alert').first().waitFor()
})
await test('VAT codes and invoice settings are changed with what is wrong at its field', async () => {
    await seller.goto(base + '/settings/vat')
    await seller.getByRole('button', { name: 'Nieuwe btw-code' }).click()
    const dialog = seller.getByRole('dialog')
    await dialog.getByLabel('Code *', { exact: true }).fill('duits')
    await dialog.getByLabel('Naam *', { exact: true }).fill('Duitse btw')
    await dialog.getByLabel('Voor *', { exact: true }).selectOption('purchase')
    await dialog.getByLabel('Soort *', { exact: true }).selectOption('S')
    await dialog.getByLabel('Tarief % *', { exact: true }).fill('19')
    await dialog.getByRole('button', { name: 'Bewaren' }).click()
    await dialog.locator('.why').first().waitFor()
    await violations(seller, 'vat')
    await seller.keyboard.press('Escape')
    await shot(seller, 'papers-vat')
    await seller.goto(base + '/settings/invoices')
    await seller.getByLabel('Nummering *', { exact: true }).fill('F{year}/####')
    await seller.getByRole('button', { name: 'Bewaren' }).click()
    await seller.getByText(/F\d{4}\/0042/).waitFor()
    await shot(seller, 'papers-invoice-settings')
    await violations(seller, 'invoice settings')
})
await test('every page of papers at 390 px and dark, in English: nothing sticks out, axe is content', async () => {
    const narrow = await in_(anna, 'anna@florin.test', 'en-GB', { width: 390, height: 844 }), wrong = []
    const places = { dark: [first, invoice, '/payments/new', run, '/settings/style'], light: ['/bills', first, first + '/change', '/bills/new', '/invoices', invoice, '/invoices/new', '/payments', '/payments?show=due', '/payments/new', run, '/parties/' + supplier.id, '/parties/' + customer.id, '/settings/style', '/settings/vat', '/settings/invoices', '/settings/company'] }
    for (const [scheme, list] of Object.entries(places)) {
        await narrow.emulateMedia({ colorScheme: scheme })
        for (const place of list) {
            await narrow.goto(base + place)
            await narrow.locator('h1').first().waitFor()
            await settled(narrow)
            try { await violations(narrow, `${place} ${scheme}`); await noSideways(narrow, place) } catch (why) { wrong.push(why.message) }
            await shot(narrow, 'papers-390-' + scheme + '-' + place.replace(/\d{6,}/g, 'x').replace(/\W+/g, '-'))
        }
    }
    expect(wrong.length === 0, wrong.join('\n'))
    for (const page of [narrow, seller, clerk]) expect(page.trouble.length === 0, page.trouble.join('\n'))
})
rmSync(folder, { recursive: true, force: true })
await finish()
