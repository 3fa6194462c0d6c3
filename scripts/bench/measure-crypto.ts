/** What needs no network: how long one core checks ballots, and how long they are. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { ballotRules, checkBallots, type BallotRules } from '../../protocol/src/check-ballots.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { findKind } from '../../protocol/src/kinds/kinds.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { approvalDraft } from '../staging/draft-definition.ts'
import { optionNames } from './bench-election.ts'
import { makeBallots } from './make-ballots.ts'

const batchSize = 64
const batches = 5
const registrars = 2

export interface CryptoFigures {
  readonly verifyMsPerBallot: number
  readonly ballotBytes: number
}

/** Milliseconds a ballot on this thread, the middle one of five batches of 64; every ballot must hold. */
export async function measureCrypto (note: (text: string) => void): Promise<CryptoFigures> {
  const { questions } = approvalDraft('Bench', optionNames)
  const slots = questions.map((question) => findKind(question.kind)!.rules(question))
  const electionKeys = slots[0]!.slotValues.map(() => pointToHex(generateKeyPair().publicKey))
  const electionId = randomBytes(32).toString('hex')
  const rsaKeys = Array.from({ length: registrars }, () => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 }))
  const moduli = rsaKeys.map(({ publicKey }) => [publicKey.export({ format: 'jwk' }).n!])
  const registrarKeys = rsaKeys.map(({ privateKey }) => privateKey.export({ format: 'der', type: 'pkcs8' }))
  const ballots = await makeBallots({ electionId, questions, electionKeys, registrarKeys, count: batchSize * (batches + 1) }, () => {})
  const rules = ballotRules(electionId, slots, electionKeys, moduli)
  const times = Array.from({ length: batches + 1 }, (_, i) => {
    const batch = ballots.slice(i * batchSize, (i + 1) * batchSize).map(({ bytes }) => bytes)
    const start = performance.now()
    check(rules, batch)
    return (performance.now() - start) / batchSize
  }).slice(1) // the first makes tables and compiles
  note(`${times.map((ms) => ms.toFixed(2)).join(', ')} ms a ballot`)
  return { verifyMsPerBallot: times.sort((a, b) => a - b)[Math.floor(batches / 2)]!, ballotBytes: ballots[0]!.bytes.length }
}

function check (rules: BallotRules, ballots: readonly Uint8Array[]): void {
  const refused = checkBallots(rules, ballots).find((verdict) => !verdict.accepted)
  if (refused !== undefined) throw new Error(`a ballot that was made here does not hold: ${JSON.stringify(refused)}`)
}
