/**
 * The numbers of SPEC.md's worked example, computed anew from the committed
 * bundle by hand-written hashing: what someone would write who has only SPEC.md.
 * Of the protocol's own code it takes the group and nothing else.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CommitMessage, DealMessage } from '../../src/ceremony.ts'
import type { Definition } from '../../src/definition-schema.ts'
import type { DecryptionMessage } from '../../src/decryption.ts'
import { basePoint, decodePoint, derivePoint, invertScalar, modOrder, multiply, type Point, pointFromHex, pointToHex, reduceWide, scalarFromHex, scalarToHex, sumPoints } from '../../src/group.ts'
import type { SignedDecryption, SignedRegistrarMessage, SignedTrial } from '../../src/records.ts'
import type { Signed } from '../../src/signed-message.ts'

type Factors = DecryptionMessage['pools'][number]['factors'][number]

interface WorkedExample {
  readonly bundle: readonly string[]
  readonly secrets: {
    readonly people: readonly { readonly salt: string, readonly identity: { readonly name: string, readonly number: string } }[]
    readonly trustees: readonly { readonly encryptionSecret: string, readonly nonce: string, readonly polynomials: readonly (readonly string[])[], readonly shares: readonly string[] }[]
    readonly voters: readonly { readonly choice: string, readonly credentialKey: string, readonly secretKey: string, readonly randomness: readonly string[], readonly blinded: readonly string[] }[]
  }
}

export const workedExample = JSON.parse(readFileSync(new URL('../vectors/worked-example.json', import.meta.url), 'utf8')) as WorkedExample

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')
const text = (words: string): Buffer => Buffer.from(words, 'utf8')
const number = (value: number): Buffer => bytes(value.toString(16).padStart(8, '0'))
const frame = (part: Uint8Array): Buffer => Buffer.concat([number(part.length), part])
const hash = (name: string, ...parts: readonly Uint8Array[]): string =>
  createHash('sha256').update(Buffer.concat([frame(text(`scrutin/1/${name}`)), ...parts.map(frame)])).digest('hex')

/** All that a transcript has absorbed, as label and data; the challenge is read off it. */
type Absorbed = readonly (readonly [label: string, data: Uint8Array])[]
const challenge = (name: string, absorbed: Absorbed): bigint => {
  const all = [['tag', text(`scrutin/1/${name}`)] as const, ...absorbed, ['challenge', Buffer.alloc(0)] as const]
  return reduceWide(Uint8Array.from(createHash('sha512').update(Buffer.concat(all.flatMap(([label, data]) => [frame(text(label)), frame(data)]))).digest()))
}
const signatureChallenge = (name: string, key: Uint8Array, signature: Uint8Array, message: Uint8Array): bigint =>
  challenge(name, [['public key', key], ['commitment', signature.subarray(0, 32)], ['message', message]])

/** MGF1 with SHA-384 over the framed parts and a counter, until the number is below the modulus. */
const drawBelow = (modulus: Buffer, parts: readonly Uint8Array[]): string => {
  for (let counter = 1; ; counter++) {
    const seed = Buffer.concat([...parts, number(counter)].map(frame))
    const drawn = Buffer.concat([0, 1, 2, 3, 4, 5].map((block) => createHash('sha384').update(Buffer.concat([seed, number(block)])).digest())).subarray(0, 256)
    if (Buffer.compare(drawn, modulus) < 0) return drawn.toString('hex')
  }
}

const records = new Map(workedExample.bundle.slice(1, -1).map((line) => {
  const { key, value } = JSON.parse(line) as { key: string, value: string }
  return [key.split('/').slice(2).join('/'), Buffer.from(value, 'base64url')]
}))
const raw = (key: string): Buffer => records.get(key)!
const json = <T>(key: string): T => JSON.parse(raw(key).toString('utf8')) as T
/** The canonical JSON of a message whose record `{"message":…,"signature":"…"}` is canonical itself. */
const messageBytes = (key: string): Buffer => raw(key).subarray('{"message":'.length, -(',"signature":""}'.length + 128))
const signatureOf = (key: string): Buffer => bytes(json<Signed<unknown>>(key).signature)

