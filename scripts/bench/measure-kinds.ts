/** What a ballot of each kind of question costs, by itself: to fill in, to check, to count, and in bytes. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { type BallotRules, ballotRules } from '../../protocol/src/check-ballots.ts'
import { fillBallot } from '../../protocol/src/fill-ballot.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { type Answer, kindNames, type Question } from '../../protocol/src/kinds/kinds.ts'
import { keyCount, questionRules } from '../../protocol/src/question-rules.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { addToTally, emptyTally } from '../../protocol/src/tally.ts'
import { isKind, pollOf } from '../simulation/poll.ts'
import { randomBallots, randomGrades } from '../simulation/random-ballots.ts'
import { optionNames } from './bench-election.ts'
import { round } from './figures.ts'
import { batchSize, check, medianPerBallot, threadMs } from './measure-crypto.ts'
import { signCredential } from './sign-credential.ts'

export interface KindFigures {
  /** Encryption and proof on a voter's device, without tables of multiples; median. */
  readonly encryptMs: number
  /** In batches of 64. */
  readonly verifyMs: number
  readonly ballotBytes: number
  readonly countMsPerBallot: number
}

const grades = 7

/** Processor milliseconds of this thread; five options each, a single column for yes or no, seven grades for majority judgment. */
export function measureKinds (note: (text: string) => void): Record<string, KindFigures> {
  const registrars = Array.from({ length: 2 }, () => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 }))
  return Object.fromEntries(kindNames.map((kind) => {
    note(kind)
    if (!isKind(kind)) throw new Error(`there are no random ballots of the kind ${kind}`)
    const { question, answers } = pollOf(kind, kind === 'majority-judgment' ? randomGrades(batchSize, optionNames.length, grades) : randomBallots(kind, batchSize, optionNames))
    return [kind, measureKind(question, answers, registrars)]
  }))
}

function measureKind (question: Question, answers: readonly Answer[], registrars: readonly ReturnType<typeof generateKeyPairSync>[]): KindFigures {
  const questions = [question]
  const slots = questions.map(questionRules)
  const electionId = randomBytes(32).toString('hex')
  const keys = Array.from({ length: keyCount(slots) }, () => pointToHex(generateKeyPair().publicKey))
  const rules: BallotRules = ballotRules(electionId, slots, keys, registrars.map(({ publicKey }) => [publicKey.export({ format: 'jwk' }).n!]))
  const filled: number[] = []
  const ballots = answers.map((answer) => {
    const { keys: credential, signatures } = signCredential(fromHex(electionId, 32), registrars.map(({ privateKey }) => privateKey))
    const ballot = threadMs(() => fillBallot({ electionId: rules.electionId, classIndex: 0, electionKeys: rules.electionKeys }, questions, [answer], credential.publicKey))
    filled.push(ballot.ms)
    return ballot.result.seal(credential, signatures)
  })
  const counted = ballots.map((bytes) => ({ bytes, credentialKey: peekBallot(bytes).credentialKey }))
  // the first half warms up
  const measured = filled.slice(filled.length >>> 1).sort((a, b) => a - b)
  return {
    encryptMs: round(measured[measured.length >>> 1]!, 1),
    verifyMs: round(medianPerBallot(() => { check(rules, ballots) }), 2),
    ballotBytes: ballots[0]!.length,
    countMsPerBallot: round(medianPerBallot(() => { addToTally(emptyTally(slots, 1), slots, counted) }), 3),
  }
}
