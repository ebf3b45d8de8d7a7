// What every file of tests/e2e stands on: a company of its own, `florin serve` on it, the browser, sign-in, second factor, axe, pictures.
//
//     import { house, test, expect, finish } from './lib.mjs'
//     const { base, open, signIn, florin } = await house()          // a fresh company with anna (administrator) and bram (approver)
//     const page = await open()
//     await test('what must be true', async () => { await signIn(page, 'anna@florin.test'); expect(…, 'what was not') })
//     await finish()                                                // prints "N passed, N failed"
//
// FLORIN_E2E_ENGINE=postgres: the books are a database of their own beside FLORIN_TEST_POSTGRES; otherwise a folder (SQLite).
import { execFileSync, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const require = createRequire(join(process.cwd(), 'web/package.json'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const here = basename(process.argv[1] ?? 'e2e', '.mjs'), binary = process.env.FLORIN_BINARY ?? ['build/florin', 'out/release/florin'].find(existsSync) ?? 'build/florin', shots = 'out/e2e'
export const password = 'Correct-Horse-9-Battery'
export const engine = process.env.FLORIN_E2E_ENGINE === 'postgres' ? 'postgres' : 'sqlite'
const folder = mkdtempSync(join(tmpdir(), `florin-e2e-${here}-`))
mkdirSync(shots, { recursive: true })
process.env.STATE_DIRECTORY = folder // where the key of secrets is of books on PostgreSQL, not in the home of who runs this
const servers = [], databases = []
let passed = 0, failed = 0, browser, over = false
const deadline = setTimeout(() => { failed++; console.log('FAILED  not done within its time'); void finish() }, Number(process.env.FLORIN_E2E_SECONDS ?? 240) * 1000)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => { failed++; console.log('FAILED  ended from outside'); void finish() })
for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, error => { failed++; console.log('FAILED  ' + (error?.stack ?? error)); void finish() })

export const expect = (ok, what) => { if (!ok) throw new Error(what) }
export const same = (expected, actual, what) => expect(JSON.stringify(expected) === JSON.stringify(actual), `${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`)

export async function test(name, body) {
    if (over) return
    const from = Date.now()
    try { await body(); passed++; console.log(`ok      ${name} (${Date.now() - from} ms)`) } catch (error) {
        if (over) return
        failed++
        console.log(`FAILED  ${name}: ${String(error.message ?? error).split('\n').slice(0, 12).join('\n        ')}`)
        let number = 0
        for (const context of browser?.contexts() ?? []) for (const page of context.pages()) await page.screenshot({ path: `${shots}/failed-${here}-${name.replace(/\W+/g, '-').slice(0, 40)}-${++number}.png` }).catch(() => undefined)
    }
}

// The day of the books, which is that of Amsterdam: near midnight it is another than that of UTC.
export const day = (later = 0) => new Date(Date.now() + later * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Europe/Amsterdam' })

// The end of every file: all that was started is ended, all that was made is removed, and the count is printed.
export async function finish() {
    if (over) return
    over = true
    clearTimeout(deadline)
    await Promise.race([browser?.close().catch(() => undefined), new Promise(done => setTimeout(done, 3000))])
    await Promise.all(servers.map(server => server.stop()))
    for (const name of databases) try { psql(`drop database if exists ${name} with (force)`) } catch { /* its server is gone */ }
    rmSync(folder, { recursive: true, force: true })
    console.log(`${passed} passed, ${failed} failed`)
    process.exit(failed ? 1 : 0)
}

// ---- Books ----

function psql(statement) {
    const url = process.env.FLORIN_TEST_POSTGRES
    if (!url) throw new Error('FLORIN_E2E_ENGINE=postgres needs FLORIN_TEST_POSTGRES')
    const program = process.env.FLORIN_POSTGRES_BIN ? join(process.env.FLORIN_POSTGRES_BIN, 'psql') : 'psql'
    return execFileSync(program, ['-qXAt', url, '-c', statement], { encoding: 'utf8' })
}
// Where new books go: a folder, or the address of a new database.
export function newBooks(on = engine) {
    if (on === 'sqlite') return join(folder, 'data-' + randomBytes(4).toString('hex'))
    const name = 'e2e_' + randomBytes(6).toString('hex')
    psql(`create database ${name}`)
    databases.push(name)
    const url = new URL(process.env.FLORIN_TEST_POSTGRES)
    url.pathname = '/' + name
    return url.href
}
// The program on these books, as the program itself; its answer as JSON.
export const florinOn = data => (...words) => JSON.parse(execFileSync(binary, [...words, '--data', data, '--json'], { encoding: 'utf8', maxBuffer: 1 << 28 }))

// `florin demo` once for all files of a run (FLORIN_E2E_SHARED, set by the runner), copied for each. Always SQLite moved to the engine asked for.
export function demoBooks(...flags) {
    const shared = process.env.FLORIN_E2E_SHARED ?? folder, made = join(shared, 'demo' + flags.join('').replace(/\W+/g, '-'))
    if (!existsSync(made)) {
        execFileSync(binary, ['demo', '--data', made + '.part', ...flags], { stdio: ['ignore', 'ignore', 'inherit'] })
        renameSync(made + '.part', made)
    }
    const copy = join(folder, 'demo-' + randomBytes(4).toString('hex'))
    cpSync(made, copy, { recursive: true })
    if (engine === 'sqlite') return { data: copy, signIn: readFileSync(join(copy, 'SIGN-IN.txt'), 'utf8') }
    const data = newBooks()
    execFileSync(binary, ['migrate-to', data, '--data', copy], { stdio: ['ignore', 'ignore', 'inherit'] })
    return { data, signIn: readFileSync(join(copy, 'SIGN-IN.txt'), 'utf8') }
}

// ---- The server ----

export const freePort = () => new Promise(done => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)) }) })
// `florin serve` on a free port, until finish(). settings: environment such as { FLORIN_MAIL_URL: 'smtp://…' }.
export async function serve(data, settings = {}) {
    const port = await freePort(), base = `http://127.0.0.1:${port}`
    const child = spawn(binary, ['serve', '--data', data], { env: { ...process.env, FLORIN_HTTP_PORT: String(port), FLORIN_LOG_LEVEL: 'warning', ...settings }, stdio: ['ignore', 'ignore', 'inherit'] })
    const ended = new Promise(done => child.once('exit', done))
    const server = { base, port, stop: async () => { child.kill(); const late = setTimeout(() => child.kill('SIGKILL'), 5000); await ended; clearTimeout(late) } }
    servers.push(server)
    for (let i = 0; ; i++) {
        try { if ((await fetch(base + '/healthz')).ok) return server } catch { /* not yet */ }
        if (i > 150 || child.exitCode !== null) throw new Error('the server does not answer')
        await new Promise(done => setTimeout(done, 100))
    }
}

