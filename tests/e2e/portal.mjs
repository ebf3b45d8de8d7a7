// The portal of suppliers: a link is given and mailed, opened on a phone, a wrong invoice is checked in two languages, one is sent, staff sees it
// with the same problems, and the supplier sees it approved, planned and paid. Then what a link and its session can't do.
import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import { day, expect, finish, house, mailbox, noSideways, open, same, settled, shot, test, violations } from './lib.mjs'

const iban = 'NL44RABO0123456789', ours = 'NL91ABNA0417164300'
const bill = number => readFileSync('tests/e2e/bill.xml', 'utf8').replaceAll('DB-2026-118', number).replaceAll('NL02RABO0123456789', iban).replace(/<cbc:IssueDate>[^<]*/, '<cbc:IssueDate>' + day(-9)).replace(/<cbc:DueDate>[^<]*/, '<cbc:DueDate>' + day(20))
const wrong = bill('PORTAL-0').replace('<cbc:PayableAmount currencyID="EUR">1512.50', '<cbc:PayableAmount currencyID="EUR">1500.00')
const file = (name, text) => ({ name, mimeType: 'application/xml', buffer: Buffer.from(text) })

const box = await mailbox()

// The status of what answers this head, before a body.
const statusOf = head => new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head))
    socket.on('data', data => { done(/^HTTP\/1.1 (\d+)/.exec(String(data))?.[1]); socket.destroy() })
    socket.on('error', fail)
    socket.setTimeout(10_000, () => { socket.destroy(); fail(new Error('no answer')) })
})

const { base, port, signIn, client } = await house({
    settings: box.settings,
    people: [['anna', 'Anna de Vries', 'administrator'], ['klaar', 'Klaar Mulder', 'payables clerk'], ['bram', 'Bram Jansen', 'approver'], ['tina', 'Tina Vos', 'treasurer']].map(([id, name, role]) => ({ email: id + '@florin.test', name, role })),
})
const anna = client(), klaar = client(), bram = client(), tina = client()
for (const [who, name] of [[anna, 'anna'], [klaar, 'klaar'], [bram, 'bram'], [tina, 'tina']]) { await who.signIn(name + '@florin.test'); await who.enrol() }
await anna.ok('POST', '/bank-accounts', { name: 'Betaalrekening', iban: ours, holder: 'Van der Berg Installatietechniek' })
const supplier = await klaar.ok('POST', '/parties', { name: 'Technische Groothandel De Boer B.V.', is_supplier: true, kvk_number: '30142587', city: 'Utrecht', email: 'facturen@deboer.test' })
const account = await klaar.ok('POST', '/party-banks', { party_id: supplier.id, iban })
await bram.ok('POST', `/party-banks/${account.id}/verify`, { channel: 'phone', note: 'gebeld op het bekende nummer', version: account.version })
const staff = await open()
await signIn(staff, 'klaar@florin.test', klaar.codes.pop())
let secret, phone, sent

