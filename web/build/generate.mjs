// api/openapi.json → src/api/schema.ts: a type for every record, and of every operation what it takes, what it gives and what a list or a
// form needs to know of its fields. Written at each build and not kept in git, so it can't differ from the description.
import { readFileSync, writeFileSync, existsSync } from 'node:fs'

const shapes = { 'date': 'date', 'date-time': 'instant', 'decimal': 'decimal', 'int64': 'int' }

function kindOf(schema) {
    if (schema.$ref) return 'record'
    if (schema.enum) return 'choice'
    if (Array.isArray(schema.type)) return 'json'
    if (schema.type === 'array') return 'list'
    if (schema.contentEncoding) return 'bytes'
    if (schema.type === 'integer') return schema.minimum === 1 && schema.maximum === 9007199254740991 ? 'id' : 'int'
    if (schema.type === 'boolean') return 'bool'
    return shapes[schema.format] ?? 'text'
}
const refName = ref => ref.split('/').pop()

function typeOf(schema) {
    if (schema.$ref) return `Schemas['${refName(schema.$ref)}']`
    if (schema.enum) return schema.enum.map(name => `'${name}'`).join(' | ')
    if (Array.isArray(schema.type)) return 'unknown'
    switch (schema.type) {
        case 'array': return `Array<${typeOf(schema.items)}>`
        case 'integer': return 'number'
        case 'boolean': return 'boolean'
        case 'object': return objectOf(schema)
        default: return 'string'
    }
}
function objectOf(schema) {
    const required = new Set(schema.required ?? [])
    const members = Object.entries(schema.properties ?? {}).map(([name, s]) => `${/^\w+$/.test(name) ? name : `'${name}'`}${required.has(name) ? '' : '?'}: ${typeOf(s)}`)
    return members.length ? `{ ${members.join('; ')} }` : 'Record<string, never>'
}
function fieldsOf(schema) {
    const required = new Set(schema.required ?? [])
    return Object.entries(schema.properties ?? {}).map(([name, s]) => ({
        name, kind: kindOf(s), ...(required.has(name) ? { required: true } : {}), ...(s.enum ? { choices: s.enum } : {}),
        ...(s.maxLength && s.maxLength !== 1000 ? { max: s.maxLength } : {}), ...(s.format && kindOf(s) === 'text' ? { shape: s.format } : {}),
    }))
}

export function generate(source) {
    const api = JSON.parse(source), schemas = api.components.schemas, out = []
    out.push('// Generated from api/openapi.json by build/generate.mjs. Do not edit.', "import type { Meta } from './meta'", '', 'export interface Schemas {')
    for (const [name, schema] of Object.entries(schemas)) out.push(`    ${name}: ${typeOf(schema)}`)
    out.push('}', '', 'export interface Operations {')
    const meta = []
    for (const [path, methods] of Object.entries(api.paths)) for (const [method, operation] of Object.entries(methods)) {
        const parameters = (operation.parameters ?? []).filter(p => p.name)
        const plain = parameters.filter(p => !p.name.includes('.') && p.name !== 'sort')
        const content = operation.requestBody?.content ?? {}, body = content['application/json']?.schema, upload = !!content['application/octet-stream']
        const gives = operation.responses['200'].content, answer = gives['application/json']?.schema
        const row = answer?.properties?.items?.items?.$ref
        const given = new Map()
        for (const p of parameters) if (!row || p.in === 'path' || !p.name.includes('.')) given.set(p.name, `'${p.name}'${p.required ? '' : '?'}: ${row && p.in === 'query' ? 'string' : typeOf(p.schema)}`)
        const required = new Set(body?.required ?? [])
        for (const [name, s] of Object.entries(body?.properties ?? {})) given.set(name, `'${name}'${required.has(name) ? '' : '?'}: ${typeOf(s)}`)
        if (row) given.set('[', '[filter: string]: string | number | undefined').delete('sort')
        const takes = given.size ? `{ ${[...given.values()].join('; ')} }` : 'Record<string, never>'
        out.push(`    ${operation.operationId}: { takes: ${row ? 'Record<string, string | number | undefined>' : takes}; gives: ${answer ? typeOf(answer) : 'Blob'} }`)
        const m = { method: method.toUpperCase(), path }
        if (operation['x-florin-permission']) m.needs = operation['x-florin-permission']
        if (operation['x-florin-step-up']) m.stepUp = true
        if (upload) m.upload = true
        if (!answer) m.file = true
        if (body) m.fields = fieldsOf(body)
        if (row) {
            const sort = parameters.find(p => p.name === 'sort')?.schema.enum ?? []
            m.columns = fieldsOf(schemas[refName(row)]).filter(f => !['json', 'list', 'record', 'bytes'].includes(f.kind)).map(f => ({
                name: f.name, kind: f.kind, ...(f.choices ? { choices: f.choices } : {}),
                ...(plain.some(p => p.name === f.name) ? { filter: true } : {}), ...(sort.includes(f.name) ? { sort: true } : {}),
            }))
        }
        meta.push(`    ${operation.operationId}: ${JSON.stringify(m)},`)
    }
    out.push('}', '', 'export const operations: { [name in keyof Operations]: Meta } = {', ...meta, '}', '')
    return out.join('\n')
}

export function write(root) {
    const target = root + '/src/api/schema.ts', text = generate(readFileSync(root + '/../api/openapi.json', 'utf8'))
    if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text)
}
