/** Issuances, ballots and trackers: what went into the box, and that it may be there. */
import { equalBytes, fromHex } from './bytes.ts'
import { checkBallots, type BallotRules } from './check-ballots.ts'
import { parseCanonical } from './canonical-json.ts'
import { ScrutinError } from './errors.ts'
import { findForgedIssuances, issuanceKeys } from './issuances.ts'
import { parseSignedIssuance } from './messages.ts'
import { encodeRecord, recordKeys, type SignedIssuance } from './records.ts'
import { assertOnRoll } from './roll.ts'
import { addToTally, emptyTally, type Tally } from './tally.ts'
import type { BundleRecord } from './bundle-reader.ts'
import type { Verification } from './verification.ts'
import type { VerifiedOpening } from './verify-opening.ts'
import { mayHaveReached } from './verify-state.ts'

/** So many ballots, or issuances, share one multi-scalar multiplication. */
const batchSize = 64
const progressEvery = 1000

export async function verifyBox (verification: Verification, opening: VerifiedOpening): Promise<VerifiedBox> {
  const issued = await verifyIssuances(verification, opening)
  const box = await verifyBallots(verification, opening)
  await verifyTrackers(verification, box.trackers)
  compareNumbers(verification, issued, box.tally)
  return box
}

/** Number of issuances that hold: `issued[registrar][class]`. */
async function verifyIssuances ({ reader, checks: { issuances: check }, definition, electionId, status, onProgress }: Verification, opening: VerifiedOpening): Promise<number[][]> {
  const issued = definition.registrars.map(() => definition.classes.map(() => 0))
  const keys = issuanceKeys(definition)
  const id = fromHex(electionId, 32)
  let batch: { readonly name: string, readonly signed: SignedIssuance }[] = []
  const checkBatch = (): void => {
    const forged = new Set(findForgedIssuances(keys, id, batch.map(({ signed }) => signed)))
    batch.forEach(({ name, signed: { message: { registrar, place } } }, i) => {
      if (forged.has(i)) check.fail(`${name}: ${new ScrutinError('access.signature').message}`)
      else issued[registrar]![place.classIndex]!++
    })
    batch = []
  }
  for await (const { key, name, value } of reader.section('issuance')) {
    if (++check.count % progressEvery === 0) onProgress(check.name, check.count)
    check.attempt(name, () => {
      const signed = parseSignedIssuance(parseCanonical(value))
      const { registrar, place } = signed.message
      if (key !== recordKeys.issuance(electionId, registrar, place.commitment)) throw new ScrutinError('issuance.leaf', 'the issuance stands under another key')
      if (issued[registrar]?.[place.classIndex] === undefined) throw new ScrutinError('registrar.unknown')
      assertOnRoll(definition.roll, place)
      batch.push({ name, signed })
    })
    if (batch.length === batchSize) checkBatch()
  }
  checkBatch()
  if (check.count > 0) check.failUnless(opening.registrarsPrepared && mayHaveReached(status, 'keyed'), 'there are issuances, but not every registrar was prepared')
  return issued
}

export interface VerifiedBox {
  /** Root and sums over the ballots that passed; undefined when none could be checked. */
  readonly tally: Tally | undefined
  /** Credential keys by tracker. */
  readonly trackers: ReadonlyMap<string, string>
  /** The last credential key in the box; empty when there is none. */
  readonly lastKey: string
}

async function verifyBallots (verification: Verification, { rules: ballotRules }: VerifiedOpening): Promise<VerifiedBox> {
  const { reader, checks: { ballots: check }, definition, rules, onProgress } = verification
  const trackers = new Map<string, string>()
  let tally = ballotRules === undefined ? undefined : emptyTally(rules, definition.classes.length)
  let batch: BundleRecord[] = []
  let lastKey = ''
  const checkBatch = (): void => {
    if (ballotRules === undefined || tally === undefined) {
      if (batch.length > 0) check.fail('there are ballots, but no opening')
    } else {
      tally = addToTally(tally, rules, acceptedOf(verification, ballotRules, batch, trackers))
    }
    batch = []
    onProgress(check.name, check.count)
  }
  for await (const record of reader.section('ballot')) {
    check.count++
    lastKey = record.name
    if (batch.push(record) === batchSize) checkBatch()
  }
  checkBatch()
  if (ballotRules === undefined && check.count === 0) check.note('the election was not opened')
  return { tally, trackers, lastKey }
}

function acceptedOf ({ checks: { ballots: check }, electionId }: Verification, ballotRules: BallotRules, batch: readonly BundleRecord[], trackers: Map<string, string>): { credentialKey: string, bytes: Uint8Array }[] {
  const accepted: { credentialKey: string, bytes: Uint8Array }[] = []
  checkBallots(ballotRules, batch.map(({ value }) => value)).forEach((verdict, i) => {
    const { key, name, value } = batch[i]!
    if (!verdict.accepted) {
      check.fail(`${name}: ${new ScrutinError(verdict.code, verdict.detail).message}`)
    } else if (key !== recordKeys.ballot(electionId, verdict.credentialKey)) {
      check.fail(`${name}: it holds the ballot of the credential ${verdict.credentialKey}`)
    } else {
      check.failUnless(!trackers.has(verdict.tracker), `${name}: its tracker is that of another ballot`)
      trackers.set(verdict.tracker, verdict.credentialKey)
      accepted.push({ credentialKey: verdict.credentialKey, bytes: value })
    }
  })
  return accepted
}

/** Every ballot has its tracker's record and every tracker its ballot. */
async function verifyTrackers ({ reader, checks: { trackers: check } }: Verification, trackers: ReadonlyMap<string, string>): Promise<void> {
  for await (const { name, value } of reader.section('tracker')) {
    check.count++
    const credentialKey = trackers.get(name)
    if (credentialKey === undefined) {
      check.fail(`${name}: there is no such ballot`)
    } else {
      check.failUnless(equalBytes(value, encodeRecord({ credentialKey })), `${name}: it does not name the ballot of ${credentialKey}`)
    }
  }
  check.failUnless(check.count >= trackers.size, `${trackers.size - check.count} ballots have no tracker`)
}

/** All of m registrars sign each credential, so none can have issued fewer credentials than there are ballots. */
function compareNumbers ({ checks, definition }: Verification, issued: readonly (readonly number[])[], tally: Tally | undefined): void {
  const check = checks['issuances-cover-ballots']
  check.count = tally?.frontier.size ?? 0
  issued.forEach((perClass, registrar) => perClass.forEach((count, classIndex) => {
    const ballots = tally?.ballotsPerClass[classIndex] ?? 0
    check.failUnless(ballots <= count,
      `registrar ${registrar + 1} issued ${count} credentials of class ${definition.classes[classIndex]!.id}, there are ${ballots} ballots`)
  }))
}
