/**
 * A trustee's part in the count: it recomputes the box from every source, signs its root, waits until t trustees have
 * signed the same, looks whether every source shows the election tallied still, and only then decrypts the sums, and
 * nothing else.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { electionRecords } from '../../ledger/src/election-records.ts'
import { decryptionContext, decryptTally } from '../../protocol/src/decryption.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarFromHex } from '../../protocol/src/group.ts'
import { isWithheld } from '../../protocol/src/pools.ts'
import type { SignedDecryption } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { boxRoot } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, readElection, readRootStatements } from './read-ledger.ts'
import { readStatesNow, type Recount, recountElection, type RecountProgress } from './recount-election.ts'
import { signRoot } from './sign-root.ts'
import type { Trustee } from './trustee.ts'

export interface DecryptionOutcome {
  /** The box that this trustee signed; with too few ballots none is decrypted. */
  readonly boxRoot: string
  readonly withheld: boolean
  /** The trustees who signed the root, this one included. */
  readonly signedBy: readonly number[]
  /** Whether this trustee has decrypted; not before t have signed, and not when the result was published without it. */
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
 * `election.not-ready` when the key store holds no share, too few members can be asked, or the chain is not known
 */
export async function decryptElection (trustee: Trustee, electionId: string, options: DecryptOptions = {}): Promise<DecryptionOutcome> {
  const { ledger, store, log } = trustee
  const election = await readElection(ledger, electionId, store.publicKey)
  const { trustee: index } = election
  if (index === undefined) throw new ScrutinError('trustee.unknown')
  if (election.status !== 'tallied') throw new ScrutinError('election.state', `it is ${election.status}, but must be tallied`)
  const recount = await recountElection(trustee, election, options.onProgress)
  const { tally, keys } = recount
  if (!keys.qualified.includes(index)) throw new ScrutinError('trustee.disqualified')
  const outcome = { boxRoot: boxRoot(tally), withheld: isWithheld(election.definition, tally) }
  if (outcome.withheld) {
    log.warn({ electionId, ballots: tally.frontier.size }, 'too few ballots: nothing is decrypted')
    return { ...outcome, signedBy: [], decrypted: false, published: await publishIfReady(trustee, electionId) }
  }
  if (store.election(electionId).shares?.[keys.transcript] === undefined) throw new ScrutinError('election.not-ready', 'the key store holds no share of this election')
  await signRoot(trustee, election, index, recount)
  const signedBy = await waitForOthers(trustee, election, recount, options)
  if (signedBy.length < election.definition.threshold) return { ...outcome, signedBy, decrypted: false, published: false }
  const isPublished = await requireTalliedStill(recount)
  if (isPublished) return { ...outcome, signedBy, decrypted: false, published: true }
  await post(trustee, electionId, await partialDecryption(trustee, election, index, recount))
  return { ...outcome, signedBy, decrypted: true, published: await publishIfReady(trustee, electionId) }
}

/** The trustees who signed this root, as soon as they are enough, or when the time is over. Their signatures are checked: a peer can hide some, and invent none. */
async function waitForOthers (trustee: Trustee, election: KnownElection, { tally, keys }: Recount, { waitMs = 0, pollMs = 1000, onProgress }: DecryptOptions): Promise<number[]> {
  const { threshold } = election.definition
  const [root, ballots] = [boxRoot(tally), tally.frontier.size]
  const deadline = performance.now() + waitMs
  for (;;) {
    const all = await readRootStatements(electionRecords(trustee.ledger, election.id, ['box-root']), election)
    const statements = all.filter(({ trustee: index }) => keys.qualified.includes(index))
    const other = statements.find((statement) => statement.boxRoot !== root || statement.ballots !== ballots)
    if (other !== undefined) throw new ScrutinError('decryption.root', `trustee ${other.trustee + 1} has signed the root ${other.boxRoot} of ${other.ballots} ballots`)
    const { status } = await readElection(trustee.ledger, election.id, trustee.store.publicKey)
    if (status !== 'tallied' && status !== 'published') throw new ScrutinError('election.state', `it is ${status}, but must be tallied`)
    if (statements.length >= threshold || performance.now() >= deadline) return statements.map(({ trustee: index }) => index)
    onProgress?.(`${statements.length} of ${threshold} trustees have signed the root ${root}`)
    await delay(pollMs)
  }
}

/**
 * Minutes may have passed since the recount, and one peer can hide what came since. Throws `election.state` when any
 * source shows it void, or anything but tallied. @returns whether it has been published meanwhile, without this trustee
 */
async function requireTalliedStill ({ shown }: Recount): Promise<boolean> {
  const states = await readStatesNow(shown)
  const other = states.find(({ status }) => status !== 'tallied' && status !== 'published')
  if (other !== undefined) throw new ScrutinError('election.state', `${other.name} shows it ${other.status}`)
  return states.some(({ status }) => status === 'published')
}

/** The box that is decrypted is written down first: there is never a second one. */
async function partialDecryption ({ store }: Trustee, { id, definition }: KnownElection, index: number, { tally, keys }: Recount): Promise<SignedDecryption> {
  const context = decryptionContext(definition, tally)
  const kept = await store.update(id, (now) => {
    if (now.root?.message.boxRoot !== context.boxRoot) throw new ScrutinError('decryption.root', 'this trustee has not signed this root')
    if (now.decryption !== undefined) {
      if (now.decryption.boxRoot !== context.boxRoot) throw new ScrutinError('decryption.root', `this trustee has decrypted ${now.decryption.boxRoot}`)
      return now
    }
    const shares = now.shares?.[keys.transcript]
    if (shares === undefined) throw new ScrutinError('election.not-ready', 'the key store holds no share of this election')
    const message = decryptTally(context, index, shares.map(scalarFromHex))
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
