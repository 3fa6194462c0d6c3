/** What Fabric's lifecycle writes of the contract. */
import { definitionKeys } from '../contract-definition.ts'
import type { NamespaceSet } from '../read-write-set.ts'
import { demand } from './work.ts'

/** Approvals stand in the member's own collection; a definition is public, and of the one contract. */
export function explainContract ({ writes, collections }: NamespaceSet, mspId: string): void {
  for (const { key, value } of writes) demand(value !== undefined && definitionKeys.includes(key), `no key of the lifecycle is explained to be ${JSON.stringify(key)}`)
  for (const { name, writes: hashed } of collections) demand(hashed.length === 0 || name === `_implicit_org_${mspId}`, `${mspId} writes to the collection ${name}`)
}
