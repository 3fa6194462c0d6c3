/** The key ceremony, message by message, and the keys that follow from it. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { equalBytes } from './bytes.ts'
import { parseCanonical } from './canonical-json.ts'
import { assertDealer, ceremonyTags, ceremonyTranscript, type CeremonyContext, type CeremonyMessage, type CeremonyRound, checkCommit, checkDeal, parseCeremonyMessage } from './ceremony.ts'
import { Hash, PublicKey } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { parseSigned } from './messages.ts'
import { ceremonyContext, keysRecord } from './opening.ts'
import { encodeRecord, type KeysRecord, recordKeys } from './records.ts'
import { assertSigned } from './signed-message.ts'
import { hasReached } from './verify-state.ts'
import type { Verification } from './verification.ts'

type Round<R extends CeremonyRound> = Map<number, Extract<CeremonyMessage, { round: R }>>
interface Rounds { readonly commit: Round<'commit'>, readonly deal: Round<'deal'>, readonly confirm: Round<'confirm'> }

/** Returns the keys as recorded, so that what follows can be checked even if the ceremony fails. */
export async function verifyCeremony (verification: Verification): Promise<KeysRecord | undefined> {
  const context = ceremonyContext(verification.definition)
  const rounds = await readCeremony(verification, context)
  const expected = checkRounds(verification, context, rounds)
  return await verifyKeys(verification, expected)
}

async function readCeremony ({ reader, checks: { ceremony: check }, definition, electionId, status }: Verification, context: CeremonyContext): Promise<Rounds> {
  const rounds: Rounds = { commit: new Map(), deal: new Map(), confirm: new Map() }
  for await (const { key, name, value } of reader.section('ceremony')) {
    check.count++
    check.attempt(name, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseCeremonyMessage(signed.message)
      const trustee = definition.trustees[message.trustee]
      if (trustee === undefined) throw new ScrutinError('trustee.unknown')
      if (key !== recordKeys.ceremony(electionId, message.round, message.trustee)) throw new ScrutinError('ceremony.order', 'the message stands under another key')
      assertSigned(ceremonyTags[message.round], context.electionId, trustee.key, signed)
      if (message.round === 'complaint') {
        assertDealer(context, message)
        check.failUnless(status === 'cancelled', 'there is a complaint, but the election was not cancelled')
      } else {
        rounds[message.round].set(message.trustee, message as never)
      }
    })
  }
  return rounds
}

/** The keys that the ceremony gives, when every trustee has confirmed. */
function checkRounds ({ checks: { ceremony: check }, status }: Verification, context: CeremonyContext, { commit, deal, confirm }: Rounds): KeysRecord | undefined {
  for (const message of commit.values()) check.attempt(`commit of trustee ${message.trustee + 1}`, () => checkCommit(context, message))
  for (const message of deal.values()) {
    check.attempt(`deal of trustee ${message.trustee + 1}`, () => {
      if (commit.size < context.trusteeCount) throw new ScrutinError('ceremony.order', 'not all had committed')
      checkDeal(context, message, commit.get(message.trustee)!)
    })
  }
  const isWhole = (round: ReadonlyMap<number, unknown>): boolean => round.size === context.trusteeCount
  const inOrder = <M>(round: ReadonlyMap<number, M>): M[] => Array.from({ length: context.trusteeCount }, (_, trustee) => round.get(trustee)!)
  if (isWhole(commit) && isWhole(deal)) {
    const transcript = ceremonyTranscript(context, inOrder(commit), inOrder(deal))
    for (const message of confirm.values()) {
      check.failUnless(message.transcript === transcript, `trustee ${message.trustee + 1} confirmed another ceremony`)
    }
  } else {
    check.failUnless(confirm.size === 0, 'a trustee confirmed before all had dealt')
  }
  if (isWhole(commit) && isWhole(deal) && isWhole(confirm) && check.ok) return keysRecord(context, inOrder(commit), inOrder(deal))
  if (hasReached(status, 'keyed')) check.fail('messages of the ceremony are missing or do not hold')
  else check.note('the ceremony did not end')
  return undefined
}

const KeysSchema = Type.Object({
  electionKeys: Type.Array(PublicKey),
  verificationKeys: Type.Array(Type.Array(PublicKey)),
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
      recorded.verificationKeys.every((row) => row.length === keyCount)
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
