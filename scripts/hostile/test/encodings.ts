/**
 * Every door through which bytes or JSON come in, with honest inputs that were tampered with: what comes out is the
 * value whose one encoding this is, or a coded refusal; never another exception, and never late.
 */
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { decodeBallot, decodeCiphertexts, peekBallot } from '../../../protocol/src/ballot-encoding.ts'
import { concatBytes, equalBytes, fromBase64url, fromHex, joinFrames, splitFrames, toBase64url, toHex, utf8ToBytes } from '../../../protocol/src/bytes.ts'
import { BundleReader } from '../../../protocol/src/bundle-reader.ts'
import { parseBundleLine } from '../../../protocol/src/bundle.ts'
import { canonicalBytes, canonicalText, parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { parseCeremonyMessage } from '../../../protocol/src/ceremony.ts'
import { checkBallots } from '../../../protocol/src/check-ballots.ts'
import { decodeContractError, encodeContractError } from '../../../protocol/src/contract-errors.ts'
import { parseDefinition, slotRules } from '../../../protocol/src/definition.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { basePoint, decodePoint, decodePointOrIdentity, decodeScalar, encodeScalar } from '../../../protocol/src/group.ts'
import { parseDirectoryEntry, parseIssuance, parseRegistrarMessage, parseSigned, parseSignedIssuance } from '../../../protocol/src/messages.ts'
import { PublicPoint } from '../../../protocol/src/public-point.ts'
import { assertInclusionStatement, type Inclusion, signInclusions, statementsOf } from '../../../protocol/src/receipt.ts'
import { assertOnRoll } from '../../../protocol/src/roll.ts'
import { decodeSignature, generateKeyPair } from '../../../protocol/src/schnorr.ts'
import { assertSigned, signMessage } from '../../../protocol/src/signed-message.ts'
import { tags } from '../../../protocol/src/tagged-hash.ts'
import { OpenCheck } from '../../../protocol/src/verification-report.ts'
import { castableBallot, sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { hostile32, mutatedBytes, mutatedJson } from '../mutate.ts'

const election = sampleElection()
const rules = slotRules(election.definition)
const ballot = await castableBallot(election, [{ choose: ['option-1'] }])
const keys = generateKeyPair()
/** A single input may keep nobody busy for longer; generous, for machines that do much else. */
const longestMs = 5000

/** The value, or undefined when it was refused with a code; anything else is thrown on. */
function attempt<T> (act: () => T): T | undefined {
  const start = performance.now()
  let value: T | undefined
  try {
    value = act()
  } catch (error) {
    if (!(error instanceof ScrutinError)) throw error
  }
  const ms = performance.now() - start
  if (ms > longestMs) throw new Error(`took ${ms} ms`)
  return value
}

function holds (t: Test, name: string, property: fc.IProperty<[never]> | fc.IRawProperty<unknown>, runs: number): void {
  const outcome = fc.check(property as fc.IProperty<[never]>, { numRuns: runs })
  t.notOk(outcome.failed, `${name}: ${outcome.numRuns} inputs, seed ${outcome.seed}`, { counterexample: outcome.counterexample, error: String(outcome.errorInstance), path: outcome.counterexamplePath })
}

/** What is taken in has this encoding and no other. */
const onlyCanonical = <T>(inputs: fc.Arbitrary<Uint8Array>, decode: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array): fc.IRawProperty<unknown> =>
  fc.property(inputs, (bytes) => {
    const value = attempt(() => decode(bytes))
    return value === undefined || equalBytes(encode(value), bytes)
  })

t.test('points and scalars', async (t) => {
  const honest = basePoint.toBytes()
  holds(t, 'points', onlyCanonical(hostile32(honest), decodePoint, (point) => point.toBytes()), 600)
  holds(t, 'points that may be the identity', onlyCanonical(hostile32(honest), decodePointOrIdentity, (point) => point.toBytes()), 300)
  holds(t, 'scalars', onlyCanonical(hostile32(encodeScalar(5n)), decodeScalar, encodeScalar), 600)
  holds(t, 'signatures', onlyCanonical(mutatedBytes(concatBytes(honest, encodeScalar(7n))), decodeSignature, ({ commitment, response }) =>
    concatBytes(commitment instanceof PublicPoint ? commitment.toPoint().toBytes() : (commitment as typeof basePoint).toBytes(), encodeScalar(response))), 300)
  // the arithmetic for public points has a decoder of its own: it must agree with noble's on every input
  holds(t, 'both decoders of points agree', fc.property(hostile32(honest), (bytes) => {
    const [ours, nobles] = [attempt(() => PublicPoint.decode(bytes)), attempt(() => decodePoint(bytes))]
    return (ours === undefined) === (nobles === undefined) && (ours === undefined || nobles!.equals(ours.toPoint()))
  }), 1500)
})

t.test('texts and frames', async (t) => {
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 70 }), fc.constantFrom('A', 'AA==', 'AB', 'aé', 'a'.repeat(64), 'A'.repeat(64), ` ${'a'.repeat(63)}`, `${'a'.repeat(63)}\n`))
  holds(t, 'hex', fc.property(texts, (text) => { const bytes = attempt(() => fromHex(text, 32)); return bytes === undefined || toHex(bytes) === text }), 500)
  holds(t, 'base64url', fc.property(fc.oneof(texts, fc.stringMatching(/^[A-Za-z0-9_-]{0,9}=?\n?$/)), (text) => {
    const bytes = attempt(() => fromBase64url(text))
    return bytes === undefined || toBase64url(bytes) === text
  }), 1000)
  holds(t, 'frames', onlyCanonical(mutatedBytes(joinFrames([Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(40)])), (bytes) => splitFrames(bytes, 200), joinFrames), 1000)
})

