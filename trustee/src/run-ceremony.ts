/**
 * One trustee's part in one key ceremony: commit, deal when all have committed, complain about the dealers whose shares
 * do not fit, confirm the shares of the others.
 */
import { isDeepStrictEqual } from 'node:util'
import { type CeremonyContext, type CeremonyMessage, ceremonyTags, ceremonyTranscript, checkCommit, checkDeal, type CommitMessage, type DealMessage, qualifiedTrustees } from '../../protocol/src/ceremony.ts'
import { checkComplaint } from '../../protocol/src/complaint.ts'
import { surelyPastMs } from '../../protocol/src/clock-skew.ts'
import { type Definition, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { commitMessage, complaintMessage, confirmMessage, dealMessage, drawSecrets, findBadDealers, receiveShares } from '../../protocol/src/hold-shares.ts'
import { ceremonyContext } from '../../protocol/src/opening.ts'
import type { KeysRecord, SignedCeremonyMessage } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { keepChain } from './known-chain.ts'
import { postTrial } from './post-trial.ts'
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
      await postTrial(trustee, election)
      return 'over'
    }
    const message = await nextMessage(trustee, election, election.trustee)
    if (message === undefined) {
      await expireIfLate(trustee, election)
      return 'waiting'
    }
    if (!await post(trustee, electionId, message)) return 'waiting'
  }
}

