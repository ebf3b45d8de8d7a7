// node tests/bench/web_scroll.mjs ADDRESS E-MAIL PASSWORD: the list of invoices in Chromium, signed in: scrolled to its end again and again, sorted and
// filtered as a person does, each request of it timed as the page sees it (from asking until the last byte, by the browser's own clock). Prints
// "pages N rows N p50_us N p95_us N most_us N".
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { chromium } = createRequire(join(process.cwd(), 'web/package.json'))('playwright-core')
const [base, email, password] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync), args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'] })
const context = await browser.newContext({ locale: 'nl-NL', viewport: { width: 1400, height: 900 } }), page = await context.newPage()
const opened = await page.request.post(base + '/api/v1/session', { data: { email, password } })
if (!opened.ok()) throw new Error('signing in: ' + opened.status())
const times = []
let rows = 0
await page.addInitScript(() => {
    window.took = []
    new PerformanceObserver(list => { for (const e of list.getEntries()) if (e.name.includes('/api/v1/invoices?')) window.took.push(e.responseEnd - e.startTime) }).observe({ type: 'resource', buffered: true })
})
const shown = () => page.locator('.list tbody tr').count()
// A view, and as many pages of it as are wanted, each asked for by the page itself when its end comes into sight.
async function read(query, pages) {
    await page.goto(base + '/invoices' + query)
    await page.locator('.list tbody tr').first().waitFor()
    for (let n = 1, had = await shown(); n < pages; n++) {
        await page.locator('.list-end').scrollIntoViewIfNeeded()
        for (const from = Date.now(); await shown() <= had;) {
            if (Date.now() - from > 30_000) throw new Error('no next page of ' + query)
            await page.waitForTimeout(10)
        }
        had = await shown()
    }
    rows += await shown()
    await page.waitForFunction(least => window.took.length >= least, pages)
    times.push(...await page.evaluate(() => window.took))
}
await read('', 20)
await read('?sort=-issued_on', 10)
await read('?payment=overdue&sort=due_on', 10)
await read('?issued_on.ge=2026-03-01&issued_on.le=2026-03-31&sort=-total', 6)
await read('?sort=customer_name', 6)
await read('?sort=-open', 6)
for (const query of ['?number.has=0999', '?customer_name.has=4711', '?total.ge=123.45&total.le=123.45', '?due_on.ge=2026-03-01&due_on.le=2026-03-31&sort=-issued_on', '?issued_on.ge=2025-02-01&issued_on.le=2025-02-28&payment=paid']) await read(query, 1)
await browser.close()
times.sort((a, b) => a - b)
const at = share => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] * 1000)
console.log(`pages ${times.length} rows ${rows} p50_us ${at(0.5)} p95_us ${at(0.95)} most_us ${at(1)}`)
