// A clerk's and an approver's day through the browser: sign-in, second factor, bill in → coded → approved, statement in → matched, refusals,
// both languages, a narrow screen, and axe on every page.
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'web/package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const binary = process.env.FLORIN_BINARY ?? 'build/florin', shots = 'out/e2e', password = 'Correct-Horse-9-Battery'
const folder = mkdtempSync(join(tmpdir(), 'florin-e2e-')), data = join(folder, 'data')
mkdirSync(shots, { recursive: true })
let passed = 0, failed = 0, server, browser
const deadline = setTimeout(() => { console.log('FAILED: not done within its time'); finish() }, 240_000)

async function test(name, body) {
    const from = Date.now()
    try { await body(); passed++; console.log(`ok      ${name} (${Date.now() - from} ms)`) } catch (error) {
        failed++
        console.log(`FAILED  ${name}: ${String(error.message ?? error).split('\n').slice(0, 12).join('\n        ')}`)
        for (const context of browser?.contexts() ?? []) for (const page of context.pages()) await page.screenshot({ path: `${shots}/failed-${name.replace(/\W+/g, '-').slice(0, 40)}.png` }).catch(() => undefined)
    }
}
function finish() {
    clearTimeout(deadline)
    console.log(`${passed} passed, ${failed} failed`)
    browser?.close().catch(() => undefined)
    server?.kill()
    setTimeout(() => { rmSync(folder, { recursive: true, force: true }); process.exit(failed ? 1 : 0) }, 500)
}
const florin = (...words) => JSON.parse(execFileSync(binary, [...words, '--data', data, '--json'], { encoding: 'utf8' }))
const expect = (ok, what) => { if (!ok) throw new Error(what) }
function totp(secret, steps = 0) {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    let bits = ''
    for (const c of secret.replace(/[\s=]/g, '')) bits += alphabet.indexOf(c).toString(2).padStart(5, '0')
    const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))), counter = Buffer.alloc(8)
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
    const hash = createHmac('sha1', key).update(counter).digest(), at = hash[19] & 15
    return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
const freePort = () => new Promise(done => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)) }) })
async function violations(page, where) {
    await page.evaluate(axe + ';undefined').catch(() => undefined)
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }))
    expect(result.violations.length === 0, `axe on ${where}: ` + result.violations.map(v => `${v.id} ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`).join('\n'))
}