// A company, its people, a server on it, and the browser. { data } : on books that are there (demoBooks().data) instead of fresh ones;
// { people: [{ email, name, role }] } : others than anna and bram; { settings } : environment of the server.
export async function house(wishes = {}) {
    const data = wishes.data ?? newBooks(), florin = florinOn(data)
    let company
    if (!wishes.data) {
        company = florin('company', 'add', '--name', 'Van der Berg Installatietechniek', '--country', 'NL', '--currency', 'EUR', '--language', 'nl', '--kvk_number', '27124701')
        expect(company.id, 'a company')
        for (const p of wishes.people ?? [{ email: 'anna@florin.test', name: 'Anna de Vries', role: 'administrator' }, { email: 'bram@florin.test', name: 'Bram Jansen', role: 'approver' }])
            florin('user', 'add', '--email', p.email, '--name', p.name, '--role', p.role, '--password', password)
    }
    const server = await serve(data, wishes.settings)
    return { data, florin, company, base: server.base, port: server.port, server, open, signIn: (page, email, code, word) => signIn(server.base, page, email, code, word), client: () => new Client(server.base) }
}

// A mail server of our own: keeps what it is given. { url, mails } : mails holds each as people read it (quoted-printable undone);
// await box.find('tess@florin.test', /(\/password#)(\S+)/) : the first mail that holds both, as [mail, match].
export async function mailbox() {
    const mails = [], port = await freePort()
    const plain = mail => mail.replace(/=\n/g, '').replace(/((?:=[0-9A-F]{2})+)/g, codes => Buffer.from(codes.replaceAll('=', ''), 'hex').toString('utf8'))
    createServer(socket => {
        let data, rest = ''
        socket.write('220 test\r\n')
        socket.on('error', () => undefined)
        socket.on('data', chunk => {
            rest += chunk
            for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
                const line = rest.slice(0, at)
                rest = rest.slice(at + 2)
                if (data !== undefined) { if (line === '.') { mails.push(plain(data)); data = undefined; socket.write('250 kept\r\n') } else data += line + '\n'; continue }
                if (/^DATA/i.test(line)) { data = ''; socket.write('354 go on\r\n') }
                else if (/^QUIT/i.test(line)) { socket.write('221 bye\r\n'); socket.end() }
                else socket.write(/^EHLO/i.test(line) ? '250-test\r\n250 8BITMIME\r\n' : '250 ok\r\n')
            }
        })
    }).listen(port, '127.0.0.1').unref()
    const find = async (what, shape = /^/) => {
        for (const from = Date.now(); Date.now() - from < 45_000; await new Promise(done => setTimeout(done, 100))) {
            const mail = mails.find(m => m.includes(what) && shape.test(m))
            if (mail) return [mail, shape.exec(mail)]
        }
        throw new Error(`no mail with ${what} and ${shape}; there are ${mails.length}`)
    }
    return { mails, find, settings: { FLORIN_MAIL_URL: `smtp://127.0.0.1:${port}`, FLORIN_MAIL_FROM: 'boeken@florin.test' } }
}

