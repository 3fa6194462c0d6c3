/** The statement of the box's root: in the key store before anyone sees it, one for ever. What any source shows of this trustee counts as well. */
import { isDeepStrictEqual } from 'node:util'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import type { RootStatement } from '../../protocol/src/root-statement.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { boxRoot } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, readDecryptionOf, readRootStatements } from './read-ledger.ts'
import type { Recount } from './recount-election.ts'
import type { Trustee } from './trustee.ts'

/** Throws `decryption.root` when this trustee has signed or decrypted another root, whether its key store or any member's ledger says so. */
export async function signRoot ({ ledger, store, log }: Trustee, election: KnownElection, index: number, recount: Recount): Promise<void> {
  const { tally } = recount
  const statement: RootStatement = { trustee: index, boxRoot: boxRoot(tally), ballots: tally.frontier.size }
  const posted = await refuseAnotherPosted(election, statement, recount)
  const kept = await store.update(election.id, (now) => {
    if (now.root !== undefined) {
      refuseAnother(now.root.message, statement)
      return now
    }
    if (now.decryption !== undefined && now.decryption.boxRoot !== statement.boxRoot) throw new ScrutinError('decryption.root', `this trustee has decrypted ${now.decryption.boxRoot}`)
    return { ...now, root: signMessage(tags.rootStatement, fromHex(election.id, 32), store.keys, statement) }
  })
  if (posted) return
  try {
    await submitWithPatience(ledger, 'signBoxRoot', [election.id, JSON.stringify(kept.root)])
    log.info({ electionId: election.id, boxRoot: statement.boxRoot, ballots: statement.ballots }, 'signed the root of the box')
  } catch (error) {
    if (!(error instanceof ScrutinError && error.code === 'root.exists')) throw error
  }
}

/**
 * A store restored from before the signing does not know what was signed, but the ledger does: at the members whose
 * peers hide nothing. @returns whether the statement stands on the ledger
 */
async function refuseAnotherPosted (election: KnownElection, statement: RootStatement, { shown }: Recount): Promise<boolean> {
  let posted = false
  for (const source of shown) {
    const signed = (await readRootStatements(source.records(['box-root']), election)).find(({ trustee }) => trustee === statement.trustee)
    if (signed !== undefined) refuseAnother(signed, statement)
    posted ||= signed !== undefined
    const decrypted = await readDecryptionOf(source.records(['decryption']), election, statement.trustee)
    if (decrypted !== undefined && decrypted.message.boxRoot !== statement.boxRoot) throw new ScrutinError('decryption.root', `this trustee has decrypted ${decrypted.message.boxRoot}`)
  }
  return posted
}

function refuseAnother (signed: RootStatement, statement: RootStatement): void {
  if (!isDeepStrictEqual(signed, statement)) throw new ScrutinError('decryption.root', `this trustee has signed the root ${signed.boxRoot}, and signs no other`)
}