try {
    const company = florin('company', 'add', '--name', 'Van der Berg Installatietechniek', '--country', 'NL', '--currency', 'EUR', '--language', 'nl', '--kvk_number', '27124701')
    expect(company.id, 'a company')
    florin('user', 'add', '--email', 'anna@florin.test', '--name', 'Anna de Vries', '--role', 'administrator', '--password', password)
    florin('user', 'add', '--email', 'bram@florin.test', '--name', 'Bram Jansen', '--role', 'approver', '--password', password)
    const port = await freePort(), base = `http://127.0.0.1:${port}`
    server = spawn(binary, ['serve', '--data', data], { env: { ...process.env, FLORIN_HTTP_PORT: String(port) }, stdio: ['ignore', 'ignore', 'inherit'] })
    for (let i = 0; ; i++) {
        try { if ((await fetch(base + '/healthz')).ok) break } catch { /* not yet */ }
        if (i > 100) throw new Error('the server does not answer')
        await new Promise(done => setTimeout(done, 100))
    }
    const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? 'chromium'
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-extensions'] })
    const open = async (language = 'nl-NL', size = { width: 1440, height: 900 }, extra = {}) => {
        const context = await browser.newContext({ locale: language, viewport: size, acceptDownloads: true, ...extra })
        const page = await context.newPage()
        page.setDefaultTimeout(15_000)
        page.trouble = []
        page.on('pageerror', error => page.trouble.push(String(error)))
        page.on('console', message => { if (message.type() === 'error' && /Content Security|Refused to/.test(message.text())) page.trouble.push(message.text()) })
        return page
    }
    const signIn = async (page, email, code) => {
        await page.goto(base)
        await page.getByLabel('E-mail').fill(email)
        await page.getByLabel(/Wachtwoord|Password/).fill(password)
        await page.getByRole('button', { name: /Inloggen|Sign in/ }).click()
        if (code) { await page.getByLabel('Code', { exact: true }).fill(code); await page.getByRole('button', { name: /Inloggen|Sign in/ }).click() }
        await page.getByRole('heading', { name: /Goede|Good/ }).waitFor()
    }
    const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` })
    const page = await open()
    let secret = '', codes = []

    await test('a wrong password is refused in words, in Dutch', async () => {
        await page.goto(base)
        await shot(page, 'sign-in')
        await page.getByLabel('E-mail').fill('anna@florin.test')
        await page.getByLabel('Wachtwoord').fill('not this one at all')
        await page.getByRole('button', { name: 'Inloggen' }).click()
        await page.getByRole('alert').waitFor()
        await violations(page, 'sign-in')
    })
    await test('sign in and set up the second factor', async () => {
        await signIn(page, 'anna@florin.test')
        await page.goto(base + '/me')
        await page.getByRole('button', { name: 'Tweede factor instellen' }).click()
        await page.getByRole('img', { name: /QR/ }).waitFor()
        await shot(page, 'totp')
        await violations(page, 'enrolment')
        secret = (await page.locator('form .mono').innerText()).replace(/\s/g, '')
        await page.getByLabel('Code', { exact: true }).fill('000000')
        await page.getByRole('button', { name: 'Aanzetten' }).click()
        await page.locator('.why, [role=alert]').first().waitFor()
        await page.getByLabel('Code', { exact: true }).fill(totp(secret))
        await page.getByRole('button', { name: 'Aanzetten' }).click()
        await page.locator('.codes li').first().waitFor()
        codes = await page.locator('.codes li').allInnerTexts()
        expect(codes.length >= 8, 'recovery codes')
        await page.getByRole('button', { name: 'Ik heb ze bewaard' }).click()
    })
    await test('what needs a step-up asks for it and then goes on', async () => {
        await page.goto(base + '/settings/bank-accounts')
        await page.getByRole('button', { name: 'Nieuwe bankrekening' }).first().click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('Naam *', { exact: true }).fill('Betaalrekening')
        await dialog.getByLabel('IBAN').fill('NL91ABNA0417164300')
        await dialog.getByLabel('Op naam van').fill('Van der Berg Installatietechniek')
        await dialog.getByRole('button', { name: 'Bewaren' }).click()
        const again = page.getByRole('dialog', { name: 'Toon je tweede factor opnieuw' })
        await again.getByLabel('Code', { exact: true }).fill(codes.pop())
        await shot(page, 'step-up')
        await again.getByRole('button', { name: 'Ga door' }).click()
        await page.getByRole('cell', { name: 'Betaalrekening', exact: true }).waitFor()
    })
    await test('sign out and in again with the second factor', async () => {
        await page.getByRole('button', { name: 'Uitloggen' }).click()
        await signIn(page, 'anna@florin.test', codes.pop())
    })
    await test('a supplier is added; what is missing stands at its field', async () => {
        await page.goto(base + '/parties/new?as=supplier')
        await page.getByRole('button', { name: 'Bewaren' }).click()
        await page.locator('.field.wrong').first().waitFor()
        await page.getByLabel('Naam *', { exact: true }).fill('Technische Groothandel De Boer B.V.')
        await page.getByLabel('KVK-nummer').fill('30142587')
        await page.getByRole('button', { name: 'Bewaren' }).click()
        await page.getByRole('heading', { name: /De Boer/ }).waitFor()
    })
    let bill = ''
    await test('files in: an e-invoice is read, nonsense is named', async () => {
        await page.goto(base + '/bills')
        await page.setInputFiles('input[type=file]', ['tests/e2e/bill.xml', 'tests/e2e/broken.xml'])
        await page.locator('.files li').nth(1).waitFor()
        await page.locator('.files a', { hasText: 'DB-2026-118' }).waitFor()
        await shot(page, 'bills')
        await violations(page, 'bills')
        bill = await page.locator('.files a', { hasText: 'DB-2026-118' }).getAttribute('href')
    })
    await test('the bill is coded and submitted by keyboard', async () => {
        await page.goto(base + bill)
        await page.getByText('DB-2026-118').first().waitFor()
        if (await page.getByRole('button', { name: 'Deze' }).count()) await page.getByRole('button', { name: 'Deze' }).first().click()
        const account = page.getByRole('combobox', { name: 'Rekening van regel 1' })
        await account.click()
        await account.fill('7')
        await page.getByRole('option').first().waitFor()
        await account.press('Enter')
        const vat = page.getByRole('combobox', { name: 'Btw-code van regel 1' })
        if (!await vat.inputValue()) { await vat.click(); await page.getByRole('option').first().waitFor(); await vat.press('Enter') }
        await page.getByRole('button', { name: 'Codering bewaren' }).click()
        await page.getByText('Gecodeerd', { exact: true }).first().waitFor()
        await shot(page, 'bill')
        await violations(page, 'bill')
        await page.locator('h1').click()
        await page.keyboard.press('s')
        await page.getByText('Goed te keuren').first().waitFor()
    })
    await test('who entered a bill may not approve it, and is told so', async () => {
        await page.locator('h1').click()
        await page.keyboard.press('a')
        await page.getByRole('alert').first().waitFor()
    })
    await test('another approves it, in English on a narrow screen; he sees only what he may', async () => {
        const narrow = await open('en-GB', { width: 390, height: 844 })
        await signIn(narrow, 'bram@florin.test')
        await shot(narrow, 'home-390')
        await violations(narrow, 'home 390')
        await narrow.getByRole('button', { name: 'Menu' }).click()
        expect(await narrow.getByRole('link', { name: 'Bills' }).count() === 1, 'bills in the menu')
        await shot(narrow, 'menu-390')
        await narrow.goto(base + bill)
        await narrow.getByRole('button', { name: 'Approve' }).waitFor()
        await shot(narrow, 'bill-390')
        await violations(narrow, 'bill 390')
        expect(await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling')
        await narrow.getByRole('button', { name: 'Approve' }).click()
        await narrow.getByText('Approved and booked').waitFor()
        await narrow.goto(base + '/bills')
        await narrow.getByText('DB-2026-118').first().waitFor()
        expect(await narrow.locator('input[type=file]').count() === 0, 'an approver uploads nothing')
        await shot(narrow, 'bills-390')
        await violations(narrow, 'bills 390')
        expect(narrow.trouble.length === 0, narrow.trouble.join('\n'))
        await narrow.context().close()
    })
    await test('a statement comes in and its line is matched', async () => {
        await page.goto(base + '/bank/statements')
        await page.setInputFiles('input[type=file]', ['tests/e2e/statement.xml'])
        await page.locator('.files .good').first().waitFor()
        await shot(page, 'statements')
        await violations(page, 'statements')
        await page.goto(base + '/bank/queue')
        await page.getByRole('button', { name: 'Opnieuw afletteren' }).click()
        await page.locator('.notes .toast').waitFor()
        await page.reload()
        await page.getByRole('heading', { name: 'Af te letteren' }).waitFor()
        await page.waitForTimeout(800)
        await shot(page, 'queue')
        await violations(page, 'queue')
        await page.getByRole('button', { name: 'Zelf beslissen' }).click()
        const dialog = page.getByRole('dialog')
        const account = dialog.getByRole('combobox', { name: 'Of naar een grootboekrekening' })
        await account.click()
        await account.fill('bank')
        await page.getByRole('option').first().waitFor()
        await account.press('Enter')
        await shot(page, 'decide')
        await dialog.getByRole('button', { name: 'Boeken' }).click()
        await page.getByText(/^Geboekt:/).waitFor()
        await page.keyboard.press('u')
        await page.getByText('Teruggenomen').waitFor()
    })
    const places = ['/', '/bills', '/bills/new', '/invoices', '/invoices/new', '/payments', '/payments?show=due', '/bank/queue', '/bank/decisions', '/bank/statements', '/bank/lines', '/parties', '/parties/new', '/items', '/ledger/entries', '/ledger/balance', '/ledger/accounts', '/documents', '/search?q=Boer', '/settings/company', '/settings/bank-accounts', '/settings/users', '/settings/roles', '/settings/periods', '/settings/tokens', '/settings/outbox', '/settings/audit', '/me', '/reports', '/nowhere']
    for (const language of ['nl', 'en']) await test(`every page in ${language}, no violation`, async () => {
        const wrong = []
        await page.evaluate(l => localStorage.setItem('florin.language', l), language)
        await page.emulateMedia({ colorScheme: language === 'en' ? 'dark' : 'light' })
        for (const place of places) {
            await page.goto(base + place)
            await page.locator('h1').first().waitFor()
            await page.waitForLoadState('networkidle')
            expect(await page.getAttribute('html', 'lang') === language, 'language of ' + place)
            if (await page.locator('[role=alert]').count()) wrong.push(place + ': ' + await page.locator('[role=alert]').first().innerText())
            await violations(page, place).catch(error => wrong.push(error.message))
            await shot(page, `${language}${place.replace(/\W+/g, '-')}`)
        }
        expect(wrong.length === 0, wrong.join('\n        '))
    })
    await test('nothing broke and no policy was broken', async () => { expect(page.trouble.length === 0, page.trouble.join('\n')) })
} catch (error) {
    failed++
    console.log('FAILED  ' + (error.stack ?? error))
}
finish()
