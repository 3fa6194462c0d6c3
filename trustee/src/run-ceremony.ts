/** One trustee's part in one key ceremony: commit, deal when all have committed, confirm when all have dealt and every share fits. */
import { isDeepStrictEqual } from 'node:util'
import { type CeremonyContext, type CeremonyMessage, ceremonyTags, ceremonyTranscript, checkCommit, checkDeal, type CommitMessage, type DealMessage } from '../../protocol/src/ceremony.ts'
import { timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { BadShareError, commitMessage, confirmMessage, dealMessage, drawSecrets, receiveShares } from '../../protocol/src/hold-shares.ts'
import { ceremonyContext } from '../../protocol/src/opening.ts'
import type { SignedCeremonyMessage } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, type PostedCeremony, readCeremony, readElection } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

/** `waiting`: for the others; `over`: nothing is left to do in this ceremony; `foreign`: it names other trustees. */
export type CeremonyProgress = 'waiting' | 'over' | 'foreign'

/** Does all that can be done now. Each message is in the key store, signed, before it is posted. */
export async function advanceCeremony (trustee: Trustee, electionId: string): Promise<CeremonyProgress> {
  for (;;) {
    const election = await readElection(trustee.ledger, electionId, trustee.store.publicKey)
    if (election.trustee === undefined) return 'foreign'
    if (election.status !== 'announced') {
      await forgetSecrets(trustee, election)
      return 'over'
    }
    const message = await nextMessage(trustee, election, election.trustee)
    if (message === undefined) {
      await expireIfLate(trustee, election)
      return 'waiting'
    }
    await post(trustee, electionId, message)
  }
}

/** The signed message that is this trustee's next; undefined when others must come first. */
async function nextMessage (trustee: Trustee, election: KnownElection, index: number): Promise<SignedCeremonyMessage | undefined> {
  const context = ceremonyContext(election.definition)
  const posted = await readCeremony(trustee.ledger, election)
  refuseForeignPosts(trustee, election, posted, index)
  if (posted.commits[index] === undefined) return await commit(trustee, context, election.id, index)
  const commits = whole(posted.commits)
  if (commits === undefined) return undefined
  if (posted.deals[index] === undefined) return await deal(trustee, context, election.id, index, commits)
  const deals = whole(posted.deals)
  if (deals === undefined || posted.confirms[index] !== undefined) return undefined
  return await judge(trustee, context, election.id, index, commits, deals)
}

async function commit ({ store }: Trustee, context: CeremonyContext, id: string, index: number): Promise<SignedCeremonyMessage> {
  const kept = await store.update(id, (now) => {
    if (now.commit !== undefined) return now
    const secrets = drawSecrets(context)
    const message: CeremonyMessage = commitMessage(context, index, secrets)
    return { ...now, secrets, commit: signMessage(ceremonyTags.commit, context.electionId, store.keys, message) }
  })
  return kept.commit!
}

async function deal ({ store }: Trustee, context: CeremonyContext, id: string, index: number, commits: readonly CommitMessage[]): Promise<SignedCeremonyMessage> {
  for (const message of commits) checkCommit(context, message)
  const kept = await store.update(id, (now) => {
    if (now.deal !== undefined) return now
    const message: CeremonyMessage = dealMessage(context, index, now.secrets!, commits)
    return { ...now, deal: signMessage(ceremonyTags.deal, context.electionId, store.keys, message) }
  })
  return kept.deal!
}

/** Checks every deal; confirms when all shares fit, complains about the first that does not. */
async function judge (
  { store, log }: Trustee, context: CeremonyContext, id: string, index: number, commits: readonly CommitMessage[], deals: readonly DealMessage[]
): Promise<SignedCeremonyMessage> {
  deals.forEach((message, i) => { checkDeal(context, message, commits[i]!) })
  const kept = await store.update(id, (now) => {
    if (now.verdict !== undefined) return now
    const sign = (message: CeremonyMessage): SignedCeremonyMessage => signMessage(ceremonyTags[message.round], context.electionId, store.keys, message)
    try {
      const shares = receiveShares(context, index, now.secrets!, deals)
      return { ...now, shares, verdict: sign(confirmMessage(context, index, commits, deals)) }
    } catch (error) {
      if (!(error instanceof BadShareError)) throw error
      return { ...now, verdict: sign({ round: 'complaint', trustee: index, dealer: error.dealer }) }
    }
  })
  const { message } = kept.verdict!
  if (message.round === 'complaint') log.error({ electionId: id, dealer: message.dealer + 1 }, 'a share does not fit its dealer\'s commitments: complaining')
  else if (message.round === 'confirm' && message.transcript !== ceremonyTranscript(context, commits, deals)) throw new ScrutinError('ceremony.commitment', 'the deals are not those that this trustee confirmed')
  return kept.verdict!
}

/** A message of ours on the ledger that is not in the store: the store was lost, or somebody else has the key. */
function refuseForeignPosts ({ store }: Trustee, { id }: KnownElection, { commits, deals }: PostedCeremony, index: number): void {
  const kept = store.election(id)
  for (const [message, own] of [[commits[index], kept.commit], [deals[index], kept.deal]] as const) {
    if (message !== undefined && !isDeepStrictEqual(message, own?.message)) {
      throw new ScrutinError('ceremony.exists', `the ledger holds a ${message.round} of this trustee that its key store does not know`)
    }
  }
}

async function post ({ ledger, log }: Trustee, electionId: string, signed: SignedCeremonyMessage): Promise<void> {
  const { round } = signed.message
  try {
    await submitWithPatience(ledger, 'postCeremonyMessage', [electionId, JSON.stringify(signed)])
    log.info({ electionId, round }, `posted ${round}`)
  } catch (error) {
    // posted before, by this trustee or by a try whose answer was lost; or the election has gone on without it
    if (!(error instanceof ScrutinError && (error.code === 'ceremony.exists' || error.code === 'election.state'))) throw error
  }
}

/** Whoever sees a deadline missed says so to the contract, which judges by its own clock. */
async function expireIfLate ({ ledger, log }: Trustee, { id, definition }: KnownElection): Promise<void> {
  if (Date.now() <= timestampMs(definition.ceremony.commitBy)) return
  try {
    await ledger.submit('expireCeremony', [id])
    log.warn({ electionId: id }, 'the key ceremony missed a deadline: the election is cancelled')
  } catch (error) {
    if (!(error instanceof ScrutinError && ['election.too-early', 'election.state', 'ledger.conflict'].includes(error.code))) throw error
  }
}

/** What was drawn is not needed once the keys stand; of a cancelled election nothing is. */
async function forgetSecrets ({ store, log }: Trustee, { id, status }: KnownElection): Promise<void> {
  const before = store.election(id)
  if (before.secrets === undefined && (status !== 'cancelled' || before.shares === undefined)) return
  await store.update(id, ({ secrets: _, shares, ...rest }) => status === 'cancelled' || shares === undefined ? rest : { ...rest, shares })
  log.info({ electionId: id, status }, 'erased the secrets of the ceremony')
}

function whole<M> (messages: readonly (M | undefined)[]): M[] | undefined {
  const present = messages.filter((message) => message !== undefined)
  return present.length === messages.length ? present : undefined
}
