/** A trustee's partial decryption of a tallied election: of the sums that it recomputes itself from the ballots, and of nothing else. */
import { electionRecords } from '../../ledger/src/election-records.ts'
import { bundleLines } from '../../protocol/src/bundle.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import { decryptTally } from '../../protocol/src/decryption.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarFromHex } from '../../protocol/src/group.ts'
import { recordSections, type SignedDecryption } from '../../protocol/src/records.ts'
import { isWithheld } from '../../protocol/src/result.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { boxRoot, type Tally, tallyFromJson } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { verifyElection, type VerifyOptions } from '../../protocol/src/verify-election.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { type KnownElection, readElection } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

export interface DecryptionOutcome {
  /** The box that was decrypted; with too few ballots none is. */
  readonly boxRoot: string
  readonly withheld: boolean
  /** Whether the result has been published: the last trustee that is needed does it. */
  readonly published: boolean
}

/**
 * Verifies the whole election up to its count, decrypts, posts, and publishes when enough have posted.
 *
 * @throws ScrutinError `trustee.unknown`, `election.state` unless it is tallied, `decryption.root` when the records do not
 * hold or another box has been decrypted before, `election.not-ready` when the key store holds no share
 */
export async function decryptElection (trustee: Trustee, electionId: string, options: Pick<VerifyOptions, 'onProgress'> = {}): Promise<DecryptionOutcome> {
  const { ledger, store, log } = trustee
  const election = await readElection(ledger, electionId, store.publicKey)
  if (election.trustee === undefined) throw new ScrutinError('trustee.unknown')
  if (election.status !== 'tallied') throw new ScrutinError('election.state', `it is ${election.status}, but must be tallied`)
  if (election.qualified?.includes(election.trustee) === false) throw new ScrutinError('trustee.disqualified')
  const tally = await recount(trustee, electionId, options)
  const root = boxRoot(tally)
  const withheld = isWithheld(election.definition, tally)
  if (withheld) {
    log.warn({ electionId, ballots: tally.frontier.size }, 'too few ballots: nothing is decrypted')
  } else {
    await post(trustee, electionId, await partialDecryption(trustee, election, election.trustee, tally))
  }
  return { boxRoot: root, withheld, published: await publishIfReady(trustee, electionId) }
}

/** Root and sums, from the ballots themselves; refuses unless every record up to the count holds and the ledger's count is the same. */
async function recount ({ ledger, log }: Trustee, electionId: string, options: Pick<VerifyOptions, 'onProgress'>): Promise<Tally> {
  const sections = recordSections.slice(0, recordSections.indexOf('count') + 1)
  const report = await verifyElection(bundleLines(electionId, electionRecords(ledger, electionId, sections)), { ...options, expectElection: electionId })
  const failed = report.checks.filter(({ ok }) => !ok)
  if (!report.ok || report.status !== 'tallied' || report.tally === null) {
    for (const { name, detail } of failed) log.error({ electionId, check: name, detail }, 'the election does not hold')
    throw new ScrutinError('decryption.root', `this trustee decrypts nothing, as its own count does not agree: ${failed.map(({ name, detail }) => `${name} (${detail})`).join(', ') || report.status}`)
  }
  return tallyFromJson(report.tally)
}

/** The box that is decrypted is written down first: there is never a second one. */
async function partialDecryption ({ store }: Trustee, { id }: KnownElection, index: number, tally: Tally): Promise<SignedDecryption> {
  const context = { electionId: fromHex(id, 32), boxRoot: boxRoot(tally) }
  const kept = await store.update(id, (now) => {
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