// ---- The browser ----

async function start() {
    const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? 'chromium'
    browser ??= await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-extensions'] })
    return browser
}
// A page in a context of its own; page.trouble: what broke, and what the policy refused.
export async function open(language = 'nl-NL', size = { width: 1440, height: 900 }, extra = {}) {
    const context = await (await start()).newContext({ locale: language, viewport: size, acceptDownloads: true, ...extra })
    await context.addInitScript(l => { try { if (location.protocol.startsWith('http') && !localStorage.getItem('florin.language')) localStorage.setItem('florin.language', l) } catch { /* a sandbox */ } }, language.slice(0, 2))
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.trouble = []
    page.going = new Set()
    page.hears = false
    page.on('request', request => { if (!/\/api\/v1\/events|^chrome-extension:/.test(request.url())) page.going.add(request) }) // the browser's own PDF viewer asks things that are never answered
    page.on('response', reply => { if (reply.url().includes('/api/v1/events')) page.hears = reply.ok() })
    for (const event of ['requestfinished', 'requestfailed']) page.on(event, request => page.going.delete(request))
    page.on('framenavigated', frame => { if (frame === page.mainFrame()) { page.going.clear(); page.hears = false } })
    page.on('pageerror', error => page.trouble.push(String(error)))
    page.on('console', message => { if (message.type() === 'error' && /Content Security|Refused to/.test(message.text())) page.trouble.push(message.text()) })
    return page
}
export async function signIn(base, page, email, code, word = password) {
    await page.goto(base)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel(/^(Wachtwoord|Password)/).fill(word)
    await page.getByRole('button', { name: /^(Inloggen|Sign in)$/ }).click()
    if (code) { await page.getByLabel('Code', { exact: true }).fill(code); await page.getByRole('button', { name: /^(Inloggen|Sign in)$/ }).click() }
    await page.getByRole('heading', { name: /Goede|Good/ }).waitFor()
}
// Nothing is asked of the server any more (the stream of events aside, which never ends) and nothing says that it loads.
export async function settled(page, most = 15_000) {
    for (let quiet = 0, from = Date.now(); quiet < 3;) {
        if (Date.now() - from > most) throw new Error(`not settled: ${[...page.going].map(r => r.url()).join(' ')}`)
        await page.waitForTimeout(100)
        quiet = page.going.size === 0 && await page.locator('.loading').count() === 0 ? quiet + 1 : 0
    }
}
// The page hears what others change: its stream of events has been answered.
export async function hears(page, most = 15_000) {
    for (const from = Date.now(); !page.hears;) {
        if (Date.now() - from > most) throw new Error('the page does not listen')
        await page.waitForTimeout(50)
    }
}
// Waits for what must come, or for the question for the second factor before it, which it answers. code: asked for when it is needed.
export async function shown(page, what, code) {
    const again = page.getByRole('dialog', { name: /^(Toon je tweede factor opnieuw|Show your second factor again)$/ })
    await what.or(again).first().waitFor()
    if (await again.count()) { await again.getByLabel('Code', { exact: true }).fill(code()); await again.getByRole('button', { name: /^(Ga door|Go on)$/ }).click() }
    await what.first().waitFor()
}
// Signed out only when the server has said so: a page that is left before would take its request along.
export async function signOut(page) {
    await page.getByRole('button', { name: /^(Uitloggen|Sign out)$/ }).first().click()
    await page.getByLabel('E-mail').waitFor()
}
// A value that comes a moment later than what was waited for.
export async function becomes(read, wanted, what, most = 10_000) {
    let is
    for (const from = Date.now(); Date.now() - from < most; await new Promise(done => setTimeout(done, 50))) if (JSON.stringify(is = await read()) === JSON.stringify(wanted)) return
    same(wanted, is, what)
}
export const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` })
export async function violations(page, where) {
    await page.evaluate(axe + ';undefined').catch(() => undefined)
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false }))
    expect(result.violations.length === 0, `axe on ${where}: ` + result.violations.map(v => `${v.id} ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`).join('\n'))
}
export const noSideways = async (page, where) => expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'sideways scrolling on ' + where)

// RFC 6238. steps: 1 for the next half minute's code (a code works once).
export function totp(secret, steps = 0) {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    let bits = ''
    for (const c of secret.replace(/[\s=]/g, '')) bits += alphabet.indexOf(c).toString(2).padStart(5, '0')
    const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2))), counter = Buffer.alloc(8)
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
    const hash = createHmac('sha1', key).update(counter).digest(), at = hash[19] & 15
    return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// ---- The API without a browser ----

// Signs in as the browser does (cookie and CSRF header); call() answers { status, body, headers }, ok() wants 200 and gives the body.
export class Client {
    constructor(base) { this.base = base; this.cookie = ''; this.csrf = '' }
    async call(method, path, body, headers = {}) {
        const raw = body instanceof Uint8Array || typeof body === 'string'
        const reply = await fetch(this.base + '/api/v1' + path, {
            method, body: body === undefined ? undefined : raw ? body : JSON.stringify(body), redirect: 'manual',
            headers: { ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }), ...(this.cookie ? { cookie: this.cookie } : {}),
                ...(this.csrf && method !== 'GET' ? { 'x-florin-csrf': this.csrf } : {}), ...headers },
        })
        const set = reply.headers.get('set-cookie')
        if (set) this.cookie = set.split(';')[0]
        const text = await reply.text()
        let json
        try { json = JSON.parse(text) } catch { json = text }
        return { status: reply.status, body: json, headers: reply.headers }
    }
    async ok(method, path, body, headers) {
        const reply = await this.call(method, path, body, headers)
        expect(reply.status === 200, `${method} ${path}: ${reply.status} ${JSON.stringify(reply.body).slice(0, 400)}`)
        return reply.body
    }
    async signIn(email, code, word = password) {
        const body = await this.ok('POST', '/session', { email, password: word, ...(code ? { code } : {}) })
        this.csrf = body.csrf
        return body
    }
    // A second factor for who signed in: fresh steps need next() (each code works once).
    async enrol() {
        const { secret } = await this.ok('POST', '/me/totp', {})
        const { codes } = await this.ok('POST', '/me/totp/confirm', { code: totp(secret) })
        this.codes = codes.map(c => c.code)
        await this.stepUp()
        return { secret, codes: this.codes }
    }
    stepUp() { return this.ok('POST', '/session/step-up', { code: this.codes.pop() }) }
}
