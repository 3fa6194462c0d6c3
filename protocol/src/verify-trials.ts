/** The trial decryptions before opening: every qualified trustee showed that it holds its shares. */
import { fromHex } from './bytes.ts'
import { parseCanonical } from './canonical-json.ts'
import { ScrutinError } from './errors.ts'
import { parseSigned } from './messages.ts'
import { type KeysRecord, recordKeys } from './records.ts'
import { assertSigned } from './signed-message.ts'
import { tags } from './tagged-hash.ts'
import { checkTrial, parseTrialMessage } from './trial.ts'
import type { Verification } from './verification.ts'
import { hasReached, mayHaveReached } from './verify-state.ts'

export async function verifyTrials ({ reader, checks: { trials: check }, definition, electionId, status }: Verification, keys: KeysRecord | undefined): Promise<void> {
  const id = fromHex(electionId, 32)
  const done = new Set<number>()
  for await (const { key, name, value } of reader.section('trial')) {
    check.count++
    check.attempt(`trustee ${name}`, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseTrialMessage(signed.message)
      const trustee = definition.trustees[message.trustee]
      if (trustee === undefined || key !== recordKeys.trial(electionId, message.trustee)) throw new ScrutinError('trustee.unknown')
      assertSigned(tags.trialMessage, id, trustee.key, signed)
      if (keys === undefined) throw new ScrutinError('election.not-ready', 'there were no keys to try')
      checkTrial(id, keys, message)
      done.add(message.trustee)
    })
  }
  if (check.count > 0) check.failUnless(mayHaveReached(status, 'keyed'), `there are trial decryptions, but the election is ${status}`)
  const missing = (keys?.qualified ?? [...definition.trustees.keys()]).filter((trustee) => !done.has(trustee))
  if (missing.length > 0) {
    check.failUnless(!hasReached(status, 'open'), `trustee ${missing[0]! + 1} did not decrypt on trial before the opening`)
    check.note('not every trustee has decrypted on trial yet')
  }
}
