import t from 'tap'
import { fromBase64url, toBase64url } from '../src/bytes.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { fillBallot, type FilledBallot } from '../src/fill-ballot.ts'
import { encodeScalar, modOrder, scalarFromHex, scalarToHex } from '../src/group.ts'
import { type CheckFile, checkFileOf, parseCheckFile, verifyCheckFile } from '../src/opened-ballot.ts'
import { flipBit } from './support/arbitraries.ts'
import { answers, cheater, election, layout, rules, voter } from './support/cheating-scene.ts'
import { forgedBody } from './support/malicious-voter.ts'
import { sealBallot } from './support/raw-ballot.ts'
import { refuses } from './support/refuses.ts'

const { questions } = election.definition
const fill = (): FilledBallot => fillBallot(election.context, questions, answers, voter.keys.publicKey)
const filled = fill()
const file = checkFileOf(election.id, filled.open())
const check = (changes: Partial<CheckFile>) => (): unknown => verifyCheckFile(election.rules, questions, { ...file, ...changes })
const withQuestion = (q: number, changes: Partial<CheckFile['questions'][number]>): Partial<CheckFile> => ({ questions: file.questions.map((question, i) => i === q ? { ...question, ...changes } : question) })

t.test('an opened ballot shows what it holds, and its tracker', async (t) => {
  t.same(verifyCheckFile(election.rules, questions, parseCheckFile(JSON.stringify(file))), { tracker: filled.tracker, asked: questions, answers })
})

t.test('a ballot is either opened or signed, and once only', async (t) => {
  const once = { message: /either opened or signed/ }
  const opened = fill()
  opened.open()
  t.throws(() => opened.seal(voter.keys, voter.signatures), once)
  t.throws(() => opened.open(), once)
  const sealed = fill()
  t.match(checkBallots(election.rules, [sealed.seal(voter.keys, voter.signatures)]), [{ accepted: true, tracker: sealed.tracker }])
  t.throws(() => sealed.open(), once, 'its randomness is gone')
  t.throws(() => sealed.seal(voter.keys, voter.signatures), once)
})

t.test('before that choice nothing but the tracker can be seen', async (t) => {
  const unseen = fill()
  t.same(Object.keys(unseen), ['tracker'])
  t.equal(JSON.stringify(unseen), JSON.stringify({ tracker: unseen.tracker }))
})

t.test('no ballot is filled in as another was', async (t) => {
  const [first, second] = [fill().open(), fill().open()]
  t.not(toBase64url(first.body), toBase64url(second.body))
  t.equal(new Set([...first.randomness, ...second.randomness]).size, 4)
})

t.test('a device that encrypts another choice than it shows is found out', async (t) => {
  for (const answer of ['blank', { choose: ['option-2'] }, { choose: ['option-1', 'option-2'] }] as const) {
    refuses(t, 'ballot.opening', check(withQuestion(0, { answer: answer === 'blank' ? answer : { choose: [...answer.choose] } })), /one holds something else/)
  }
  refuses(t, 'ballot.opening', check(withQuestion(0, { answer: { choose: ['option-9'] } })), /does not allow/)
  refuses(t, 'ballot.opening', check(withQuestion(1, { answer: { choose: [] } })), /does not allow/)
  const other = fill().open()
  refuses(t, 'ballot.opening', check({ body: toBase64url(other.body) }), /tracker/)
  refuses(t, 'ballot.opening', check({ body: checkFileOf(election.id, other).body, tracker: checkFileOf(election.id, other).tracker }), /holds something else/)
})

t.test('each randomness is that of its question', async (t) => {
  const [one, two] = file.questions as [CheckFile['questions'][number], CheckFile['questions'][number]]
  refuses(t, 'ballot.opening', check({ questions: [{ ...one, randomness: two.randomness }, { ...two, randomness: one.randomness }] }))
  refuses(t, 'ballot.opening', check(withQuestion(1, { randomness: scalarToHex(modOrder(scalarFromHex(two.randomness) + 1n)) })))
  refuses(t, 'ballot.opening', check({ questions: [one] }))
  refuses(t, 'ballot.opening', check({ questions: [one, two, two] }))
  refuses(t, 'input.not-canonical', check(withQuestion(0, { randomness: 'ff'.repeat(32) })))
})

t.test('a bit flipped anywhere in the body is noticed, with its tracker made to fit too', async (t) => {
  for (let bit = 7; bit < layout.bodyLength * 8; bit += 1009) {
    const { body } = { body: flipBit(fromBase64url(file.body), bit) }
    t.throws(check({ body: toBase64url(body) }), { name: 'ScrutinError' })
    t.throws(check({ ...checkFileOf(election.id, { body, answers, randomness: file.questions.map(({ randomness }) => scalarFromHex(randomness)) }) }), { name: 'ScrutinError' }, `bit ${bit}`)
  }
})

t.test('it is a ballot of this election, of one of its classes, with proofs that hold', async (t) => {
  refuses(t, 'ballot.election', check({ electionId: '00'.repeat(32) }))
  t.throws(() => verifyCheckFile({ ...election.rules, electionKeys: election.keys.toReversed() }, questions, file), { code: 'ballot.opening' }, 'encrypted to other keys')
  refuses(t, 'ballot.malformed', check({ body: toBase64url(fromBase64url(file.body).subarray(1)) }))
  const forged = forgedBody(election.context, rules, [[1n, 0n, 0n, 0n], [1n, 1n, 1n, 0n]], cheater.keys.publicKey, 'simulate the proof')
  t.match(checkBallots(election.rules, [sealBallot(forged, cheater.keys, cheater.signatures)]), [{ accepted: false, code: 'ballot.proof' }])
  const proofless = fromBase64url(file.body)
  proofless.set(encodeScalar(5n), layout.bodyLength - 32)
  refuses(t, 'ballot.proof', check(checkFileOf(election.id, { body: proofless, answers, randomness: file.questions.map(({ randomness }) => scalarFromHex(randomness)) })))
})

t.test('a check file has one form', async (t) => {
  for (const wrong of ['', '{', 'null', '[]', '{}', JSON.stringify({ ...file, more: 1 }), JSON.stringify({ ...file, format: 'scrutin-check/2' }), JSON.stringify({ ...file, questions: [] }),
    JSON.stringify({ ...file, body: `${file.body}=` }), JSON.stringify({ ...file, tracker: file.tracker.toUpperCase() }), JSON.stringify({ ...file, questions: [{ ...file.questions[0], answer: 'option-1' }] })]) {
    refuses(t, 'input.malformed', () => parseCheckFile(wrong))
  }
})