t.test('ballots', async (t) => {
  const inputs = mutatedBytes(ballot.bytes)
  holds(t, 'decoding', fc.property(inputs, (bytes) => {
    const decoded = attempt(() => decodeBallot(bytes, rules, 2))
    attempt(() => peekBallot(bytes))
    attempt(() => decodeCiphertexts(bytes, rules))
    return decoded === undefined || bytes.length === ballot.bytes.length
  }), 400)
  holds(t, 'checking, among honest ones', fc.property(inputs, (bytes) => {
    const [first, second] = attempt(() => checkBallots(election.rules, [bytes, ballot.bytes]))!
    return second!.accepted && first!.accepted === equalBytes(bytes, ballot.bytes)
  }), 120)
})

t.test('canonical JSON', async (t) => {
  const honest = canonicalBytes({ b: [1, 'x', null, { é: true }], a: -5 })
  holds(t, 'bytes', onlyCanonical(fc.oneof(mutatedBytes(honest), fc.json().map(utf8ToBytes), fc.json({ noUnicodeString: false }).map((text) => utf8ToBytes(` ${text}`))), parseCanonical, canonicalBytes), 1500)
  const deep = utf8ToBytes('['.repeat(200_000) + ']'.repeat(200_000))
  t.equal(attempt(() => parseCanonical(deep)), undefined, 'no stack is deep enough to end the process')
  holds(t, 'definitions', fc.property(mutatedJson(election.definition), (value) => {
    const text = attempt(() => canonicalText(value ?? null))
    if (text === undefined) return true
    const parsed = attempt(() => parseDefinition(utf8ToBytes(text)))
    return parsed === undefined || canonicalText(parsed) === text
  }), 600)
})

