/** The statement of the box's root: in the key store before anyone sees it, one for ever. */
import { isDeepStrictEqual } from 'node:util'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import type { RootStatement } from '../../protocol/src/root-statement.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { boxRoot, type Tally } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, readRootStatements } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

/** Throws `decryption.root` when this trustee has signed another root, whether its key store or the ledger says so. */
export async function signRoot ({ ledger, store, log }: Trustee, election: KnownElection, index: number, tally: Tally): Promise<void> {
  const statement: RootStatement = { trustee: index, boxRoot: boxRoot(tally), ballots: tally.frontier.size }
  // a store restored from before the signing does not know what was signed, but the ledger does
  const posted = (await readRootStatements(ledger, election)).find(({ trustee }) => trustee === index)
  if (posted !== undefined) refuseAnother(posted, statement)
  const kept = await store.update(election.id, (now) => {
    if (now.root !== undefined) {
      refuseAnother(now.root.message, statement)
      return now
    }
    if (now.decryption !== undefined && now.decryption.boxRoot !== statement.boxRoot) throw new ScrutinError('decryption.root', `this trustee has decrypted ${now.decryption.boxRoot}`)
    return { ...now, root: signMessage(tags.rootStatement, fromHex(election.id, 32), store.keys, statement) }
  })
  if (posted !== undefined) return
  try {
    await submitWithPatience(ledger, 'signBoxRoot', [election.id, JSON.stringify(kept.root)])
    log.info({ electionId: election.id, boxRoot: statement.boxRoot, ballots: statement.ballots }, 'signed the root of the box')
  } catch (error) {
    if (!(error instanceof ScrutinError && error.code === 'root.exists')) throw error
  }
}

function refuseAnother (signed: RootStatement, statement: RootStatement): void {
  if (!isDeepStrictEqual(signed, statement)) throw new ScrutinError('decryption.root', `this trustee has signed the root ${signed.boxRoot}, and signs no other`)
}
