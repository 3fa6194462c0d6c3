/** Which members stand for which release of the booth. Each speaks for itself, and may change its mind. */
import { isHex } from '../../protocol/src/bytes.ts'
import { type BoothApproval, type BoothRelease, parseBoothApproval } from '../../protocol/src/booth-release.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import type { Transaction } from './transaction.ts'
import { parseRecord } from './world-state.ts'

/** A member could write releases without end; nobody reads more than these. */
const mostApprovals = 1000

/** `approved`: "true" or "false". */
export async function approveBooth (transaction: Transaction, hash: string, version: string, approved: string): Promise<Record<string, never>> {
  transaction.requireRole('organiser')
  if (!isHex(hash, 32) || !(approved === 'true' || approved === 'false')) throw new ScrutinError('input.malformed', 'expected a hash, a version, and true or false')
  const approval: BoothApproval = parseBoothApproval({ version, approved: approved === 'true', at: transaction.timeText() })
  await transaction.state.put(recordKeys.booth(hash, transaction.mspId), approval)
  return {}
}

/** What members said of one release, by its hash. */
export async function readBooth (transaction: Transaction, hash: string): Promise<BoothRelease> {
  if (!isHex(hash, 32)) throw new ScrutinError('input.malformed', 'hash')
  return { hash, approvals: Object.fromEntries(await approvalsIn(transaction, `booth/${hash}`).then((found) => found.map(([, mspId, approval]) => [mspId, approval]))) }
}

/** All releases, in the order of their hashes; as many as members have spoken of, a thousand words at most. */
export async function readBooths (transaction: Transaction): Promise<{ booths: BoothRelease[] }> {
  const byHash = Map.groupBy(await approvalsIn(transaction, 'booth'), ([hash]) => hash)
  return { booths: [...byHash].map(([hash, found]) => ({ hash, approvals: Object.fromEntries(found.map(([, mspId, approval]) => [mspId, approval])) })) }
}

async function approvalsIn (transaction: Transaction, prefix: string): Promise<[hash: string, mspId: string, BoothApproval][]> {
  const { values } = await transaction.state.getRange(`${prefix}/`, `${prefix}0`, mostApprovals)
  return values.map(({ key, value }) => {
    const [, hash, mspId] = key.split('/')
    return [hash!, mspId!, parseRecord<BoothApproval>(key, value)]
  })
}
