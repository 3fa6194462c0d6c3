/**
 * A trustee's part in the count: it recomputes the box from every source, signs its root, waits until t trustees have
 * signed the same, and only then decrypts the sums, and nothing else.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { fromHex } from '../../protocol/src/bytes.ts'
import { decryptTally } from '../../protocol/src/decryption.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarFromHex } from '../../protocol/src/group.ts'
import type { SignedDecryption } from '../../protocol/src/records.ts'
import { isWithheld } from '../../protocol/src/result.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { boxRoot, type Tally } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, readElection, readRootStatements } from './read-ledger.ts'
import { recountElection, type RecountProgress } from './recount-election.ts'
import { signRoot } from './sign-root.ts'
import type { Trustee } from './trustee.ts'

export interface DecryptionOutcome {
  /** The box that this trustee signed; with too few ballots none is decrypted. */
  readonly boxRoot: string
  readonly withheld: boolean
  /** The trustees who signed the root, this one included. */
  readonly signedBy: readonly number[]
  /** Whether this trustee has decrypted; not before t have signed. */
  readonly decrypted: boolean
  /** Whether the result has been published: the last trustee that is needed does it. */
  readonly published: boolean
}

export interface DecryptOptions {
  readonly onProgress?: RecountProgress
  /** How long to wait for the other trustees' statements, milliseconds; 0: not at all. */
  readonly waitMs?: number
  readonly pollMs?: number
}

/**
 * May be run again at any time: what was signed is signed once, and posted again if it has to be.
 *
 * @throws ScrutinError `trustee.unknown`, `trustee.disqualified`, `election.state` unless it is tallied, `decryption.root`
 * when what a source shows does not hold or this trustee signed another root before, `root.sources-differ`,
 * `election.not-ready` when the key store holds no share
 */
export async function decryptElection (trustee: Trustee, electionId: string, options: DecryptOptions = {}): Promise<DecryptionOutcome> {
  const { ledger, store, log } = trustee
  const election = await readElection(ledger, electionId, store.publicKey)
  const { trustee: index, keys } = election
  if (index === undefined) throw new ScrutinError('trustee.unknown')
  if (election.status !== 'tallied') throw new ScrutinError('election.state', `it is ${election.status}, but must be tallied`)
  if (keys?.qualified.includes(index) === false) throw new ScrutinError('trustee.disqualified')
  const tally = await recountElection(trustee, electionId, options.onProgress)
  const outcome = { boxRoot: boxRoot(tally), withheld: isWithheld(election.definition, tally) }
  if (outcome.withheld) {
    log.warn({ electionId, ballots: tally.frontier.size }, 'too few ballots: nothing is decrypted')
    return { ...outcome, signedBy: [], decrypted: false, published: await publishIfReady(trustee, electionId) }
  }
  if (store.election(electionId).shares === undefined) throw new ScrutinError('election.not-ready', 'the key store holds no share of this election')
  await signRoot(trustee, election, index, tally)
  const signedBy = await waitForOthers(trustee, election, outcome.boxRoot, options)
  if (signedBy.length < election.definition.threshold) return { ...outcome, signedBy, decrypted: false, published: false }
  await post(trustee, electionId, await partialDecryption(trustee, election, index, tally))
  return { ...outcome, signedBy, decrypted: true, published: await publishIfReady(trustee, electionId) }
}

/** The trustees who signed this root, as soon as they are enough, or when the time is over. Their signatures are checked: a peer can hide some, and invent none. */
async function waitForOthers (trustee: Trustee, election: KnownElection, root: string, { waitMs = 0, pollMs = 1000, onProgress }: DecryptOptions): Promise<number[]> {
  const { threshold } = election.definition
  const deadline = performance.now() + waitMs
  for (;;) {
    const statements = await readRootStatements(trustee.ledger, election)
    const other = statements.find(({ boxRoot }) => boxRoot !== root)
    if (other !== undefined) throw new ScrutinError('decryption.root', `trustee ${other.trustee + 1} has signed the root ${other.boxRoot}`)
    const { status } = await readElection(trustee.ledger, election.id, trustee.store.publicKey)
    if (status !== 'tallied' && status !== 'published') throw new ScrutinError('election.state', `it is ${status}, but must be tallied`)
    if (statements.length >= threshold || performance.now() >= deadline) return statements.map(({ trustee: index }) => index)
    onProgress?.(`${statements.length} of ${threshold} trustees have signed the root ${root}`)
    await delay(pollMs)
  }
}

/** The box that is decrypted is written down first: there is never a second one. */
async function partialDecryption ({ store }: Trustee, { id }: KnownElection, index: number, tally: Tally): Promise<SignedDecryption> {
  const context = { electionId: fromHex(id, 32), boxRoot: boxRoot(tally) }
  const kept = await store.update(id, (now) => {
    if (now.root?.message.boxRoot !== context.boxRoot) throw new ScrutinError('decryption.root', 'this trustee has not signed this root')
    if (now.decryption !== undefined) {
      if (now.decryption.boxRoot !== context.boxRoot) throw new ScrutinError('decryption.root', `this trustee has decrypted ${now.decryption.boxRoot}`)
      return now
    }
    if (now.shares === undefined) throw new ScrutinError('election.not-ready', 'the key store holds no share of this election')
    const message = decryptTally(context, index, now.shares.map(scalarFromHex), tally)
    return { ...now, decryption: { boxRoot: context.boxRoot, signed: signMessage(tags.decryptionMessage, context.electionId, store.keys, message) } }
  })
  return kept.decryption!.signed
}

async function post ({ ledger, log }: Trustee, electionId: string, signed: SignedDecryption): Promise<void> {
  try {
    await submitWithPatience(ledger, 'postDecryption', [electionId, JSON.stringify(signed)])
    log.info({ electionId, boxRoot: signed.message.boxRoot }, 'posted the partial decryption')
  } catch (error) {
    // posted before; or published without it while we counted
    if (!(error instanceof ScrutinError && (error.code === 'decryption.exists' || error.code === 'election.state'))) throw error
  }
}

async function publishIfReady ({ ledger, store, log }: Trustee, electionId: string): Promise<boolean> {
  try {
    await submitWithPatience(ledger, 'publish', [electionId])
    log.info({ electionId }, 'published the result')
    return true
  } catch (error) {
    if (!(error instanceof ScrutinError && (error.code === 'election.not-ready' || error.code === 'election.state'))) throw error
    return (await readElection(ledger, electionId, store.publicKey)).status === 'published'
  }
}
