/** A whole election in memory with real keys: registrars, trustees after their ceremony, a roll. For tests of every room. */
import { generateKeyPairSync, type KeyObject, constants, privateDecrypt } from 'node:crypto'
import { RSABSSA } from '@cloudflare/blindrsa-ts'
import { askedAnswer, askedQuestion } from '../../src/asked-question.ts'
import { type BallotRules, ballotRules } from '../../src/check-ballots.ts'
import type { BallotContext } from '../../src/ballot-transcript.ts'
import { fromHex, toHex } from '../../src/bytes.ts'
import type { CeremonyContext, CommitMessage, ComplaintMessage, DealMessage } from '../../src/ceremony.ts'
import { credentialMessage } from '../../src/credential.ts'
import { type Definition, electionId, electionKeyCount, type Question, slotRules } from '../../src/definition.ts'
import { heldGroups } from '../../src/draw.ts'
import { fillBallot } from '../../src/fill-ballot.ts'
import { modOrder, type Point, pointFromHex, pointToHex, scalarFromHex, scalarToHex } from '../../src/group.ts'
import { type CeremonySecrets, commitMessage, complaintMessage, dealMessage, drawSecrets, receiveShares } from '../../src/hold-shares.ts'
import type { Answer } from '../../src/kinds/kinds.ts'
import { keysRecord } from '../../src/opening.ts'
import type { RegistrarMessage } from '../../src/records.ts'
import { compareLeaves, rollCommitment, type RollLeaf, type RollPlace, rollTree } from '../../src/roll.ts'
import { provePermutation } from '../../src/rsa-permutation.ts'
import { rsaJwk } from '../../src/rsa-pss.ts'
import { generateKeyPair, type KeyPair } from '../../src/schnorr.ts'
import { factorsOf, rootTaker } from './rsa-roots.ts'
import { sampleDefinition } from './sample-definition.ts'

export interface SampleRegistrar { readonly keys: KeyPair, readonly privateKey: KeyObject, readonly modulus: string }
export interface SampleTrustee { readonly keys: KeyPair, readonly secrets: CeremonySecrets, readonly shares: bigint[] }

export interface SampleElection {
  readonly definition: Definition
  readonly id: string
  readonly idBytes: Uint8Array
  readonly registrars: readonly SampleRegistrar[]
  readonly trustees: readonly SampleTrustee[]
  readonly ceremony: CeremonyContext
  readonly commits: readonly CommitMessage[]
  readonly deals: readonly DealMessage[]
  /** By index: all, unless `dealingBadly` made a dealer cheat. */
  readonly qualified: readonly number[]
  readonly keys: readonly Point[]
  readonly verification: readonly (readonly Point[])[]
  readonly rules: BallotRules
  readonly context: BallotContext
  readonly places: readonly RollPlace[]
}

// RSA keys are slow to make and a test may share them between elections.
const rsaKeys: { privateKey: KeyObject, modulus: string }[] = []
function rsaKey (index: number): { privateKey: KeyObject, modulus: string } {
  while (rsaKeys.length <= index) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 })
    rsaKeys.push({ privateKey, modulus: publicKey.export({ format: 'jwk' }).n! })
  }
  return rsaKeys[index]!
}

export function sampleElection (options: { members?: readonly string[], registrars?: number, trustees?: number, voters?: number, changes?: Partial<Definition>, freshRsaKeys?: boolean } = {}): SampleElection {
  const registrars = Array.from({ length: options.registrars ?? 2 }, (_, i) => ({ keys: generateKeyPair(), ...rsaKey(options.freshRsaKeys === true ? rsaKeys.length : i) }))
  const trusteeKeys = Array.from({ length: options.trustees ?? 3 }, generateKeyPair)
  const { places, roll } = sampleRoll(options.voters ?? 5)
  const definition = sampleDefinition({
    registrarKeys: registrars.map(({ keys }) => pointToHex(keys.publicKey)), trusteeKeys: trusteeKeys.map((keys) => pointToHex(keys.publicKey)), roll, members: options.members,
  }, options.changes)
  const id = electionId(definition)
  const idBytes = fromHex(id, 32)
  const ceremony: CeremonyContext = { electionId: idBytes, trusteeCount: trusteeKeys.length, threshold: definition.threshold, keyCount: electionKeyCount(definition) }
  const secrets = trusteeKeys.map(() => drawSecrets(ceremony))
  const commits = secrets.map((secret, i) => commitMessage(ceremony, i, secret))
  const deals = secrets.map((secret, i) => dealMessage(ceremony, i, secret, commits))
  return afterDeals({ definition, id, idBytes, registrars, ceremony, commits, deals, places, trustees: trusteeKeys.map((keys, i) => ({ keys, secrets: secrets[i]! })) }, [...trusteeKeys.keys()])
}

interface Dealt extends Pick<SampleElection, 'definition' | 'id' | 'idBytes' | 'registrars' | 'ceremony' | 'commits' | 'deals' | 'places'> {
  readonly trustees: readonly Pick<SampleTrustee, 'keys' | 'secrets'>[]
}

/** What follows from the deals when these trustees are qualified; the others hold no shares. */
function afterDeals (dealt: Dealt, qualified: readonly number[]): SampleElection {
  const { id, idBytes, definition, registrars, ceremony, commits, deals } = dealt
  const contributions = qualified.map((trustee) => deals[trustee]!)
  const record = keysRecord(ceremony, commits, deals, qualified)
  const keys = record.electionKeys.map(pointFromHex)
  return {
    ...dealt,
    qualified,
    keys,
    trustees: dealt.trustees.map((trustee, i) =>
      ({ ...trustee, shares: qualified.includes(i) ? receiveShares(ceremony, i, trustee.secrets, contributions).map(scalarFromHex) : [] })),
    verification: record.verificationKeys.map((row) => row.map(pointFromHex)),
    rules: ballotRules(id, slotRules(definition), record.electionKeys, registrars.map(({ modulus }) => [modulus])),
    context: { electionId: idBytes, classIndex: 0, electionKeys: keys },
  }
}

