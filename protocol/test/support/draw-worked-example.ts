/**
 * Draws the election of SPEC.md's worked example and prints it as JSON. Run once:
 *   node protocol/test/support/draw-worked-example.ts > protocol/test/vectors/worked-example.json
 * and then, for the numbers in SPEC.md, `node protocol/test/support/write-worked-example.ts`.
 */
import { bundleLines } from '../../src/bundle.ts'
import { toBase64url, toHex } from '../../src/bytes.ts'
import { ceremonyTags } from '../../src/ceremony.ts'
import { blindedMessageHash } from '../../src/credential.ts'
import { decryptionContext, decryptTally } from '../../src/decryption.ts'
import { slotRules } from '../../src/definition.ts'
import { fillBallot, sealBallot } from './raw-ballot.ts'
import { pointToHex, scalarToHex } from '../../src/group.ts'
import { confirmMessage } from '../../src/hold-shares.ts'
import { signIssuance } from '../../src/issuances.ts'
import { keysRecord, openingRecord } from '../../src/opening.ts'
import { encodeRecord, type ExportedRecord, recordKeys } from '../../src/records.ts'
import { computeResult } from '../../src/result.ts'
import { compareLeaves, rollCommitment, rollTree } from '../../src/roll.ts'
import { signMessage } from '../../src/signed-message.ts'
import { addToTally, boxRoot, emptyTally, tallyToJson } from '../../src/tally.ts'
import { tags } from '../../src/tagged-hash.ts'
import { decryptTrial } from '../../src/trial.ts'
import { obtainCredential, sampleElection, sampleRegistrarMessage } from './sample-election.ts'

const text = (fr: string, en: string): Record<string, string> => ({ fr, en })
const people = ['Ada', 'Blaise', 'Claude'].map((name, i) => {
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const identity = { name, number: `${i + 1}` }
  return { salt, identity, leaf: { classIndex: 0, commitment: toHex(rollCommitment(salt, identity)) } }
}).sort((a, b) => compareLeaves(a.leaf, b.leaf))
const tree = rollTree(people.map(({ leaf }) => leaf))

const election = sampleElection({
  registrars: 2,
  trustees: 2,
  changes: {
    locales: ['fr', 'en'],
    title: text('Un arbre', 'A tree'),
    questions: [{
      id: 'tree',
      title: text('Quel arbre planter ?', 'Which tree shall we plant?'),
      context: null,
      image: null,
      kind: 'choose',
      options: [{ id: 'oak', label: text('Un chêne', 'An oak') }, { id: 'lime', label: text('Un tilleul', 'A lime') }],
      min: 1,
      max: 1,
      blank: false,
    }],
    opensAt: '2027-03-01T08:00:00Z',
    closesAt: '2027-03-02T20:00:00Z',
    earlyClose: false,
    members: ['MemberA', 'MemberB'],
    roll: { size: people.length, root: toHex(tree.root) },
    classes: [{ id: 'all', label: text('Tous', 'All'), weight: 1, size: people.length }],
    ceremony: { commitBy: '2027-02-01T12:00:00Z', dealBy: '2027-02-02T12:00:00Z', confirmBy: '2027-02-03T12:00:00Z' },
  },
})
const { id, idBytes, definition } = election
const records: ExportedRecord[] = []
const put = (key: string, value: unknown): void => { records.push({ key, value: toBase64url(value instanceof Uint8Array ? value : encodeRecord(value)) }) }

