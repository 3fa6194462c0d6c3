/** The election that is measured: five options, approval, as many voters as there are ballots to cast. */
import { readFile } from 'node:fs/promises'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import { openDatabase } from '../../registrar/src/database.ts'
import { exportPrivateKey } from '../../registrar/src/blind-sign.ts'
import { RollStore } from '../../registrar/src/roll-store.ts'
import { ConsortiumApi } from '../staging/consortium-api.ts'
import { approvalDraft } from '../staging/draft-definition.ts'
import { stageElection, type StagedElection } from '../staging/stage-election.ts'
import type { PreparedBallot } from './cast-load.ts'
import { makeBallots } from './make-ballots.ts'

export const optionNames = ['Ada', 'Blaise', 'Condorcet', 'Olympe', 'Sophie'] as const

export async function stageBenchElection (network: RunningNetwork, voters: number, progress: Progress): Promise<StagedElection> {
  return await stageElection(network, approvalDraft('Bench', optionNames), voters, progress)
}

/** A ballot for every voter. The bench holds the registrars' keys: voters' own blinding is not what is measured. */
export async function prepareBallots (network: RunningNetwork, staged: StagedElection, count: number, progress: Progress): Promise<PreparedBallot[]> {
  const { opening } = await new ConsortiumApi(network).election(staged.electionId)
  if (opening === null) throw new Error('the election is not open')
  const registrarKeys = await Promise.all(staged.registrars.map(async (member) => await registrarKey(member.registrar!.configFile, staged.electionId)))
  return await progress.step(`${count} ballots`, async (note) => await makeBallots({
    electionId: staged.electionId,
    questions: approvalDraft('Bench', optionNames).questions,
    electionKeys: opening.electionKeys,
    registrarKeys,
    count,
  }, (done) => { note(`${done} of ${count}`) }))
}

/** The registrar's RSA key for the one class, PKCS#8 in DER. */
async function registrarKey (configFile: string, electionId: string): Promise<Uint8Array> {
  const { folder } = JSON.parse(await readFile(configFile, 'utf8')) as { folder: string }
  const database = openDatabase(folder)
  try {
    return exportPrivateKey(new RollStore(database).rsaKeys(electionId)[0]!)
  } finally {
    database.close()
  }
}
