/** The registrars' messages, and the opening that follows from them and the keys. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { equalBytes, fromHex } from './bytes.ts'
import { parseCanonical } from './canonical-json.ts'
import { type BallotRules, ballotRules } from './check-ballots.ts'
import { PublicKey } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { checkRegistrarMessage, parseRegistrarMessage, parseSigned } from './messages.ts'
import { openingRecord } from './opening.ts'
import { keyCount } from './question-rules.ts'
import { encodeRecord, type KeysRecord, type OpeningRecord, recordKeys, type RegistrarMessage } from './records.ts'
import { assertSigned } from './signed-message.ts'
import { tags } from './tagged-hash.ts'
import type { Verification } from './verification.ts'
import { hasReached, mayHaveReached } from './verify-state.ts'

export interface VerifiedOpening {
  readonly registrarsPrepared: boolean
  /** As recorded; undefined before the opening. */
  readonly rules: BallotRules | undefined
}

export async function verifyOpening (verification: Verification, keys: KeysRecord | undefined): Promise<VerifiedOpening> {
  const { definition } = verification
  const registrars = await readRegistrars(verification)
  const prepared = definition.registrars.every((_, i) => registrars.has(i))
  const expected = prepared && keys !== undefined ? openingRecord(keys, definition.registrars.map((_, i) => registrars.get(i)!)) : undefined
  return { registrarsPrepared: prepared, rules: await readOpening(verification, expected) }
}

async function readRegistrars ({ reader, checks: { registrars: check }, definition, electionId, status }: Verification): Promise<Map<number, RegistrarMessage>> {
  const registrars = new Map<number, RegistrarMessage>()
  const moduli = new Set<string>()
  for await (const { key, name, value } of reader.section('registrar')) {
    check.count++
    check.attempt(`registrar ${name}`, () => {
      const signed = parseSigned(parseCanonical(value))
      const message = parseRegistrarMessage(signed.message)
      const registrar = definition.registrars[message.registrar]
      if (registrar === undefined || key !== recordKeys.registrar(electionId, message.registrar)) throw new ScrutinError('registrar.unknown')
      const idBytes = fromHex(electionId, 32)
      assertSigned(tags.registrarMessage, idBytes, registrar.key, signed)
      checkRegistrarMessage(idBytes, definition, message)
      for (const modulus of message.moduli) {
        if (moduli.has(modulus)) throw new ScrutinError('registrar.key-reused')
        moduli.add(modulus)
      }
      registrars.set(message.registrar, message)
    })
  }
  if (registrars.size < definition.registrars.length) {
    check.failUnless(!hasReached(status, 'open'), 'not every registrar had prepared its keys')
    check.note('not every registrar has prepared its keys yet')
  }
  return registrars
}

const OpeningSchema = Type.Object({
  electionKeys: Type.Array(PublicKey),
  moduli: Type.Array(Type.Array(Type.String({ minLength: 342, maxLength: 342 }))),
}, { additionalProperties: false })

async function readOpening ({ reader, checks: { opening: check }, definition, electionId, rules, status }: Verification, expected: OpeningRecord | undefined): Promise<BallotRules | undefined> {
  let found: BallotRules | undefined
  for await (const { value } of reader.section('opening')) {
    check.count++
    check.failUnless(mayHaveReached(status, 'open'), `there is an opening, but the election is ${status}`)
    check.failUnless(expected !== undefined && equalBytes(value, encodeRecord(expected)), 'the opening is not that of the ceremony and the registrars')
    found = check.attempt('opening', () => {
      const { electionKeys, moduli } = parseOpening(value)
      const fits = electionKeys.length === keyCount(rules) &&
        moduli.length === definition.registrars.length && moduli.every((row) => row.length === definition.classes.length)
      if (!fits) throw new ScrutinError('ledger.record', 'the opening does not fit the definition')
      return ballotRules(electionId, rules, electionKeys, moduli)
    })
  }
  if (check.count === 0) {
    check.failUnless(!hasReached(status, 'open'), 'the opening is missing')
    check.note('the election was not opened')
  }
  return found
}

function parseOpening (value: Uint8Array): OpeningRecord {
  const opening = parseCanonical(value)
  if (!Value.Check(OpeningSchema, opening)) throw new ScrutinError('ledger.record', 'opening')
  return opening
}