/** Every number of the worked example, in the order in which SPEC.md shows them. */
export function computeWorkedExample (): ReadonlyMap<string, string> {
  const numbers = new Map<string, string>()
  const say = (name: string, value: string | bigint | number): void => { numbers.set(name, typeof value === 'bigint' ? scalarToHex(value) : `${value}`) }

  const definition = json<Definition>('definition')
  const id = bytes(hash('election', raw('definition')))
  say('definition.length', raw('definition').length)
  say('election-id', id.toString('hex'))

  const leaves = workedExample.secrets.people.map(({ salt, identity }) => {
    const commitment = hash('roll-commitment', bytes(salt), text(`{"name":"${identity.name}","number":"${identity.number}"}`))
    return { salt, identity, commitment, leaf: hash('roll-leaf', Uint8Array.of(0), bytes(commitment)) }
  })
  say('roll.0.salt', leaves[0]!.salt)
  say('roll.0.identity', JSON.stringify(leaves[0]!.identity))
  leaves.forEach(({ commitment, leaf }, i) => {
    say(`roll.${i}.commitment`, commitment)
    say(`roll.${i}.leaf`, leaf)
  })
  const leafBytes = leaves.map(({ leaf }) => bytes(leaf)) as [Buffer, Buffer, Buffer]
  say('roll.root', hash('roll-node', bytes(hash('roll-node', leafBytes[0], leafBytes[1])), leafBytes[2]))

  const deals = [0, 1].map((i) => json<Signed<DealMessage>>(`ceremony/deal/0${i}`).message) as [DealMessage, DealMessage]
  const commits = [0, 1].map((i) => json<Signed<CommitMessage>>(`ceremony/commit/0${i}`).message) as [CommitMessage, CommitMessage]
  say('ceremony.0.commitment', hash('ceremony-commitment', id, number(0), text(`{"commitments":${JSON.stringify(deals[0].commitments)},"nonce":"${deals[0].nonce}"}`)))
  say('ceremony.0.encryption-proof.challenge', signatureChallenge('ceremony-encryption-key', bytes(commits[0].encryptionKey), bytes(commits[0].encryptionProof), Buffer.concat([id, number(0)])))
  say('ceremony.0.proof.1.challenge', signatureChallenge('ceremony-contribution', bytes(deals[0].commitments[1]![0]!), bytes(deals[0].proofs[1]!), Buffer.concat([id, number(0), number(1)])))
  say('ceremony.0.commit-message.challenge', signatureChallenge('ceremony-commit-message', bytes(definition.trustees[0]!.key), signatureOf('ceremony/commit/00'),
    Buffer.concat([frame(id), frame(messageBytes('ceremony/commit/00'))])))
  const { ephemeralKey, ephemeralProof, masked } = deals[0].shares[0]!
  say('ceremony.0.to.1.ephemeral-proof.challenge', signatureChallenge('ceremony-ephemeral-key', bytes(ephemeralKey), bytes(ephemeralProof), Buffer.concat([id, number(0), number(1)])))
  const shared = multiply(pointFromHex(ephemeralKey), scalarFromHex(workedExample.secrets.trustees[1]!.encryptionSecret))
  const half = (part: number): Buffer => bytes(hash('ceremony-mask', id, number(0), number(1), bytes(ephemeralKey), bytes(pointToHex(shared)), number(1), Uint8Array.of(part)))
  const mask = reduceWide(Uint8Array.from(Buffer.concat([half(0), half(1)])))
  say('ceremony.0.to.1.shared-point', pointToHex(shared))
  say('ceremony.0.to.1.slot.1.mask', mask)
  say('ceremony.0.to.1.slot.1.share', modOrder(scalarFromHex(masked[1]!) - mask))
  say('ceremony.transcript', hash('ceremony-transcript', id, Buffer.concat([text('['), messageBytes('ceremony/commit/00'), text(','), messageBytes('ceremony/commit/01'), text(']')]),
    Buffer.concat([text('['), messageBytes('ceremony/deal/00'), text(','), messageBytes('ceremony/deal/01'), text(']')]), text('[0,1]')))
  const keys = [0, 1].map((slot) => sumPoints(deals.map((deal) => pointFromHex(deal.commitments[slot]![0]!))))
  keys.forEach((key, slot) => { say(`keys.election.${slot}`, pointToHex(key)) })
  const verification = (trustee: number, slot: number): Point =>
    sumPoints(deals.map((deal) => pointFromHex(deal.commitments[slot]![0]!).add(multiply(pointFromHex(deal.commitments[slot]![1]!), BigInt(trustee + 1)))))
  say('keys.verification.0.0', pointToHex(verification(0, 0)))
  say('keys.verification.1.1', pointToHex(verification(1, 1)))

  // the trial decryption of trustee 0, slot 1
  const trialPoint = derivePoint(createHash('sha512').update(Buffer.concat([frame(text('scrutin/1/trial-point')), frame(id), frame(number(1)), frame(bytes(pointToHex(keys[1]!)))])).digest())
  const trial = json<SignedTrial>('trial/00').message.factors[1]!
  say('trial.slot.1.point', pointToHex(trialPoint))
  say('trial.0.slot.1.factor', trial.factor)
  say('trial.0.slot.1.challenge', challenge('trial-proof', [['election', id], ['place', Buffer.concat([number(0), number(1)])],
    ['share', bytes(pointToHex(verification(0, 1)))], ['alpha', bytes(pointToHex(trialPoint))], ['factor', bytes(trial.factor)], ['commitments', bytes(trial.proof).subarray(0, 64)]]))
  say('trial.0.message.challenge', signatureChallenge('trial-message', bytes(definition.trustees[0]!.key), signatureOf('trial/00'), Buffer.concat([frame(id), frame(messageBytes('trial/00'))])))

  const modulus = Buffer.from(json<SignedRegistrarMessage>('registrar/00').message.moduli[0]!, 'base64url')
  say('registrar.0.modulus-hash', hash('rsa-modulus', modulus))
  const [value] = json<SignedRegistrarMessage>('registrar/00').message.proofs[0]!
  say('registrar.0.proof.0.challenge', drawBelow(modulus, [text('scrutin/1/rsa-permutation'), id, Uint8Array.of(0), Uint8Array.of(0), modulus, Uint8Array.of(0)]))
  say('registrar.0.proof.0.value', Buffer.from(value!, 'base64url').toString('hex'))
  say('registrar.0.message.challenge', signatureChallenge('registrar-message', bytes(definition.registrars[0]!.key), signatureOf('registrar/00'), Buffer.concat([frame(id), frame(messageBytes('registrar/00'))])))

  const ballots = workedExample.secrets.voters.map((voter) => ({ ...voter, ballot: raw(`ballot/${voter.credentialKey}`) }))
  const [first] = ballots as [typeof ballots[number]]
  const bodyLength = 66 + 3 * 32 + (4 + 3) * 32
  const body = first.ballot.subarray(0, bodyLength)
  const at = (i: number): string => body.subarray(66 + 32 * i, 66 + 32 * (i + 1)).toString('hex')
  say('credential.0.key', first.credentialKey)
  say('credential.0.message', Buffer.concat([frame(text('scrutin/1/credential')), frame(id), frame(Uint8Array.of(0)), frame(bytes(first.credentialKey))]).toString('hex'))
  const blinded = hash('blinded-message', bytes(first.blinded[0]!))
  say('issuance.0.blinded', blinded)
  const issuance = [...records].find(([key, value]) => key.startsWith('issuance/00/') && value.includes(blinded))![0]
  say('issuance.0.challenge', signatureChallenge('issuance', bytes(definition.registrars[0]!.key), signatureOf(issuance), Buffer.concat([frame(id), frame(messageBytes(issuance))])))
  say('ballot.0.randomness', first.randomness[0]!)
  say('ballot.0.body.length', bodyLength)
  say('ballot.0.length', first.ballot.length)
  say('ballot.0.header', body.subarray(0, 66).toString('hex'))
  say('ballot.0.alpha', at(0))
  say('ballot.0.beta.0', at(1))
  say('ballot.0.beta.1', at(2))
  // the proof: B at 3, A, R and T; then f of the first slot's bit at 7, z and s. The second bit is 1 minus the first.
  const proofBase = (name: string, index: number): string =>
    pointToHex(derivePoint(createHash('sha512').update(Buffer.concat([text('scrutin/1/proof-base'), text(name), number(index)].map(frame))).digest()))
  for (const [name, index] of [['bit', 0], ['bit', 1], ['product', 0], ['product', 1], ['blinding', 0]] as const) say(`proof-base.${name}.${index}`, proofBase(name, index))
  const points = (from: number, count: number): Buffer => body.subarray(66 + 32 * from, 66 + 32 * (from + count))
  const absorbed: Absorbed = [
    ['election', id], ['class', Uint8Array.of(0)], ['election keys', bytes(keys.map(pointToHex).join(''))], ['credential key', bytes(first.credentialKey)], ['questions', number(1)],
    ['ciphertexts', points(0, 3)], ['bits', points(3, 2)],
  ]
  const proofChallenge = challenge('ballot-proofs', [...absorbed, ['challenge', Buffer.alloc(0)], ['links', points(5, 2)]])
  say('ballot.0.weight', challenge('ballot-proofs', absorbed))
  say('ballot.0.challenge', proofChallenge)
  say('ballot.0.answer.0', at(7))
  say('ballot.0.answer.1', modOrder(proofChallenge - scalarFromHex(at(7))))
  say('ballot.0.tracker', hash('tracker', body))
  say('ballot.0.cast-signature.challenge', signatureChallenge('cast-signature', bytes(first.credentialKey), first.ballot.subarray(-64), body))

  const boxLeaves = ballots.map(({ credentialKey, ballot }) => bytes(hash('box-leaf', bytes(credentialKey), bytes(hash('tracker', ballot.subarray(0, bodyLength)))))) as [Buffer, Buffer, Buffer]
  boxLeaves.forEach((leaf, i) => { say(`box.leaf.${i}`, leaf.toString('hex')) })
  const root = hash('box-node', bytes(hash('box-node', boxLeaves[0], boxLeaves[1])), boxLeaves[2])
  say('box.root', root)
  const sums = [0, 1, 2].map((i) => sumPoints(ballots.map(({ ballot }) => decodePoint(Uint8Array.from(ballot.subarray(66 + 32 * i, 98 + 32 * i))))))
  say('sums.alpha', pointToHex(sums[0]!))
  say('sums.beta.0', pointToHex(sums[1]!))
  say('sums.beta.1', pointToHex(sums[2]!))

  say('root-statement.0.message', messageBytes('box-root/00').toString('utf8'))
  say('root-statement.0.challenge', signatureChallenge('root-statement', bytes(definition.trustees[0]!.key), signatureOf('box-root/00'), Buffer.concat([frame(id), frame(messageBytes('box-root/00'))])))
  const factors = [0, 1].map((trustee) => json<SignedDecryption>(`decryption/0${trustee}`).message.pools[0]!.factors[0]!) as [Factors, Factors]
  say('decryption.0.slot.0.factor', factors[0][0]!.factor)
  say('decryption.0.slot.0.challenge', challenge('decryption-proof', [['election', id], ['box', bytes(root)], ['classes', Buffer.of(0)], ['place', Buffer.alloc(12)],
    ['share', bytes(pointToHex(verification(0, 0)))], ['alpha', bytes(pointToHex(sums[0]!))], ['factor', bytes(factors[0][0]!.factor)], ['commitments', bytes(factors[0][0]!.proof).subarray(0, 64)]]))
  // x_0 = 1 and x_1 = 2: λ_0 = 2/(2-1), λ_1 = 1/(1-2)
  const lagrange = [2n, modOrder(invertScalar(modOrder(-1n)))]
  lagrange.forEach((value, i) => { say(`decryption.lagrange.${i}`, value) })
  for (const slot of [0, 1]) {
    const factor = sumPoints(factors.map((row, trustee) => multiply(pointFromHex(row[slot]!.factor), lagrange[trustee]!)))
    const plain = sums[1 + slot]!.subtract(factor)
    say(`decryption.slot.${slot}.point`, pointToHex(plain))
    say(`decryption.slot.${slot}.sum`, [0, 1, 2, 3].find((sum) => multiply(basePoint, BigInt(sum)).equals(plain)) ?? 'none')
  }
  say('result', raw('result').toString('utf8'))
  return numbers
}
