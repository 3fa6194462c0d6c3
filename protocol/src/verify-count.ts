/** Count, partial decryptions and result, each against what the ballots themselves give. */
import { canonicalText, parseCanonical } from './canonical-json.ts'
import { equalBytes, fromHex } from './bytes.ts'
import { checkDecryption, decryptionContext, type DecryptionMessage, parseDecryptionMessage } from './decryption.ts'
import { ScrutinError } from './errors.ts'
import { pointFromHex } from './group.ts'
import { parseSigned } from './messages.ts'
import { isWithheld } from './pools.ts'
import { encodeRecord, type KeysRecord, recordKeys, type ResultRecord } from './records.ts'
import { computeResult } from './result.ts'
import { checkRootStatement, parseRootStatement, requireRootStatements } from './root-statement.ts'
import { assertSigned } from './signed-message.ts'
import { boxRoot, type Tally, tallyToJson } from './tally.ts'
import { tags } from './tagged-hash.ts'
import type { OpenCheck } from './verification-report.ts'
import type { VerifiedBox } from './verify-box.ts'
import type { Verification } from './verification.ts'
import { hasReached, mayHaveReached } from './verify-state.ts'

/** Returns the result as recomputed; undefined when there can be none. */
export async function verifyCount (verification: Verification, keys: KeysRecord | undefined, { tally, lastKey }: VerifiedBox): Promise<ResultRecord | undefined> {
  await verifyCountRecord(verification, tally, lastKey)
  const signed = await verifyRootStatements(verification, keys, tally)
  const messages = await verifyDecryptions(verification, keys, tally, signed)
  return await verifyResult(verification, tally, messages)
}

async function verifyCountRecord ({ reader, checks, status }: Verification, tally: Tally | undefined, lastKey: string): Promise<void> {
  const root = checks['box-root']
  const sums = checks.sums
  let recorded: Record<string, unknown> | undefined
  for await (const { value } of reader.section('count')) {
    recorded = root.attempt('count', () => parseObject(value))
    if (recorded === undefined) continue
    root.failUnless(mayHaveReached(status, 'closed'), `there is a count, but the election is ${status}`)
    if (recorded['complete'] !== true && !hasReached(status, 'tallied')) {
      for (const check of [root, sums]) check.note('the count is not complete yet')
      return
    }
    compareCount(recorded, root, sums, tally, lastKey)
  }
  if (recorded === undefined) {
    root.failUnless(!hasReached(status, 'tallied'), 'the count is missing')
    for (const check of [root, sums]) check.note('nothing was counted yet')
  }
}

function compareCount (recorded: Record<string, unknown>, root: OpenCheck, sums: OpenCheck, tally: Tally | undefined, lastKey: string): void {
  if (tally === undefined) {
    root.fail('there is a count, but no ballot could be checked')
    return
  }
  const expected = tallyToJson(tally)
  const { sums: recordedSums, frontier, ballotsPerClass, complete, cursor, ...unexplained } = recorded
  root.count = tally.frontier.size
  root.failUnless(sameJson(frontier, expected.frontier), `the root over the ballots is ${boxRoot(tally)}, the count is of another box`)
  root.failUnless(sameJson(ballotsPerClass, expected.ballotsPerClass), 'the number of ballots is another')
  root.failUnless(complete === true && cursor === lastKey, 'the count is not complete')
  root.failUnless(Object.keys(unexplained).length === 0, `the count says ${Object.keys(unexplained).join()}, which nothing explains`)
  sums.count = expected.sums.flat(2).reduce((count, { betas }) => count + 1 + betas.length, 0)
  sums.failUnless(sameJson(recordedSums, expected.sums), 'the sums are not those of the ballots')
}

