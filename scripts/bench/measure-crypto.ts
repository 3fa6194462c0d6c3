/** What needs no network: how long one core checks and counts ballots, and how long they are. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { ballotRules, checkBallots, type BallotRules } from '../../protocol/src/check-ballots.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { type PointArithmetic, pointArithmetic } from '../../protocol/src/point-arithmetic.ts'
import { questionRules } from '../../protocol/src/question-rules.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { addToTally, emptyTally } from '../../protocol/src/tally.ts'
import { approvalDraft } from '../staging/draft-definition.ts'
import { optionNames } from './bench-election.ts'
import { makeBallots } from './make-ballots.ts'

export const batchSize = 64
/** Rounds that are measured, after as many that warm up: WebAssembly and JavaScript are compiled in steps. */
const rounds = 15
const registrars = 2

export interface CryptoFigures {
  /** 'wasm' where the machine has no fused multiply-additions, 'portable' where the WebAssembly was not built. */
  readonly arithmetic: PointArithmetic['name']
  readonly verifyMsPerBallot: number
  /** Adding a checked ballot to root and sums. */
  readonly countMsPerBallot: number
  readonly ballotBytes: number
}

/** Processor milliseconds of this thread for a ballot, medians over batches of 64; every ballot must hold. */
export async function measureCrypto (note: (text: string) => void): Promise<CryptoFigures> {
  const { questions } = approvalDraft('Bench', optionNames)
  const slots = questions.map(questionRules)
  const electionKeys = slots[0]!.slotValues.map(() => pointToHex(generateKeyPair().publicKey))
  const electionId = randomBytes(32).toString('hex')
  const rsaKeys = Array.from({ length: registrars }, () => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 }))
  const moduli = rsaKeys.map(({ publicKey }) => [publicKey.export({ format: 'jwk' }).n!])
  const registrarKeys = rsaKeys.map(({ privateKey }) => privateKey.export({ format: 'der', type: 'pkcs8' }))
  const ballots = await makeBallots({ electionId, questions, electionKeys, registrarKeys, count: batchSize }, () => {})
  const rules = ballotRules(electionId, slots, electionKeys, moduli)
  const verifyMsPerBallot = medianPerBallot(() => { check(rules, ballots.map(({ bytes }) => bytes)) })
  const counted = ballots.map(({ bytes }) => ({ bytes, credentialKey: peekBallot(bytes).credentialKey }))
  const countMsPerBallot = medianPerBallot(() => { addToTally(emptyTally(slots, 1), slots, counted) })
  const arithmetic = pointArithmetic().name
  note(`${verifyMsPerBallot.toFixed(2)} ms a ballot to check, ${countMsPerBallot.toFixed(2)} to count (${arithmetic})`)
  return { arithmetic, verifyMsPerBallot, countMsPerBallot, ballotBytes: ballots[0]!.bytes.length }
}

/** Not the time on the clock: whatever else runs on the machine would be in it. */
export function threadMs<T> (work: () => T): { readonly result: T, readonly ms: number } {
  const start = process.threadCpuUsage()
  const result = work()
  const { user, system } = process.threadCpuUsage(start)
  return { result, ms: (user + system) / 1000 }
}

/** Of work on a whole batch. */
export function medianPerBallot (work: () => void): number {
  const times = Array.from({ length: 2 * rounds }, () => threadMs(work).ms / batchSize)
  return times.slice(rounds).sort((a, b) => a - b)[rounds >>> 1]!
}

export function check (rules: BallotRules, ballots: readonly Uint8Array[]): void {
  const refused = checkBallots(rules, ballots).find((verdict) => !verdict.accepted)
  if (refused !== undefined) throw new Error(`a ballot that was made here does not hold: ${JSON.stringify(refused)}`)
}