/** The same election, in which a dealer sent a recipient a share that does not fit, and was disqualified for it. */
export function dealingBadly (election: SampleElection, dealer: number, recipient: number): SampleElection {
  const deals = election.deals.map((deal, i) => i === dealer ? spoilShare(deal, recipient) : deal)
  return afterDeals({ ...election, deals }, election.qualified.filter((i) => i !== dealer))
}

/** The deal with one slot's share for the recipient off by one. Nobody but the recipient sees it. */
export function spoilShare (deal: DealMessage, recipient: number): DealMessage {
  return { ...deal, shares: deal.shares.map((share) => share.recipient === recipient ? { ...share, masked: share.masked.map((masked, slot) => slot === 0 ? oneMore(masked) : masked) } : share) }
}

function oneMore (scalar: string): string {
  return scalarToHex(modOrder(scalarFromHex(scalar) + 1n))
}

/** A complaint of one trustee about others, right or wrong. */
export function complaintAbout (election: Pick<SampleElection, 'ceremony' | 'trustees' | 'deals'>, trustee: number, ...dealers: readonly number[]): ComplaintMessage {
  return complaintMessage(election.ceremony, trustee, election.trustees[trustee]!.secrets, dealers.map((dealer) => election.deals[dealer]!))
}

export function sampleRoll (size: number): { places: RollPlace[], roll: { size: number, root: string } } {
  const leaves: RollLeaf[] = Array.from({ length: size }, (_, i) => {
    const salt = globalThis.crypto.getRandomValues(new Uint8Array(32))
    return { classIndex: 0, commitment: toHex(rollCommitment(salt, { id: `voter-${i}` })) }
  }).sort(compareLeaves)
  const tree = rollTree(leaves)
  return { places: leaves.map((leaf, index) => ({ ...leaf, index, path: tree.path(index).map(toHex) })), roll: { size, root: toHex(tree.root) } }
}

/** Blind-signs as a registrar does: the raw RSA operation. */
export function blindSign (registrar: SampleRegistrar, blindedMessage: Uint8Array): Uint8Array {
  return privateDecrypt({ key: registrar.privateKey, padding: constants.RSA_NO_PADDING }, blindedMessage)
}

/** A voter's whole way to a credential, through real blinding. */
export async function obtainCredential (election: SampleElection, classIndex = 0): Promise<{ keys: KeyPair, signatures: Uint8Array[], blinded: Uint8Array[] }> {
  const keys = generateKeyPair()
  const message = credentialMessage(election.idBytes, classIndex, keys.publicKey.toBytes())
  const suite = RSABSSA.SHA384.PSSZero.Deterministic()
  const signatures: Uint8Array[] = []
  const blinded: Uint8Array[] = []
  for (const registrar of election.registrars) {
    const publicKey = await crypto.subtle.importKey('jwk', rsaJwk(Buffer.from(registrar.modulus, 'base64url')), { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])
    const { blindedMsg, inv } = await suite.blind(publicKey, suite.prepare(message))
    blinded.push(blindedMsg)
    signatures.push(await suite.finalize(publicKey, message, blindSign(registrar, blindedMsg), inv))
  }
  return { keys, signatures, blinded }
}

const proofs = new Map<string, string[]>()

/** What a registrar posts before the opening, with the proof of its key. */
export function sampleRegistrarMessage ({ definition, idBytes, registrars }: SampleElection, registrar: number): RegistrarMessage {
  const { modulus, privateKey } = registrars[registrar]!
  // the same key gives the same proof: a test may ask for it often
  const place = `${modulus} ${registrar} ${toHex(idBytes)}`
  const proof = proofs.get(place) ?? provePermutation({ electionId: idBytes, registrar, classIndex: 0 }, Buffer.from(modulus, 'base64url'), rootTaker(factorsOf(privateKey)))
  proofs.set(place, proof)
  return { registrar, rollRoot: definition.roll.root, moduli: [modulus], proofs: [proof] }
}

/** What this credential is asked. */
export function drawnFor ({ definition, idBytes, rules }: SampleElection, { keys, signatures }: { keys: KeyPair, signatures: readonly Uint8Array[] }): { held: number[][], asked: Question[] } {
  const held = heldGroups(rules.questions, { electionId: idBytes, classIndex: 0, credentialKey: keys.publicKey.toBytes(), signatures })
  return { held, asked: definition.questions.map((question, q) => askedQuestion(question, held[q]!)) }
}

/** `answers` about all options, where options are drawn. */
export async function castableBallot (election: SampleElection, answers: readonly Answer[]): Promise<{ keys: KeyPair, bytes: Uint8Array, tracker: string, credentialKey: string, blinded: Uint8Array[] }> {
  const { keys, signatures, blinded } = await obtainCredential(election)
  const { held, asked } = drawnFor(election, { keys, signatures })
  const filled = fillBallot(election.context, election.definition.questions, asked.map((question, q) => askedAnswer(answers[q]!, question)), keys.publicKey, held)
  return { keys, bytes: filled.seal(keys, signatures), tracker: filled.tracker, credentialKey: pointToHex(keys.publicKey), blinded }
}
