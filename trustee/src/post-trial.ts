/** The trial decryption before opening: from the shares as they lie in the key store, so that what is shown is what will decrypt. */
import { fromHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarFromHex } from '../../protocol/src/group.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { checkTrial, decryptTrial } from '../../protocol/src/trial.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import type { KnownElection } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

/** Throws `trial.proof` when the shares in the store are not those of the keys, `election.not-ready` when there are none. */
export async function postTrial ({ ledger, store, log }: Trustee, { id, trustee, keys, trials, status }: KnownElection): Promise<void> {
  if (status !== 'keyed' || trustee === undefined || keys?.qualified.includes(trustee) !== true || trials.includes(trustee)) return
  const shares = store.election(id).shares?.[keys.transcript]
  if (shares === undefined) throw new ScrutinError('election.not-ready', 'the key store holds no share of this election')
  const electionId = fromHex(id, 32)
  const message = decryptTrial(electionId, keys, trustee, shares.map(scalarFromHex))
  checkTrial(electionId, keys, message)
  try {
    await submitWithPatience(ledger, 'postTrial', [id, JSON.stringify(signMessage(tags.trialMessage, electionId, store.keys, message))])
    log.info({ electionId: id }, 'decrypted on trial')
  } catch (error) {
    if (!(error instanceof ScrutinError && (error.code === 'trial.exists' || error.code === 'election.state'))) throw error
  }
}
