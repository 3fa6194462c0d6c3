/**
 * `consortium.yaml`: its schema, and reading it. Every complaint names the line.
 */
import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml'
import { NetworkError } from './network-error.ts'
import { portsPerMember } from './ports.ts'

const strict = { additionalProperties: false } as const
const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$', description: 'lower-case letters, digits and hyphens, beginning with a letter' })
const Duration = Type.String({ pattern: '^[1-9][0-9]*(ms|s)$', description: 'a duration such as 250ms or 2s' })

export const ConsortiumMember = Type.Object({
  /** Names the member's folder, processes and certificates. */
  name: Name,
  /** How people call the member. */
  title: Type.String({ minLength: 1, maxLength: 100 }),
  mspId: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9.-]{1,60}$', description: 'letters, digits, dots and hyphens, beginning with a letter' }),
  /** Present when the member keeps rolls and signs credentials. */
  registrar: Type.Optional(Type.Object({ identifies: Type.Literal('code') }, strict)),
  /** True when the member holds a share of election keys. */
  trustee: Type.Optional(Type.Boolean()),
  /** Organisers that announce elections through this member's gateway. */
  tenants: Type.Array(Name, { minItems: 1, maxItems: 50 }),
}, strict)
export type ConsortiumMember = Static<typeof ConsortiumMember>

export const Consortium = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  channel: Type.String({ pattern: '^[a-z][a-z0-9.-]{0,100}$', description: 'lower-case letters, digits, dots and hyphens, beginning with a letter' }),
  chaincode: Type.String({ pattern: '^[a-z][a-z0-9-]{0,60}$', description: 'lower-case letters, digits and hyphens, beginning with a letter' }),
  ports: Type.Object({
    /** First port of the first member. */
    base: Type.Integer({ minimum: 1024, maximum: 65000 }),
  }, strict),
  ordering: Type.Object({
    type: Type.Enum(['BFT', 'etcdraft']),
    maxMessageCount: Type.Integer({ minimum: 1, maximum: 10000 }),
    batchTimeout: Duration,
  }, strict),
  policies: Type.Object({
    endorsement: Type.Enum(['MAJORITY', 'ALL']),
  }, strict),
  members: Type.Array(ConsortiumMember, { minItems: 1, maxItems: 30 }),
}, strict)
export type Consortium = Static<typeof Consortium>

/** @throws {NetworkError} when the file cannot be read or says something else than a consortium. */
export async function readConsortium (file: string): Promise<Consortium> {
  let text
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new NetworkError(`${file} cannot be read: name the consortium's file with --config FILE`, { cause })
  }
  return parseConsortium(text, file)
}

/**
 * @param file only for the messages, which have the form `FILE:LINE: what is wrong`
 * @throws {NetworkError} with one line for each fault
 */
export function parseConsortium (text: string, file: string): Consortium {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const faults: Fault[] = document.errors.map(error => ({
    line: error.linePos?.[0].line ?? 1,
    message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code,
  }))
  if (faults.length === 0) {
    const value: unknown = document.toJS()
    const lineOf = (path: Path): number => lineOfPath(document, lines, path)
    if (Value.Check(Consortium, value)) {
      faults.push(...faultsOfMeaning(value, lineOf))
      if (faults.length === 0) return value
    } else {
      faults.push(...faultsOfShape(value, lineOf))
    }
  }
  const sorted = faults.toSorted((a, b) => a.line - b.line)
  throw new NetworkError(sorted.map(({ line, message }) => `${file}:${line}: ${message}`).join('\n'))
}

interface Fault { readonly line: number, readonly message: string }
type Path = readonly (string | number)[]

function faultsOfShape (value: unknown, lineOf: (path: Path) => number): Fault[] {
  return Value.Errors(Consortium, value).flatMap(error => {
    const path = error.instancePath.split('/').slice(1).map(part => /^\d+$/.test(part) ? Number(part) : part)
    const name = nameOf(path)
    switch (error.keyword) {
      case 'boolean': return [{ line: lineOf(path), message: `${name} is not a known setting` }]
      // each unknown setting has its own complaint above
      case 'additionalProperties': return []
      case 'required': return [{ line: lineOf(path), message: `${name} lacks ${error.params.requiredProperties.join(', ')}` }]
      case 'pattern': return [{ line: lineOf(path), message: `${name} must be ${describe(error.schemaPath) ?? `of the form ${String(error.params.pattern)}`}` }]
      case 'enum': return [{ line: lineOf(path), message: `${name} must be one of ${error.params.allowedValues.join(', ')}` }]
      case 'const': return [{ line: lineOf(path), message: `${name} must be ${String(error.params.allowedValue)}` }]
      default: return [{ line: lineOf(path), message: `${name} ${error.message}` }]
    }
  })
}

/** What the schema cannot say: names that must differ, numbers that must suffice. */
function faultsOfMeaning (consortium: Consortium, lineOf: (path: Path) => number): Fault[] {
  const faults: Fault[] = []
  for (const key of ['name', 'mspId'] as const) {
    const seen = new Set<string>()
    consortium.members.forEach((member, index) => {
      if (seen.has(member[key])) faults.push({ line: lineOf(['members', index, key]), message: `another member has the ${key} ${member[key]}` })
      seen.add(member[key])
    })
  }
  const owners = new Map<string, string>()
  consortium.members.forEach((member, index) => {
    member.tenants.forEach((tenant, position) => {
      const owner = owners.get(tenant)
      if (owner !== undefined) faults.push({ line: lineOf(['members', index, 'tenants', position]), message: `the tenant ${tenant} is named already, by ${owner}` })
      owners.set(tenant, member.name)
    })
  })
  const membersLine = lineOf(['members'])
  if (consortium.ordering.type === 'BFT' && consortium.members.length < 4) {
    faults.push({ line: lineOf(['ordering', 'type']), message: 'BFT needs four members to tolerate one that lies: name more, or choose etcdraft' })
  }
  if (consortium.members.filter(member => member.registrar !== undefined).length < 2) {
    faults.push({ line: membersLine, message: 'at least two members must have a registrar: no single one may mint a credential' })
  }
  if (consortium.members.filter(member => member.trustee === true).length < 2) {
    faults.push({ line: membersLine, message: 'at least two members must have a trustee: no single one may read a ballot' })
  }
  if (consortium.ports.base + consortium.members.length * portsPerMember > 65536) {
    faults.push({ line: lineOf(['ports', 'base']), message: 'the ports of the last member would lie above 65535' })
  }
  return faults
}

/** The line of the setting at this path, or of the nearest thing around it. Lines count from 1. */
function lineOfPath (document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find(item => isNode(item.key) && 'value' in item.key && item.key.value === key)
      if (pair !== undefined && isNode(pair.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line
    }
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** `members[2].name` rather than `/members/2/name`. */
function nameOf (path: Path): string {
  if (path.length === 0) return 'the file'
  return path.map((part, index) => typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`).join('')
}

/** The description the schema gives to what stands at this schema path. */
function describe (schemaPath: string): string | undefined {
  let place: unknown = Consortium
  for (const part of schemaPath.split('/').slice(1)) {
    place = typeof place === 'object' && place !== null ? Reflect.get(place, part) : undefined
  }
  const description: unknown = typeof place === 'object' && place !== null ? Reflect.get(place, 'description') : undefined
  return typeof description === 'string' ? description : undefined
}