await test('staff gives a link on the page of the supplier: shown once, mailed in his language', async () => {
    await staff.goto(base + '/parties/' + supplier.id)
    await staff.getByRole('button', { name: 'Link geven' }).click()
    const dialog = staff.getByRole('dialog')
    same('facturen@deboer.test', await dialog.getByLabel('E-mail').inputValue(), 'where it goes')
    same('90', await dialog.getByLabel('Dagen geldig').inputValue(), 'how long it works')
    await dialog.getByLabel('Taal').selectOption('en')
    await violations(staff, 'invite')
    await dialog.getByRole('button', { name: 'Link geven' }).click()
    const shown = await staff.getByRole('dialog').locator('.mono').innerText()
    secret = /\/supplier#([\w-]{43})$/.exec(shown)?.[1]
    expect(secret, 'a link with a secret: ' + shown)
    await violations(staff, 'link')
    await staff.getByRole('dialog').getByRole('button', { name: 'Sluiten' }).last().click()
    await staff.getByText('nog niet gebruikt').waitFor()
    const [mail] = await box.find('facturen@deboer.test', /\/supplier#/)
    expect(mail.includes('#' + secret) && mail.includes('Dear Technische Groothandel') && mail.includes('You need no account'), 'the mail: ' + mail)
    expect(!JSON.stringify(await anna.ok('GET', '/messages')).includes(secret), 'no colleague reads it among the messages')
    await shot(staff, 'portal-party')
})
await test('the supplier opens it on a phone, without an account; the secret leaves the address', async () => {
    phone = await open('en-GB', { width: 390, height: 844 })
    const asked = []
    phone.on('request', request => asked.push(request.url()))
    await phone.goto(`${base}/supplier#${secret}`)
    await phone.getByRole('heading', { name: 'Your invoices to Van der Berg Installatietechniek' }).waitFor()
    await phone.getByText('We have received no invoice of you yet.').waitFor()
    same(base + '/supplier', phone.url(), 'the address')
    expect(asked.every(url => !url.includes(secret)), 'in no address that was asked for')
    expect(asked.every(url => !/main-/.test(url)), 'nothing of the application is loaded')
    const cookie = (await phone.context().cookies()).find(c => c.name === 'florin_portal')
    expect(cookie?.httpOnly && cookie.sameSite === 'Strict', 'the cookie: ' + JSON.stringify(cookie))
    await noSideways(phone, 'supplier')
    await violations(phone, 'supplier')
    await shot(phone, 'portal-390')
    await phone.reload()
    await phone.getByText('We have received no invoice of you yet.').waitFor()
})
const sentence = { english: '', dutch: '' }
await test('a wrong invoice is checked: what to mend, where, what was found, in English and in Dutch', async () => {
    await phone.setInputFiles('input[type=file]', file('wrong.xml', wrong))
    await phone.getByRole('heading', { name: 'This invoice is not right: 1 thing must be mended' }).waitFor()
    const first = phone.locator('.supplier-problems > li').first()
    sentence.english = await first.innerText()
    for (const part of ['Must be mended', 'BR-CO-16', 'line 21', '/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount', '1500.00', 'amount to pay']) expect(sentence.english.includes(part), `${part} is not in: ${sentence.english}`)
    await violations(phone, 'wrong')
    await noSideways(phone, 'wrong')
    await shot(phone, 'portal-wrong')
    await phone.getByRole('button', { name: 'Nederlands' }).click()
    await phone.getByRole('heading', { name: 'Deze factuur klopt niet: er moet 1 ding worden verbeterd' }).waitFor()
    sentence.dutch = await first.innerText()
    for (const part of ['Moet beter', 'BR-CO-16', 'regel 21', 'te betalen bedrag']) expect(sentence.dutch.includes(part), `${part} is not in: ${sentence.dutch}`)
    await phone.getByText('We hebben nog geen factuur van u ontvangen.').waitFor()
    same(0, (await klaar.ok('GET', '/bills')).items.length, 'a check sends nothing')
})
await test('a good one is sent; the same again is refused; another\'s is refused with what differs', async () => {
    await phone.getByRole('button', { name: 'Ander bestand' }).click()
    await phone.setInputFiles('input[type=file]', file('good.xml', bill('PORTAL-1')))
    await phone.getByRole('button', { name: 'Versturen aan Van der Berg Installatietechniek' }).click()
    await phone.getByText('good.xml is bij Van der Berg Installatietechniek. Ons kenmerk is 1.').waitFor()
    await phone.locator('.lines-list > li', { hasText: 'PORTAL-1' }).getByText(/Ontvangen op/).waitFor()
    await violations(phone, 'sent')
    await shot(phone, 'portal-sent')
    await phone.getByRole('button', { name: 'Ander bestand' }).click()
    await phone.setInputFiles('input[type=file]', file('good.xml', bill('PORTAL-1')))
    await phone.getByRole('heading', { name: 'Dit bestand kan niet worden ingestuurd' }).waitFor()
    await phone.getByText(/Dit bestand hebben we al, ontvangen op/).waitFor()
    same(0, await phone.getByRole('button', { name: /Versturen|Toch zo/ }).count(), 'nothing to send')
    await phone.getByRole('button', { name: 'Ander bestand' }).click()
    await phone.setInputFiles('input[type=file]', file('other.xml', bill('PORTAL-2').replace('30142587', '12345678')))
    await phone.getByText(/KVK-nummer 12345678.*met 30142587/).waitFor()
    await phone.getByRole('button', { name: 'Ander bestand' }).click()
    await phone.getByRole('button', { name: 'Kies een bestand' }).waitFor()
})
await test('staff sees it in the inbox as from the portal, with the supplier and the same problems', async () => {
    const listed = (await klaar.ok('GET', '/bills')).items
    same(['PORTAL-1'], listed.map(b => b.number), 'what came in')
    sent = listed[0].id
    await staff.goto(base + '/bills/' + sent)
    await staff.getByText('Kwam binnen via het portaal').waitFor()
    await staff.getByText(/gevonden.*de link waarlangs hij kwam/i).waitFor()
    await violations(staff, 'bill of the portal')
    await shot(staff, 'portal-bill')
    const guest = client()
    guest.csrf = (await guest.ok('POST', '/portal/session', { secret })).csrf
    const of = (list, members) => list.map(p => members.map(m => p[m] ?? null))
    const members = ['rule', 'severity', 'english', 'dutch', 'place', 'line', 'found']
    const mine = await guest.ok('GET', '/portal/invoices/' + sent), theirs = await klaar.ok('GET', '/bills/' + sent)
    expect(mine.problems.length > 0, 'there are hints to compare')
    same(of(theirs.problems.filter(p => p.source === 'document'), members), of(mine.problems, members), 'the same problems')
})
const seen = async text => {
    await phone.getByRole('button', { name: 'Opnieuw kijken' }).click()
    await phone.locator('.lines-list > li', { hasText: 'PORTAL-1' }).getByText(text).waitFor()
}
await test('the supplier sees it being checked, approved, planned and refused', async () => {
    let b = (await klaar.ok('GET', '/bills/' + sent)).bill
    const cost = (await klaar.ok('GET', '/accounts?number=4300')).items[0].id
    b = await klaar.ok('POST', `/bills/${sent}/code`, { version: b.version, account_id: cost })
    await seen('Wordt gecontroleerd')
    b = await klaar.ok('POST', `/bills/${sent}/submit`, { version: b.version })
    b = await bram.ok('POST', `/bills/${sent}/approve`, { version: b.version })
    await seen('Goedgekeurd')
    await phone.getByText(/Verwachte betaling op/).waitFor()
    const due = (await klaar.ok('GET', '/payments/due')).items.find(d => d.source_id === sent)
    expect(due && !due.blocks, 'it can be paid: ' + JSON.stringify(due))
    const banks = (await tina.ok('GET', '/bank-accounts')).items
    const run = await klaar.ok('POST', '/payment-runs', { bank_account_id: banks[0].id, until: day(30), execution_on: day(9) })
    await tina.stepUp()
    await tina.ok('POST', `/payment-runs/${run.run.id}/release`, { hash: run.run.hash, version: run.run.version })
    await seen(/Wordt betaald op/)
    await violations(phone, 'planned')
    await shot(phone, 'portal-planned')
    // A picture that is refused shows why.
    await phone.setInputFiles('input[type=file]', { name: 'bon.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 a scan') })
    await phone.getByRole('heading', { name: 'Er zit geen e-factuur in dit bestand' }).waitFor()
    await phone.getByRole('button', { name: 'Versturen aan Van der Berg Installatietechniek' }).click()
    await phone.getByText(/bon.pdf is bij/).waitFor()
    const scan = (await klaar.ok('GET', '/bills')).items.find(x => x.id !== sent)
    await bram.ok('POST', `/bills/${scan.id}/refuse`, { version: scan.version, reason: 'dit is een offerte' })
    await phone.getByRole('button', { name: 'Opnieuw kijken' }).click()
    await phone.getByText('Reden: dit is een offerte').waitFor()
    await violations(phone, 'refused')
})
await test('settled with a credit note of his: both say so, with the day', async () => {
    const guest = client()
    guest.csrf = (await guest.ok('POST', '/portal/session', { secret })).csrf
    const cost = (await klaar.ok('GET', '/accounts?number=4300')).items[0].id
    const approved = async id => {
        let b = (await klaar.ok('GET', '/bills/' + id)).bill
        b = await klaar.ok('POST', `/bills/${id}/code`, { version: b.version, account_id: cost })
        b = await klaar.ok('POST', `/bills/${id}/submit`, { version: b.version })
        await bram.ok('POST', `/bills/${id}/approve`, { version: b.version })
        return id
    }
    const three = await approved((await guest.ok('POST', '/portal/invoices?file_name=three.xml', new Uint8Array(Buffer.from(bill('PORTAL-3'))))).id)
    const vat = (await klaar.ok('GET', '/vat-codes')).items.find(v => v.side === 'purchase' && v.category === 'S' && Number(v.rate) === 21).id
    const back = await klaar.ok('POST', '/bills', { party_id: supplier.id, kind: 'credit_note', number: 'PORTAL-3C', issued_on: day(0), lines: [{ description: 'Retour', net: '1250.00', account_id: cost, vat_code_id: vat }] })
    await approved(back.id)
    const items = (await anna.ok('GET', '/items?party_id=' + supplier.id)).items, part = id => { const i = items.find(x => x.source_id === id); return { item_id: i.id, amount: i.rest } }
    await anna.ok('POST', '/items/settle', { effective_on: day(0), reason: 'verrekend met de creditnota', parts: [part(three), part(back.id)] })
    await phone.getByRole('button', { name: 'Opnieuw kijken' }).click()
    await phone.locator('.lines-list > li', { hasText: 'PORTAL-3C' }).getByText(/^Verrekend op/).waitFor()
    await staff.goto(base + '/bills')
    await staff.getByRole('navigation', { name: 'Weergaven' }).getByRole('link', { name: 'Via portaal', exact: true }).click()
    await staff.waitForURL(/via_portal=true/)
    await settled(staff)
    const listed = async number => staff.getByRole('cell', { name: number, exact: true }).count()
    same([1, 1, 0], [await listed('PORTAL-1'), await listed('PORTAL-3'), await listed('PORTAL-3C')], 'what came by the portal, and not what was entered by hand')
    await violations(staff, 'bills by portal')
    await shot(staff, 'portal-bills')
    const shown = await guest.ok('GET', '/portal/invoices/' + three)
    same(['paid', '1512.50', day(0)], [shown.invoice.state, shown.invoice.paid, shown.invoice.paid_on], 'what is told')
})
await test('in the dark, on a wide screen, by keyboard', async () => {
    const wide = await open('nl-NL', { width: 1200, height: 900 }, { colorScheme: 'dark' })
    await wide.goto(`${base}/supplier#${secret}`)
    await wide.getByRole('heading', { name: /Uw facturen aan/ }).waitFor()
    await wide.locator('.lines-list > li', { hasText: 'PORTAL-1' }).waitFor()
    await wide.locator('details summary').first().focus()
    await wide.keyboard.press('Enter')
    await wide.locator('details[open] .supplier-problems li, details[open] .faint').first().waitFor()
    await settled(wide)
    await violations(wide, 'supplier, dark')
    await shot(wide, 'portal-dark')
    expect(wide.trouble.length === 0, wide.trouble.join('\n'))
    await wide.context().close()
})
await test('a session of the portal is for nothing else, and nothing else is for the portal', async () => {
    const guest = client(), other = client()
    guest.csrf = (await guest.ok('POST', '/portal/session', { secret })).csrf
    for (const path of ['/bills', '/bills/' + sent, '/parties', '/company', '/me', '/session', '/portal-accesses', '/documents', '/payments/due', '/messages'])
        same(401, (await guest.call('GET', path)).status, path)
    same(401, (await guest.call('POST', '/portal-accesses', { party_id: supplier.id })).status, 'no new links')
    same(401, (await fetch(base + '/api/v1/events', { headers: { cookie: guest.cookie } })).status, 'nor the events')
    same(404, (await guest.call('GET', '/portal/invoices/' + (sent + 1))).status, 'an id that is not his')
    same(401, (await anna.call('GET', '/portal/invoices')).status, 'an administrator is no supplier')
    same(401, (await guest.call('GET', '/portal/invoices', undefined, { cookie: guest.cookie.replace('florin_portal', 'florin_session') })).status, 'the cookie under the other name')
    const csrf = guest.csrf
    guest.csrf = ''
    same(403, (await guest.call('POST', '/portal/check?file_name=a.xml', new Uint8Array(Buffer.from(wrong)))).status, 'without its header')
    guest.csrf = csrf
    same(422, (await guest.call('POST', '/portal/invoices?file_name=evil.html', new Uint8Array(Buffer.from('<html><script>alert(1)</script></html>')))).status, 'a page')
    same(422, (await guest.call('POST', '/portal/invoices?file_name=x.exe', new Uint8Array(Buffer.from('MZ\x90')))).status, 'a program')
    const bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Invoice>&c;</Invoice>'
    same(422, (await guest.call('POST', '/portal/invoices?file_name=bomb.xml', new Uint8Array(Buffer.from(bomb)))).status, 'an entity bomb')
    same('413', await statusOf(`POST /api/v1/portal/check?file_name=large.pdf HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${guest.cookie}\r\nX-Florin-CSRF: ${csrf}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${(20 << 20) + 1}\r\n\r\n`), 'larger than twenty megabytes, known by its head')
    same('401', await statusOf(`POST /api/v1/portal/check?file_name=large.pdf HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n`), 'of nobody not a byte is read')
    same(401, (await other.call('POST', '/portal/check?file_name=a.xml', new Uint8Array(Buffer.from(wrong)))).status, 'nobody checks')
    for (let i = 0; i < 3; i++) same(401, (await other.call('POST', '/portal/session', { secret: secret.slice(0, -2) + 'A' + i })).status, 'a guess')
    const page = await fetch(base + '/supplier'), policy = page.headers.get('content-security-policy')
    expect(/script-src 'self'/.test(policy) && !/unsafe/.test(policy) && /frame-ancestors 'none'/.test(policy), 'the policy: ' + policy)
})
await test('ended: the open page and every session of it stop at once, and the link with them', async () => {
    const guest = client()
    guest.csrf = (await guest.ok('POST', '/portal/session', { secret })).csrf
    await staff.goto(base + '/parties/' + supplier.id)
    await staff.getByText(/laatst gebruikt/).waitFor()
    await staff.getByRole('button', { name: 'Beëindigen: facturen@deboer.test' }).or(staff.getByRole('button', { name: /facturen@deboer.test/ })).first().click()
    await staff.getByRole('dialog').getByRole('button', { name: 'Deze link beëindigen' }).click()
    await staff.getByText('De link is beëindigd').waitFor()
    await staff.locator('.lines-list .badge', { hasText: 'Beëindigd' }).waitFor()
    same(401, (await guest.call('GET', '/portal/invoices')).status, 'the session')
    same(401, (await guest.call('POST', '/portal/session', { secret })).status, 'the link')
    await phone.getByRole('button', { name: 'Opnieuw kijken' }).click()
    await phone.getByRole('heading', { name: 'Open de link uit uw mail' }).waitFor()
    await violations(phone, 'shut')
    await noSideways(phone, 'shut')
    await phone.goto(`${base}/supplier#${secret}`)
    await phone.getByText(/Deze link werkt niet/).waitFor()
    const history = (await anna.ok('GET', '/audit?limit=200')).items.map(r => r.operation)
    for (const what of ['portal invite', 'portal end', 'portal-invoice send', 'portal-invoice check']) expect(history.includes(what), what + ' is in the trail')
})
await test('nothing broke and no policy was broken', async () => { expect(staff.trouble.length + phone.trouble.length === 0, [...staff.trouble, ...phone.trouble].join('\n')) })
await finish()
