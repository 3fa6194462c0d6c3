/** The keys of world state by their form (SPEC.md 10). */
import { isHex } from '../../protocol/src/bytes.ts'

/** What a key names. `index` is a trustee or registrar, `name` what follows. */
export type LedgerPath =
  | { readonly kind: 'announced', readonly time: string, readonly electionId: string }
  | { readonly kind: 'directory', readonly name: string }
  | { readonly kind: 'modulus', readonly name: string }
  | { readonly kind: 'booth', readonly name: string, readonly mspId: string }
  | { readonly kind: 'definition' | 'state' | 'keys' | 'opening' | 'count' | 'result', readonly electionId: string }
  | { readonly kind: 'commit' | 'deal' | 'confirm' | 'complaint' | 'trial' | 'registrar' | 'decryption' | 'box-root', readonly electionId: string, readonly index: number }
  | { readonly kind: 'issuance', readonly electionId: string, readonly index: number, readonly name: string }
  | { readonly kind: 'ballot' | 'tracker' | 'void-vote' | 'voter-check', readonly electionId: string, readonly name: string }

export type ElectionPath = Extract<LedgerPath, { readonly electionId: string }>

const single = ['definition', 'state', 'keys', 'opening', 'count', 'result'] as const
const numbered = ['trial', 'registrar', 'decryption', 'box-root'] as const
const rounds = ['commit', 'deal', 'confirm', 'complaint'] as const
const hashed = ['ballot', 'tracker'] as const

/** Undefined for a key that SPEC.md does not explain. */
export function parsePath (key: string): LedgerPath | undefined {
  const parts = key.split('/')
  const [first, second, third, ...rest] = parts
  if (first === 'announced' && parts.length === 3 && isHex(third, 32)) return { kind: 'announced', time: second!, electionId: third }
  if (first === 'directory' && parts.length === 4) return { kind: 'directory', name: parts.slice(1).join('/') }
  if (first === 'booth' && parts.length === 3 && isHex(second, 32)) return { kind: 'booth', name: second, mspId: third! }
  if (first === 'modulus' && parts.length === 2 && isHex(second, 32)) return { kind: 'modulus', name: second }
  if (first === 'voter-check' && parts.length === 3 && isHex(second, 32) && isHex(third, 32)) return { kind: 'voter-check', electionId: second, name: third }
  if (first !== 'election' || third === undefined || !isHex(second, 32)) return undefined
  return electionPath(second, third, rest)
}

function electionPath (electionId: string, section: string, rest: readonly string[]): LedgerPath | undefined {
  const [one, two] = rest
  if (rest.length === 0) {
    const kind = single.find((name) => name === section)
    return kind === undefined ? undefined : { kind, electionId }
  }
  if (rest.length === 2) {
    const round = section === 'ceremony' ? rounds.find((name) => name === one) : undefined
    const index = number2(round === undefined ? one : two)
    if (index === undefined) return undefined
    if (round !== undefined) return { kind: round, electionId, index }
    return section === 'issuance' && isHex(two, 32) ? { kind: 'issuance', electionId, index, name: two } : undefined
  }
  if (rest.length !== 1) return undefined
  const kind = numbered.find((name) => name === section)
  const index = number2(one)
  if (kind !== undefined) return index === undefined ? undefined : { kind, electionId, index }
  const withHash = hashed.find((name) => name === section)
  if (withHash !== undefined) return isHex(one, 32) ? { kind: withHash, electionId, name: one } : undefined
  return section === 'void-vote' ? { kind: 'void-vote', electionId, name: one! } : undefined
}

function number2 (text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{2}$/.test(text) ? Number(text) : undefined
}
