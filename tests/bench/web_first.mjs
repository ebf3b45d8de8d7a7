// node tests/bench/web_first.mjs ADDRESS E-MAIL PASSWORD: home in Chromium, signed in: what the first load weighs on the wire, and the median
// of five times until something can be read and clicked there, nothing kept from before. Prints "bytes N ms N".
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { chromium } = createRequire(join(process.cwd(), 'web/package.json'))('playwright-core')
const [base, email, password] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync), args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'] })
const times = []
let bytes = 0
for (let i = 0; i < 6; i++) {
    const context = await browser.newContext({ locale: 'nl-NL' }), page = await context.newPage()
    const opened = await page.request.post(base + '/api/v1/session', { data: { email, password } })
    if (!opened.ok()) throw new Error('signing in: ' + opened.status())
    const client = await context.newCDPSession(page)
    await client.send('Network.enable')
    let own = 0
    client.on('Network.loadingFinished', e => { own += e.encodedDataLength })
    const from = performance.now()
    await page.goto(base + '/', { waitUntil: 'commit' })
    await page.locator('main h1').waitFor()
    await page.locator('.todo a, .empty').first().waitFor()
    if (i) times.push(performance.now() - from) // the first warms the browser up
    bytes = Math.max(bytes, own)
    await context.close()
}
await browser.close()
times.sort((a, b) => a - b)
console.log(`bytes ${bytes} ms ${Math.round(times[2])}`)
