import { readFileSync } from 'node:fs'
import t from 'tap'
import { decodeCiphertexts } from '../src/ballot-encoding.ts'
import type { CommitMessage, DealMessage } from '../src/ceremony.ts'
import { fromBase64url, fromHex, toHex } from '../src/bytes.ts'
import { parseDefinition, slotRules } from '../src/definition.ts'
import { basePoint, modOrder, multiply, type Point, pointFromHex, pointToHex, scalarFromHex, sumPoints } from '../src/group.ts'
import { receiveShares } from '../src/hold-shares.ts'
import type { ChooseQuestion } from '../src/kinds/choose.ts'
import { ceremonyContext } from '../src/opening.ts'
import type { KeysRecord, ResultRecord, SignedDecryption, SignedRegistrarMessage } from '../src/records.ts'
import { rollCommitment } from '../src/roll.ts'
import type { Signed } from '../src/signed-message.ts'
import { tags } from '../src/tagged-hash.ts'
import { verifyElection } from '../src/verify-election.ts'
import { computeWorkedExample, workedExample } from './support/compute-worked-example.ts'
import { exampleBlock, exampleLines, specUrl } from './support/write-worked-example.ts'

const { bundle, secrets } = workedExample
const spec = readFileSync(specUrl, 'utf8')
const numbers = computeWorkedExample()
const recordOf = (key: string): Uint8Array => {
  const line = bundle.map((text) => JSON.parse(text) as { key?: string, value: string }).find((record) => record.key?.endsWith(`/${key}`) === true)
  return fromBase64url(line!.value)
}
const jsonOf = <T>(key: string): T => JSON.parse(new TextDecoder().decode(recordOf(key))) as T
const recordText = (line: string): string => Buffer.from((JSON.parse(line) as { value: string }).value, 'base64url').toString()
const definition = parseDefinition(recordOf('definition'))

t.test('the numbers printed in SPEC.md are those that its rules give', async (t) => {
  t.equal(exampleBlock.exec(spec)?.[2], exampleLines(), 'else run protocol/test/support/write-worked-example.ts')
})

t.test('the bundle of the worked example verifies, and its result and root are those numbers', async (t) => {
  const report = await verifyElection((async function * () { yield * bundle })())
  t.same(report.checks.filter(({ ok }) => !ok), [])
  t.ok(report.ok)
  t.equal(report.electionId, numbers.get('election-id'))
  t.equal(report.result?.boxRoot, numbers.get('box.root'))
  t.same(report.result?.questions, [{ id: 'tree', counts: { oak: 2, lime: 1 }, blank: null, ranking: [['oak'], ['lime']], winners: ['oak'] }])
  t.equal(report.tally?.sums[0]![0]![0]!.alpha, numbers.get('sums.alpha'))
})

t.test('the numbers are those in the records', async (t) => {
  const keys = jsonOf<KeysRecord>('keys')
  const result = jsonOf<ResultRecord>('result')
  const recorded: Record<string, string> = {
    'roll.root': definition.roll.root,
    'ceremony.0.commitment': jsonOf<Signed<CommitMessage>>('ceremony/commit/00').message.commitment,
    'ceremony.transcript': keys.transcript,
    'keys.election.0': keys.electionKeys[0]!,
    'keys.election.1': keys.electionKeys[1]!,
    'keys.verification.0.0': keys.verificationKeys[0]![0]!,
    'keys.verification.1.1': keys.verificationKeys[1]![1]!,
    'decryption.slot.0.sum': `${result.questions[0]!.counts['oak'] as number}`,
    'decryption.slot.1.sum': `${result.questions[0]!.counts['lime'] as number}`,
  }
  for (const [name, value] of Object.entries(recorded)) t.equal(numbers.get(name), value, name)
  const trackers = bundle.filter((line) => line.includes('/tracker/')).map((line) => (JSON.parse(line) as { key: string }).key.split('/').at(-1))
  t.ok(trackers.includes(numbers.get('ballot.0.tracker')))
})

