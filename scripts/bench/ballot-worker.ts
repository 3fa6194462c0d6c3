/** Makes ballots in a thread of its own: a credential signed by the registrars' own keys, random answers, encryption and proofs. */
import { createPrivateKey } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ChooseQuestion } from '../../protocol/src/kinds/choose.ts'
import { fillBallot } from '../../protocol/src/fill-ballot.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import { pointFromHex } from '../../protocol/src/group.ts'
import { signCredential } from './sign-credential.ts'

export interface BallotWork {
  readonly electionId: string
  readonly questions: readonly ChooseQuestion[]
  readonly electionKeys: readonly string[]
  /** PKCS#8, DER, in the definition's order of registrars. */
  readonly registrarKeys: readonly Uint8Array[]
  readonly count: number
}

/** One ballot, as the worker hands it over. */
export interface MadeBallot {
  readonly bytes: Uint8Array
  readonly tracker: string
}

const work = workerData as BallotWork
const electionId = fromHex(work.electionId, 32)
const electionKeys = work.electionKeys.map(pointFromHex)
// tables of multiples: a device that votes once has no use for them, this thread votes for many
for (const key of electionKeys) key.precompute(8)
const registrarKeys = work.registrarKeys.map((der) => createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }))
const { questions } = work

for (let i = 0; i < work.count; i++) {
  const { keys: credential, signatures } = signCredential(electionId, registrarKeys)
  const answers = questions.map(({ options }) => ({ choose: options.flatMap(({ id }) => Math.random() < 0.4 ? [id] : []) }))
  const filled = fillBallot({ electionId, classIndex: 0, electionKeys }, questions, answers, credential.publicKey)
  const made: MadeBallot = { bytes: filled.seal(credential, signatures), tracker: filled.tracker }
  parentPort!.postMessage(made)
}