/** The signed message that is this trustee's next; undefined when others must come first. */
async function nextMessage (trustee: Trustee, election: KnownElection, index: number): Promise<SignedCeremonyMessage | undefined> {
  const context = ceremonyContext(election.definition)
  const posted = await readCeremony(trustee.ledger, election)
  refuseForeignPosts(trustee, election, posted, index)
  await keepChain(trustee, election.definition)
  if (posted.commits[index] === undefined) return await commit(trustee, context, election.id, index)
  const commits = whole(posted.commits)
  if (commits === undefined) return undefined
  if (posted.deals[index] === undefined) return await deal(trustee, context, election.id, index, commits)
  const deals = whole(posted.deals)
  if (deals === undefined) return undefined
  deals.forEach((message, i) => { checkDeal(context, message, commits[i]!) })
  return await judge(trustee, context, election.id, index, commits, deals, posted)
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

/** Complains about the qualified dealers whose shares do not fit; confirms the shares of those who are left. */
async function judge (
  { store, log }: Trustee, context: CeremonyContext, id: string, index: number, commits: readonly CommitMessage[], deals: readonly DealMessage[], posted: PostedCeremony
): Promise<SignedCeremonyMessage | undefined> {
  const complaints = posted.complaints.filter((complaint) => complaint !== undefined)
  for (const complaint of complaints) checkComplaint(context, complaint, commits, deals)
  const qualified = qualifiedTrustees(context, complaints)
  if (!qualified.includes(index)) {
    log.error({ electionId: id }, 'this trustee has been disqualified: a share that it dealt does not fit')
    return undefined
  }
  const contributions = qualified.map((trustee) => deals[trustee]!)
  const sign = (message: CeremonyMessage): SignedCeremonyMessage => signMessage(ceremonyTags[message.round], context.electionId, store.keys, message)
  const transcript = ceremonyTranscript(context, commits, deals, qualified)
  if (posted.confirms[index]?.transcript === transcript) return undefined
  const kept = await store.update(id, (now) => {
    if (isConfirmOf(now.confirm, transcript)) return now
    if (now.secrets === undefined) throw new ScrutinError('ceremony.exists', 'this trustee has seen the keys confirmed by all, and takes part in no other ceremony of this election')
    const bad = findBadDealers(context, index, now.secrets, contributions)
    if (bad.length > 0) {
      return now.complaint === undefined ? { ...now, complaint: sign(complaintMessage(context, index, now.secrets, bad.map((dealer) => deals[dealer]!))) } : now
    }
    const shares = { ...now.shares, [transcript]: receiveShares(context, index, now.secrets, contributions) }
    return { ...now, shares, confirm: sign(confirmMessage(context, index, commits, deals, qualified)) }
  })
  if (isConfirmOf(kept.confirm, transcript)) return kept.confirm
  if (posted.complaints[index] !== undefined) throw new ScrutinError('ceremony.share', 'a dealer that this trustee complained about is not disqualified')
  if (kept.complaint?.message.round === 'complaint') {
    log.error({ electionId: id, dealers: kept.complaint.message.accusations.map(({ dealer }) => dealer + 1) }, 'shares do not fit their dealers\' commitments: complaining')
  }
  return kept.complaint
}

function isConfirmOf (signed: SignedCeremonyMessage | undefined, transcript: string): signed is SignedCeremonyMessage {
  return signed?.message.round === 'confirm' && signed.message.transcript === transcript
}

/** A message of ours on the ledger that is not in the store: the store was lost, or somebody else has the key. */
function refuseForeignPosts ({ store }: Trustee, { id }: KnownElection, { commits, deals, complaints, confirms }: PostedCeremony, index: number): void {
  const kept = store.election(id)
  const confirmed = confirms[index] === undefined ? undefined : kept.confirm
  if (confirms[index] !== undefined && confirmed === undefined) throw new ScrutinError('ceremony.exists', 'the ledger holds a confirm of this trustee that its key store does not know')
  for (const [message, own] of [[commits[index], kept.commit], [deals[index], kept.deal], [complaints[index], kept.complaint]] as const) {
    if (message !== undefined && !isDeepStrictEqual(message, own?.message)) {
      throw new ScrutinError('ceremony.exists', `the ledger holds a ${message.round} of this trustee that its key store does not know`)
    }
  }
}

/** Whether to look again at once for what is next. */
async function post ({ ledger, log }: Trustee, electionId: string, signed: SignedCeremonyMessage): Promise<boolean> {
  const { round } = signed.message
  try {
    await submitWithPatience(ledger, 'postCeremonyMessage', [electionId, JSON.stringify(signed)])
    log.info({ electionId, round }, `posted ${round}`)
    return true
  } catch (error) {
    if (!(error instanceof ScrutinError)) throw error
    // posted before, by this trustee or by a try whose answer was lost; or the election has gone on without it
    if (error.code === 'ceremony.exists' || error.code === 'election.state') return true
    // a complaint came first that our peer did not show yet: its event will wake us
    if (round === 'confirm' && (error.code === 'ceremony.commitment' || error.code === 'trustee.disqualified')) return false
    throw error
  }
}

/** Whoever sees a deadline missed says so to the contract, which judges by its own clock. */
async function expireIfLate ({ ledger, log }: Trustee, { id, definition }: KnownElection): Promise<void> {
  if (Date.now() <= surelyPastMs(timestampMs(definition.ceremony.commitBy))) return
  try {
    await ledger.submit('expireCeremony', [id])
    log.warn({ electionId: id }, 'the key ceremony missed a deadline: the election is cancelled')
  } catch (error) {
    if (!(error instanceof ScrutinError && ['election.too-early', 'election.state', 'ledger.conflict'].includes(error.code))) throw error
  }
}

/**
 * What was drawn is not needed once all qualified trustees have signed that they hold shares of these keys, this one
 * among them: their signatures say so, not the peer, whose word erases nothing. The shares stay until `trustee erase`.
 */
async function forgetSecrets ({ ledger, store, log }: Trustee, election: KnownElection): Promise<void> {
  const { id, definition, keys } = election
  const { secrets, shares } = store.election(id)
  if (secrets === undefined || keys === undefined) return
  if (shares?.[keys.transcript] === undefined || !isConfirmedByAll(definition, keys, await readCeremony(ledger, election))) {
    log.error({ electionId: id }, 'these are no keys that this trustee and all others have confirmed: its secrets are kept')
    return
  }
  await store.update(id, ({ secrets: _, ...rest }) => rest)
  log.info({ electionId: id }, 'erased the secrets of the ceremony')
}

function isConfirmedByAll (definition: Definition, { qualified, transcript }: KeysRecord, { commits, deals, confirms }: PostedCeremony): boolean {
  const [allCommits, allDeals] = [whole(commits), whole(deals)]
  if (allCommits === undefined || allDeals === undefined || qualified.length < definition.threshold) return false
  return transcript === ceremonyTranscript(ceremonyContext(definition), allCommits, allDeals, qualified) &&
    qualified.every((trustee) => confirms[trustee]?.transcript === transcript)
}

function whole<M> (messages: readonly (M | undefined)[]): M[] | undefined {
  const present = messages.filter((message) => message !== undefined)
  return present.length === messages.length ? present : undefined
}
