// Types checked, then src/**/*.test.ts run by node itself. Ends with "N passed, N failed", as ./dev counts.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { webcrypto } from 'node:crypto'
import { write } from './generate.mjs'

globalThis.crypto ??= webcrypto // browsers have it; node 18 only by this name

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)
write(root)
let passed = 0, failed = 0
const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'], { stdio: 'inherit' })
if (types.status === 0) passed++
else failed++
const folder = mkdtempSync(root + '/node_modules/.test-')
try {
    await build({ entryPoints: ['src/web.test.ts'], bundle: true, platform: 'node', format: 'esm', outfile: folder + '/test.mjs', define: { SOURCES: JSON.stringify(sources('src')), OWN_CHECKS: JSON.stringify(readFileSync('../data/rules/florin.tsv', 'utf8').match(/^FL-[A-Z0-9-]+/gm)), COMMANDS: JSON.stringify(commands()), SUPPLIER: JSON.stringify(readFileSync('src/supplier.tsx', 'utf8')) } })
    const { tests } = await import(pathToFileURL(folder + '/test.mjs').href)
    for (const [name, test] of Object.entries(tests)) {
        try { await test(); passed++ } catch (error) { failed++; console.error(`FAILED ${name}: ${error.message}`) }
    }
} finally { rmSync(folder, { recursive: true, force: true }) }
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)

function sources(folder) {
    const files = spawnSync('find', [folder, '-name', '*.ts*', '!', '-path', '*/text/*', '!', '-name', 'web.test.ts'], { encoding: 'utf8' }).stdout.trim().split('\n')
    return files.map(file => readFileSync(file, 'utf8')).join('\n')
}
// Every operation that writes, as the audit trail names it.
function commands() {
    const paths = Object.values(JSON.parse(readFileSync('../api/openapi.json', 'utf8')).paths)
    return paths.flatMap(ways => Object.entries(ways).filter(([way]) => way !== 'get').map(([, o]) => o['x-florin-command'])).filter(Boolean)
}