t.test('with the printed challenges the equations of SPEC.md hold', async (t) => {
  const scalarNamed = (name: string): bigint => scalarFromHex(numbers.get(name)!)
  const pointNamed = (name: string): Point => pointFromHex(numbers.get(name)!)
  const signatureHolds = (name: string, key: string, signature: string): void => {
    const commitment = pointFromHex(signature.slice(0, 64))
    t.ok(multiply(basePoint, scalarFromHex(signature.slice(64))).equals(commitment.add(multiply(pointFromHex(key), scalarNamed(name)))), name)
  }
  const commit = jsonOf<Signed<CommitMessage>>('ceremony/commit/00')
  const deal = jsonOf<Signed<DealMessage>>('ceremony/deal/00')
  signatureHolds('ceremony.0.encryption-proof.challenge', commit.message.encryptionKey, commit.message.encryptionProof)
  signatureHolds('ceremony.0.proof.1.challenge', deal.message.commitments[1]![0]!, deal.message.proofs[1]!)
  signatureHolds('ceremony.0.commit-message.challenge', definition.trustees[0]!.key, commit.signature)
  signatureHolds('registrar.0.message.challenge', definition.registrars[0]!.key, jsonOf<Signed<unknown>>('registrar/00').signature)
  const issuance = bundle.find((line) => line.includes('/issuance/00/') && recordText(line).includes(numbers.get('issuance.0.blinded')!))!
  signatureHolds('issuance.0.challenge', definition.registrars[0]!.key, (JSON.parse(recordText(issuance)) as Signed<unknown>).signature)
  const ballot = recordOf(`ballot/${numbers.get('credential.0.key')!}`)
  signatureHolds('ballot.0.cast-signature.challenge', numbers.get('credential.0.key')!, toHex(ballot.subarray(-64)))

  const part = (i: number): string => toHex(ballot.subarray(66 + 32 * i, 98 + 32 * i))
  const [bits, masks, alphaMask, slotMask] = [3, 4, 5, 6].map((i) => pointFromHex(part(i))) as [Point, Point, Point, Point]
  const [blindingAnswer, randomnessAnswer] = [8, 9].map((i) => scalarFromHex(part(i))) as [bigint, bigint]
  const [w, x, f0, f1] = ['weight', 'challenge', 'answer.0', 'answer.1'].map((name) => scalarNamed(`ballot.0.${name}`)) as [bigint, bigint, bigint, bigint]
  const sum = (...terms: [bigint, Point][]): Point => sumPoints(terms.map(([scalar, point]) => multiply(point, modOrder(scalar))))
  const base = (name: string): Point => pointNamed(`proof-base.${name}`)
  t.ok(sum([x, bits], [1n, masks]).equals(sum([f0, base('bit.0')], [f1, base('bit.1')], [f0 * (x - f0), base('product.0')], [f1 * (x - f1), base('product.1')], [blindingAnswer, base('blinding.0')])), 'bits')
  t.ok(sum([x, pointNamed('ballot.0.alpha')], [1n, alphaMask]).equals(multiply(basePoint, randomnessAnswer)), 'alpha')
  t.ok(sum([x, pointNamed('ballot.0.beta.0')], [x * w, pointNamed('ballot.0.beta.1')], [1n, slotMask])
    .equals(sum([randomnessAnswer, pointNamed('keys.election.0')], [w * randomnessAnswer, pointNamed('keys.election.1')], [f0 + w * f1, basePoint])), 'slots')

  const { factor, proof } = jsonOf<SignedDecryption>('decryption/00').message.pools[0]!.factors[0]![0]!
  const [c, z] = [scalarNamed('decryption.0.slot.0.challenge'), scalarFromHex(proof.slice(128))]
  t.ok(multiply(basePoint, z).equals(pointFromHex(proof.slice(0, 64)).add(multiply(pointNamed('keys.verification.0.0'), c))))
  t.ok(multiply(pointNamed('sums.alpha'), z).equals(pointFromHex(proof.slice(64, 128)).add(multiply(pointFromHex(factor), c))))
})

t.test('the printed value of the permutation proof is the root of the printed challenge', async (t) => {
  const numberNamed = (name: string): bigint => BigInt(`0x${numbers.get(name)!}`)
  const n = BigInt(`0x${toHex(fromBase64url(jsonOf<SignedRegistrarMessage>('registrar/00').message.moduli[0]!))}`)
  let power = 1n
  for (const bit of (65537n * n).toString(2)) power = (power * power * (bit === '1' ? numberNamed('registrar.0.proof.0.value') : 1n)) % n
  t.equal(power, numberNamed('registrar.0.proof.0.challenge'))
})

t.test('the published secrets of the example open what they should', async (t) => {
  const [person] = secrets.people
  t.equal(toHex(rollCommitment(fromHex(person!.salt, 32), person!.identity)), numbers.get('roll.0.commitment'))
  const deals = [0, 1].map((trustee) => jsonOf<Signed<DealMessage>>(`ceremony/deal/0${trustee}`).message)
  secrets.trustees.forEach((trustee, i) => {
    t.same(receiveShares(ceremonyContext(definition), i, trustee, deals), trustee.shares)
  })
  for (const { credentialKey, secretKey, randomness, choice } of secrets.voters) {
    t.equal(pointToHex(multiply(basePoint, scalarFromHex(secretKey))), credentialKey)
    const { alpha, betas } = decodeCiphertexts(recordOf(`ballot/${credentialKey}`), slotRules(definition)).questions[0]!
    const r = scalarFromHex(randomness[0]!)
    t.ok(alpha.toPoint().equals(multiply(basePoint, r)))
    betas.forEach((beta, slot) => {
      const vote = (definition.questions[0] as ChooseQuestion).options[slot]!.id === choice ? 1n : 0n
      t.ok(beta.toPoint().equals(multiply(pointFromHex(numbers.get(`keys.election.${slot}`)!), r).add(multiply(basePoint, vote))))
    })
  }
})

t.test('SPEC.md names every domain tag', async (t) => {
  for (const tag of Object.values(tags)) t.ok(spec.includes(`\`${tag.replace('scrutin/1/', '')}\``), tag)
})
