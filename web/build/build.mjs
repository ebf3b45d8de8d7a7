// src → dist: types from the API's description, one bundle split by page, hashed names, one style sheet, index.html. Prints what a first
// page weighs and refuses to pass the limit of issue 5.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { write } from './generate.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url))), dist = root + '/dist', limit = 450_000, supplierLimit = 100_000
process.chdir(root)
write(root)
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
const result = await build({
    entryPoints: ['src/main.tsx', 'src/supplier.tsx', 'src/app.css'], bundle: true, minify: true, splitting: true, format: 'esm', target: ['es2021', 'chrome100', 'firefox100', 'safari15'],
    outdir: 'dist', entryNames: '[name]-[hash]', chunkNames: 'part-[hash]', assetNames: '[name]-[hash]', jsx: 'automatic', metafile: true, legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'warning',
})
const outputs = Object.entries(result.metafile.outputs)
const main = outputs.find(([, o]) => o.entryPoint === 'src/main.tsx'), supplier = outputs.find(([, o]) => o.entryPoint === 'src/supplier.tsx'), style = outputs.find(([, o]) => o.entryPoint === 'src/app.css')
const name = path => path.replace(/^dist\//, '/')
writeFileSync(dist + '/index.html', readFileSync('src/index.html', 'utf8').replace('{{style}}', name(style[0])).replace('{{main}}', name(main[0])))
writeFileSync(dist + '/supplier.html', readFileSync('src/supplier.html', 'utf8').replace('{{style}}', name(style[0])).replace('{{main}}', name(supplier[0])))
writeFileSync(dist + '/favicon.svg', readFileSync('src/favicon.svg'))

const weight = path => gzipSync(readFileSync(path), { level: 9 }).length
const weigh = (entry, html) => {
    const first = new Set([style[0]])
    const follow = path => { if (!first.has(path)) { first.add(path); for (const i of result.metafile.outputs[path].imports) if (i.kind === 'import-statement') follow(i.path) } }
    follow(entry)
    return [...first].reduce((sum, path) => sum + weight(path), weight(html))
}
const initial = weigh(main[0], 'dist/index.html'), page = weigh(supplier[0], 'dist/supplier.html')
const all = readdirSync(dist).reduce((sum, file) => sum + weight(dist + '/' + file), 0)
console.log(`first page ${initial} bytes (gzip), suppliers' page ${page}, everything ${all}, ${readdirSync(dist).length} files`)
if (initial > limit) { console.error(`the first page is over its limit of ${limit} bytes`); process.exit(1) }
if (page > supplierLimit) { console.error(`the suppliers' page is over its limit of ${supplierLimit} bytes`); process.exit(1) }