put(recordKeys.definition(id), definition)
put(recordKeys.state(id), { status: 'published', at: '2027-03-02T20:05:00.000Z', by: 'MemberA' })
const posts = {
  commit: election.commits,
  confirm: election.trustees.map((_, i) => confirmMessage(election.ceremony, i, election.commits, election.deals, [0, 1])),
  deal: election.deals,
}
for (const [round, messages] of Object.entries(posts) as [keyof typeof posts, typeof posts[keyof typeof posts]][]) {
  messages.forEach((message, i) => { put(recordKeys.ceremony(id, round, i), signMessage(ceremonyTags[round], idBytes, election.trustees[i]!.keys, message)) })
}
const keys = keysRecord(election.ceremony, election.commits, election.deals, [0, 1])
put(recordKeys.keys(id), keys)
election.trustees.forEach(({ keys: own, shares }, i) => { put(recordKeys.trial(id, i), signMessage(tags.trialMessage, idBytes, own, decryptTrial(idBytes, keys, i, shares))) })
const registrarMessages = election.registrars.map((_, registrar) => sampleRegistrarMessage(election, registrar))
registrarMessages.forEach((message, i) => { put(recordKeys.registrar(id, i), signMessage(tags.registrarMessage, idBytes, election.registrars[i]!.keys, message)) })
put(recordKeys.opening(id), openingRecord(keys, registrarMessages))

const choices = ['oak', 'lime', 'oak']
const voters = await Promise.all(choices.map(async (choice, i) => {
  const credential = await obtainCredential(election)
  const { body, tracker, randomness } = fillBallot(election.context, definition.questions, [{ choose: [choice] }], credential.keys.publicKey)
  const ballot = sealBallot(body, credential.keys, credential.signatures)
  return { choice, credential, randomness, tracker, ballot, credentialKey: pointToHex(credential.keys.publicKey), person: people[i]! }
}))
const issuances = election.registrars.flatMap((_, registrar) => voters.map(({ person, credential }) => {
  const index = people.indexOf(person)
  return { registrar, place: { ...person.leaf, index, path: tree.path(index).map(toHex) }, blinded: blindedMessageHash(credential.blinded[registrar]!) }
}))
for (const issuance of issuances) {
  put(recordKeys.issuance(id, issuance.registrar, issuance.place.commitment), signIssuance(idBytes, election.registrars[issuance.registrar]!.keys, issuance))
}
const box = voters.toSorted((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)
for (const { credentialKey, ballot } of box) put(recordKeys.ballot(id, credentialKey), ballot)
for (const { tracker, credentialKey } of voters.toSorted((a, b) => a.tracker < b.tracker ? -1 : 1)) put(recordKeys.tracker(id, tracker), { credentialKey })

const rules = slotRules(definition)
const tally = addToTally(emptyTally(rules, 1), rules, box.map(({ credentialKey, ballot }) => ({ credentialKey, bytes: ballot })))
put(recordKeys.count(id), { ...tallyToJson(tally), cursor: box.at(-1)!.credentialKey, complete: true })
election.trustees.forEach(({ keys: own }, i) => {
  put(recordKeys.boxRoot(id, i), signMessage(tags.rootStatement, idBytes, own, { trustee: i, boxRoot: boxRoot(tally), ballots: tally.frontier.size }))
})
const decryptions = election.trustees.map(({ shares }, i) => decryptTally(decryptionContext(definition, tally), i, shares))
decryptions.forEach((message, i) => { put(recordKeys.decryption(id, i), signMessage(tags.decryptionMessage, idBytes, election.trustees[i]!.keys, message)) })
put(recordKeys.result(id), computeResult(definition, tally, decryptions))

const bundle: string[] = []
for await (const line of bundleLines(id, (async function * () { yield * records })())) bundle.push(line.trimEnd())
const secrets = {
  people: people.map(({ salt, identity }) => ({ salt: toHex(salt), identity })),
  trustees: election.trustees.map((trustee) => ({ secretKey: scalarToHex(trustee.keys.secretKey), ...trustee.secrets, shares: trustee.shares.map(scalarToHex) })),
  voters: box.map(({ choice, credential, randomness, credentialKey }) => ({
    choice, credentialKey, secretKey: scalarToHex(credential.keys.secretKey), randomness: randomness.map(scalarToHex), blinded: credential.blinded.map(toHex),
  })),
}
process.stdout.write(`${JSON.stringify({ comment: 'The election of SPEC.md, worked example. Its secrets are published: never use them.', secrets, bundle }, null, 1)}\n`)
