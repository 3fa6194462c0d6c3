/** The key ceremony, message by message, and the keys that follow from it. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { equalBytes } from './bytes.ts'
import { parseCanonical } from './canonical-json.ts'
import {
  type CeremonyContext, type CeremonyMessage, type CeremonyRound, ceremonyTags, ceremonyTranscript, checkCommit, checkDeal, parseCeremonyMessage, qualifiedTrustees,
} from './ceremony.ts'
import { checkComplaint } from './complaint.ts'
import { Hash, PublicKey } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { parseSigned } from './messages.ts'
import { ceremonyContext, keysRecord } from './opening.ts'
import { encodeRecord, type KeysRecord, recordKeys } from './records.ts'
import { assertSigned } from './signed-message.ts'
import { hasReached } from './verify-state.ts'
import type { Verification } from './verification.ts'

type Round<R extends CeremonyRound> = Map<number, Extract<CeremonyMessage, { round: R }>>
type Rounds = { readonly [R in CeremonyRound]: Round<R> }

/** Returns the keys as recorded, so that what follows can be checked even if the ceremony fails. */
export async function verifyCeremony (verification: Verification): Promise<KeysRecord | undefined> {
  const context = ceremonyContext(verification.definition)
  const rounds = await readCeremony(verification, context)
  const expected = checkRounds(verification, context, rounds)
  return await verifyKeys(verification, expected)
}

async function readCeremony ({ reader, checks: { ceremony: check }, definition, electionId }: Verification, context: CeremonyContext): Promise<Rounds> {
  const rounds: Rounds = { commit: new Map(), deal: new Map(), confirm: new Map(), complaint: new Map() }
  for await (const { key, name, value } of reader.section('ceremony')) {
    check.count++
    check.attempt(name, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseCeremonyMessage(signed.message)
      const trustee = definition.trustees[message.trustee]
      if (trustee === undefined) throw new ScrutinError('trustee.unknown')
      if (key !== recordKeys.ceremony(electionId, message.round, message.trustee)) throw new ScrutinError('ceremony.order', 'the message stands under another key')
      assertSigned(ceremonyTags[message.round], context.electionId, trustee.key, signed)
      rounds[message.round].set(message.trustee, message as never)
    })
  }
  return rounds
}

/** The keys that the ceremony gives, when every qualified trustee has confirmed. */
function checkRounds ({ checks: { ceremony: check }, status, definition }: Verification, context: CeremonyContext, { commit, deal, confirm, complaint }: Rounds): KeysRecord | undefined {
  for (const message of commit.values()) check.attempt(`commit of trustee ${message.trustee + 1}`, () => checkCommit(context, message))
  for (const message of deal.values()) {
    check.attempt(`deal of trustee ${message.trustee + 1}`, () => {
      if (commit.size < context.trusteeCount) throw new ScrutinError('ceremony.order', 'not all had committed')
      checkDeal(context, message, commit.get(message.trustee)!)
    })
  }
  const isWhole = (round: ReadonlyMap<number, unknown>): boolean => round.size === context.trusteeCount
  const inOrder = <M>(round: ReadonlyMap<number, M>): M[] => Array.from({ length: context.trusteeCount }, (_, trustee) => round.get(trustee)!)
  let keys: KeysRecord | undefined
  if (isWhole(commit) && isWhole(deal)) {
    const commits = inOrder(commit)
    const deals = inOrder(deal)
    for (const message of complaint.values()) {
      check.attempt(`complaint of trustee ${message.trustee + 1}`, () => {
        if (!check.ok) throw new ScrutinError('ceremony.order', 'commits or deals do not hold')
        checkComplaint(context, message, commits, deals)
      })
    }
    const qualified = qualifiedTrustees(context, complaint.values())
    const transcript = ceremonyTranscript(context, commits, deals, qualified)
    const hasConfirmed = (trustee: number): boolean => confirm.get(trustee)?.transcript === transcript
    if (qualified.length < definition.threshold) check.failUnless(status === 'cancelled', `fewer than ${definition.threshold} trustees are qualified, but the election was not cancelled`)
    // before the keys stand, a confirmation may be older than a complaint; and a disqualified trustee's stays as it was
    if (hasReached(status, 'keyed') || complaint.size === 0) {
      for (const trustee of confirm.keys()) check.failUnless(hasConfirmed(trustee) || !qualified.includes(trustee), `trustee ${trustee + 1} confirmed another ceremony`)
    }
    if (check.ok && qualified.length >= definition.threshold && qualified.every(hasConfirmed)) keys = keysRecord(context, commits, deals, qualified)
  } else {
    check.failUnless(confirm.size === 0, 'a trustee confirmed before all had dealt')
    check.failUnless(complaint.size === 0, 'a trustee complained before all had dealt')
  }
  if (keys !== undefined) return keys
  if (hasReached(status, 'keyed')) check.fail('messages of the ceremony are missing or do not hold')
  else check.note('the ceremony did not end')
  return undefined
}

const KeysSchema = Type.Object({
  electionKeys: Type.Array(PublicKey),
  verificationKeys: Type.Array(Type.Array(PublicKey)),
  qualified: Type.Array(Type.Integer({ minimum: 0, maximum: 63 })),
  transcript: Hash,
}, { additionalProperties: false })

async function verifyKeys ({ reader, checks: { keys: check }, definition, status }: Verification, expected: KeysRecord | undefined): Promise<KeysRecord | undefined> {
  let keys: KeysRecord | undefined
  for await (const { value } of reader.section('keys')) {
    check.count++
    const recorded = check.attempt('keys', () => parseKeys(value))
    if (recorded === undefined) continue
    const { keyCount, trusteeCount } = ceremonyContext(definition)
    const fits = recorded.electionKeys.length === keyCount && recorded.verificationKeys.length === trusteeCount &&
      recorded.verificationKeys.every((row, trustee) => row.length === (recorded.qualified.includes(trustee) ? keyCount : 0))
    check.failUnless(fits, 'the keys do not fit the definition')
    if (fits) keys = recorded
    check.failUnless(expected !== undefined && equalBytes(value, encodeRecord(expected)), 'the keys are not those that the ceremony gives')
  }
  if (check.count === 0) {
    check.failUnless(!hasReached(status, 'keyed') && (expected === undefined || status === 'cancelled'), 'the keys are missing')
    check.note('there were no keys yet')
  }
  return keys
}

function parseKeys (value: Uint8Array): KeysRecord {
  const keys = parseCanonical(value)
  if (!Value.Check(KeysSchema, keys)) throw new ScrutinError('ledger.record', 'keys')
  return keys
}
