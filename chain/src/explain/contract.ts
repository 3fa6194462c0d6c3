/** What Fabric's lifecycle writes of the contract. */
import { definitionKeys } from '../contract-definition.ts'
import type { NamespaceSet } from '../read-write-set.ts'
import { demand } from './work.ts'

/** A definition is public, of the one contract, and not mixed with a member's own approvals. By majority: whoever sends it. */
export function explainContract ({ writes, collections }: NamespaceSet): void {
  for (const { key, value } of writes) demand(value !== undefined && definitionKeys.includes(key), `no key of the lifecycle is explained to be ${JSON.stringify(key)}`)
  for (const { name, writes: hashed } of collections) demand(hashed.length === 0, `a definition comes with a write to the collection ${name}`)
}