t.test('messages', async (t) => {
  const place = election.places[0]!
  const signed = signMessage(tags.issuance, election.idBytes, keys, { registrar: 0, place, blinded: '0'.repeat(64) })
  const parsers: Record<string, [parse: (value: unknown) => unknown, honest: unknown]> = {
    signed: [parseSigned, signed],
    'signed issuance': [parseSignedIssuance, signed],
    issuance: [parseIssuance, signed.message],
    registrar: [parseRegistrarMessage, { registrar: 0, rollRoot: election.definition.roll.root, moduli: [election.registrars[0]!.modulus] }],
    commit: [parseCeremonyMessage, election.commits[0]],
    deal: [parseCeremonyMessage, election.deals[0]],
    'directory entry': [parseDirectoryEntry, { kind: 'gateway', key: toHex(keys.publicKey.toBytes()), mspId: 'A', url: 'https://a.example', sequence: 1 }],
  }
  for (const [name, [parse, honest]] of Object.entries(parsers)) {
    holds(t, name, fc.property(mutatedJson(honest), (value) => { attempt(() => parse(value)); return true }), 250)
  }
  holds(t, 'signatures of messages', fc.property(mutatedJson(signed), (value) => {
    const accepted = attempt(() => { assertSigned(tags.issuance, election.idBytes, toHex(keys.publicKey.toBytes()), parseSigned(value)); return true })
    return accepted === undefined || canonicalText(value) === canonicalText(signed)
  }), 300)
  holds(t, 'places on the roll', fc.property(mutatedJson(signed.message), (value) => {
    const accepted = attempt(() => { const issuance = parseIssuance(value); assertOnRoll(election.definition.roll, issuance.place); return issuance })
    return accepted === undefined || canonicalText(accepted.place) === canonicalText(place)
  }), 300)
})

t.test('receipts', async (t) => {
  const inclusion = { electionId: election.id, tracker: ballot.tracker, transactionId: 'ab'.repeat(32), blockNumber: '12' }
  const together: Inclusion[] = ['01', '02', '03', '04'].map((tracker) => ({ ...inclusion, tracker: tracker.repeat(32) }))
  together.splice(2, 0, inclusion)
  const statement = statementsOf(together, signInclusions(together, 'MemberA', keys))[2]!
  const honest = { inclusion, statement }
  holds(t, 'statements', fc.property(mutatedJson(honest).filter((value) => isLike(value, honest)), (value) => {
    const { inclusion, statement } = value as typeof honest
    const accepted = attempt(() => { assertInclusionStatement(inclusion, statement); return true })
    return accepted === undefined || canonicalText(value) === canonicalText(honest)
  }), 200)
})

t.test('lines of bundles, and whole bundles', async (t) => {
  const line = JSON.stringify({ key: `election/${election.id}/definition`, value: toBase64url(canonicalBytes(election.definition)) })
  const lines = [JSON.stringify({ format: 'scrutin-bundle/1', electionId: election.id }), line, JSON.stringify({ end: true, records: 1 })]
  const tampered = mutatedBytes(utf8ToBytes(lines.join('\n'))).map((bytes) => new TextDecoder().decode(bytes).split('\n'))
  holds(t, 'lines', fc.property(tampered, (all) => { for (const one of all) attempt(() => parseBundleLine(one)); return true }), 500)
  const outcome = await fc.check(fc.asyncProperty(tampered, async (all) => {
    const check = new OpenCheck('bundle.format')
    const reader = new BundleReader((async function * () { yield * all })(), check)
    await reader.open()
    for await (const { key } of reader.section('definition')) if (key === '') return false
    await reader.finish()
    return true
  }), { numRuns: 500 })
  t.notOk(outcome.failed, `bundles: seed ${outcome.seed}`, { counterexample: outcome.counterexample, error: String(outcome.errorInstance) })
})

t.test('errors that come back from the contract', async (t) => {
  const honest = encodeContractError(new ScrutinError('ballot.proof', 'detail'))
  const inputs = fc.oneof(mutatedBytes(utf8ToBytes(honest)).map((bytes) => new TextDecoder().decode(bytes)), fc.string({ unit: 'binary' }))
  holds(t, 'messages', fc.property(inputs, (text) => { const error = decodeContractError(text); return error === undefined || error instanceof ScrutinError }), 500)
  // any endorser of any member may answer like this
  const start = performance.now()
  t.equal(decodeContractError(`${honest.slice(0, -1)},"a":"${'}'.repeat(4_000_000)}`), undefined)
  t.ok(performance.now() - start < longestMs, 'nor for long')
})

/** Has the same properties with values of the same types: what a schema has let through. */
function isLike (value: unknown, model: unknown): boolean {
  if (typeof model !== 'object' || model === null) return typeof value === typeof model
  if (typeof value !== 'object' || value === null) return false
  const names = Object.keys(model)
  return Object.keys(value).length === names.length && names.every((name) => isLike(Reflect.get(value, name), Reflect.get(model, name)))
}
