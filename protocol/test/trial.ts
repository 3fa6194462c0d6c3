import t from 'tap'
import { checkDecryption, type DecryptionContext, decryptTally } from '../src/decryption.ts'
import { scalarFromHex, pointFromHex, pointToHex, randomScalar } from '../src/group.ts'
import { receiveShares } from '../src/hold-shares.ts'
import { keysRecord } from '../src/opening.ts'
import { questionRules } from '../src/question-rules.ts'
import { checkTrial, decryptTrial, parseTrialMessage, trialPoint } from '../src/trial.ts'
import { heldCeremony } from './support/held-ceremony.ts'
import { refuses } from './support/refuses.ts'
import { sampleQuestion } from './support/sample-definition.ts'

const { context, secrets, commits, deals } = heldCeremony(3, 2, 2)
const id = context.electionId
const keys = keysRecord(context, commits, deals, [0, 1, 2])
const sharesOf = (trustee: number): bigint[] => receiveShares(context, trustee, secrets[trustee]!, deals).map(scalarFromHex)
const trial = decryptTrial(id, keys, 1, sharesOf(1))

t.test('who holds its shares passes, and its message is read in its exact form', async (t) => {
  checkTrial(id, keys, trial)
  t.same(parseTrialMessage(trial), trial)
  for (const wrong of [null, {}, { ...trial, more: 1 }, { ...trial, trustee: 64 }, { ...trial, factors: [] }, { ...trial, factors: [{ ...trial.factors[0], proof: '' }] }]) {
    refuses(t, 'input.malformed', () => parseTrialMessage(wrong))
  }
})

t.test('the trial point is another for each election, slot and key', async (t) => {
  const points = [trialPoint(id, keys.electionKeys[0]!, 0), trialPoint(id, keys.electionKeys[0]!, 1), trialPoint(id, keys.electionKeys[1]!, 0), trialPoint(new Uint8Array(32), keys.electionKeys[0]!, 0)]
  t.equal(new Set(points.map(pointToHex)).size, 4)
})

t.test('cheating: shares of another, random ones, factors of another slot, election or trustee', async (t) => {
  const refusedTrial = (message: typeof trial): void => { refuses(t, 'trial.proof', () => { checkTrial(id, keys, message) }) }
  refusedTrial(decryptTrial(id, keys, 1, sharesOf(0)))
  refusedTrial(decryptTrial(id, keys, 1, [randomScalar(), sharesOf(1)[1]!]))
  refusedTrial({ ...trial, factors: trial.factors.toReversed() })
  refusedTrial({ ...trial, trustee: 0 })
  refusedTrial({ ...trial, factors: [{ ...trial.factors[0]!, factor: 'ff'.repeat(32) }, trial.factors[1]!] })
  refusedTrial({ ...trial, factors: [{ ...trial.factors[0]!, factor: '00'.repeat(32) }, trial.factors[1]!] })
  refusedTrial({ ...trial, factors: [{ ...trial.factors[0]!, proof: '00'.repeat(96) }, trial.factors[1]!] })
  refusedTrial(decryptTrial(new Uint8Array(32), keys, 1, sharesOf(1)))
  refusedTrial(decryptTrial(id, { ...keys, electionKeys: keys.electionKeys.toReversed() }, 1, sharesOf(1)))
  refuses(t, 'input.malformed', () => { checkTrial(id, keys, { ...trial, factors: trial.factors.slice(1) }) })
  refuses(t, 'trustee.disqualified', () => { checkTrial(id, keysRecord(context, commits, deals, [0, 2]), trial) })
  refuses(t, 'trial.proof', () => { checkTrial(id, keysRecord(context, commits, deals, [0, 1]), trial) })
})

t.test('a trial is no partial decryption of a box, even of one whose sums are the trial points', async (t) => {
  const slot = 0
  const alpha = trialPoint(id, keys.electionKeys[slot]!, slot)
  const box: DecryptionContext = {
    electionId: id,
    boxRoot: '00'.repeat(32),
    questions: [questionRules(sampleQuestion('a', 1, { min: 0, max: 1, blank: false }))],
    pools: [{ classes: [0], weight: 1, ballots: 1, withheld: false, sums: [[{ ballots: 1, alpha, betas: [alpha] }]] }],
  }
  const verification = keys.verificationKeys[1]!.map(pointFromHex)
  const right = decryptTally(box, 1, sharesOf(1).slice(0, 1))
  checkDecryption(box, right, verification)
  const [[mine]] = right.pools[0]!.factors as [[typeof trial.factors[number]]]
  t.equal(mine.factor, trial.factors[slot]!.factor, 'the same factor')
  refuses(t, 'decryption.proof', () => { checkDecryption(box, { ...right, pools: [{ classes: [0], factors: [[trial.factors[slot]!]] }] }, verification) })
  refuses(t, 'trial.proof', () => { checkTrial(id, keys, { ...trial, factors: [mine, trial.factors[1]!] }) })
})