/** The trustees whose statements hold. */
async function verifyRootStatements ({ reader, checks, definition, electionId, status }: Verification, keys: KeysRecord | undefined, tally: Tally | undefined): Promise<number[]> {
  const check = checks['root-statements']
  const signers: number[] = []
  for await (const { key, name, value } of reader.section('box-root')) {
    check.count++
    check.attempt(`trustee ${name}`, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseRootStatement(signed.message)
      const trustee = definition.trustees[message.trustee]
      if (trustee === undefined || key !== recordKeys.boxRoot(electionId, message.trustee)) throw new ScrutinError('trustee.unknown')
      assertSigned(tags.rootStatement, fromHex(electionId, 32), trustee.key, signed)
      if (tally === undefined || keys === undefined) throw new ScrutinError('election.not-ready', 'there is nothing that could be signed')
      if (isWithheld(definition, tally)) throw new ScrutinError('decryption.withheld')
      checkRootStatement(message, keys, tally)
      signers.push(message.trustee)
    })
  }
  if (check.count > 0) check.failUnless(mayHaveReached(status, 'tallied'), `there are statements of a root, but the election is ${status}`)
  else check.note('no trustee has signed the root')
  return signers
}

async function verifyDecryptions (
  { reader, checks: { decryptions: check }, definition, electionId, status }: Verification, keys: KeysRecord | undefined, tally: Tally | undefined, signers: readonly number[]
): Promise<DecryptionMessage[]> {
  const messages: DecryptionMessage[] = []
  const id = fromHex(electionId, 32)
  const context = tally === undefined ? undefined : decryptionContext(definition, tally)
  for await (const { key, name, value } of reader.section('decryption')) {
    check.count++
    check.attempt(`trustee ${name}`, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseDecryptionMessage(signed.message)
      const trustee = definition.trustees[message.trustee]
      if (trustee === undefined || key !== recordKeys.decryption(electionId, message.trustee)) throw new ScrutinError('trustee.unknown')
      assertSigned(tags.decryptionMessage, id, trustee.key, signed)
      const verification = keys?.verificationKeys[message.trustee]
      if (tally === undefined || context === undefined || verification === undefined) throw new ScrutinError('election.not-ready', 'there is nothing that could be decrypted')
      if (!keys!.qualified.includes(message.trustee)) throw new ScrutinError('trustee.disqualified')
      if (isWithheld(definition, tally)) throw new ScrutinError('decryption.withheld')
      requireRootStatements(signers, message.trustee, definition.threshold)
      checkDecryption(context, message, verification.map(pointFromHex))
      messages.push(message)
    })
  }
  if (check.count > 0) {
    check.failUnless(mayHaveReached(status, 'tallied'), `there are partial decryptions, but the election is ${status}`)
  } else {
    check.note(tally !== undefined && hasReached(status, 'tallied') && isWithheld(definition, tally)
      ? `fewer than ${definition.minBallots} ballots were cast: nothing is decrypted`
      : 'nothing was decrypted yet')
  }
  return messages
}

async function verifyResult ({ reader, checks: { result: check }, definition, status }: Verification, tally: Tally | undefined, messages: readonly DecryptionMessage[]): Promise<ResultRecord | undefined> {
  let result: ResultRecord | undefined
  for await (const { value } of reader.section('result')) {
    check.count++
    check.failUnless(status === 'published', `there is a result, but the election is ${status}`)
    result = check.attempt('result', () => {
      if (tally === undefined || (messages.length < definition.threshold && !isWithheld(definition, tally))) {
        throw new ScrutinError('election.not-ready', `fewer than ${definition.threshold} partial decryptions hold`)
      }
      return computeResult(definition, tally, messages)
    })
    if (result !== undefined) check.failUnless(equalBytes(value, encodeRecord(result)), 'the result is not the one that the partial decryptions give')
  }
  if (check.count === 0) {
    check.failUnless(status !== 'published', 'the result is missing')
    check.note('there is no result yet')
  }
  return result
}

function sameJson (recorded: unknown, expected: unknown): boolean {
  return recorded !== undefined && canonicalText(recorded) === canonicalText(expected)
}

function parseObject (value: Uint8Array): Record<string, unknown> {
  const parsed = parseCanonical(value)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new ScrutinError('ledger.record', 'count')
  return { ...parsed }
}
