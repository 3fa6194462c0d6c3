/** From the last ballot to a verified result: close, count, decrypt, take the bundle, audit it. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { audit, type AuditReport } from '../../auditor/src/audit.ts'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import type { ResultRecord } from '../../protocol/src/records.ts'
import { ConsortiumApi } from '../staging/consortium-api.ts'
import { runOperator } from '../staging/run-operator.ts'
import { until } from '../staging/stage-election.ts'

export interface CountedElection {
  readonly result: ResultRecord
  readonly report: AuditReport
  /** How long the count took, from the first page to the last as an onlooker sees it, and the audit of the bundle. */
  readonly seconds: { readonly count: number, readonly audit: number }
}

export async function countElection (network: RunningNetwork, electionId: string, bundleFile: string, progress: Progress): Promise<CountedElection> {
  const api = new ConsortiumApi(network)
  const status = async (): Promise<string> => (await api.election(electionId)).state.status
  await progress.step('Close', async () => { await api.step(electionId, 'close') })
  const countStart = performance.now()
  await progress.step('Count', async () => { await until(async () => await status() === 'tallied', 300, 'the count') })
  const count = (performance.now() - countStart) / 1000
  const { threshold } = (await api.election(electionId)).definition
  const trustees = network.members.flatMap(({ trustee }) => trustee === undefined ? [] : [trustee]).slice(0, threshold)
  await progress.step(`Decryption of the sums by ${threshold} trustees`, async () => {
    // at once: each waits until the others have signed the same root
    await Promise.all(trustees.map(async ({ configFile }) => await runOperator('trustee/src/command.ts', ['decrypt', electionId, '--config', configFile])))
  })
  await progress.step('Publication', async () => { await until(async () => await status() === 'published', 120, 'the publication') })
  await progress.step('Bundle', async () => { await download(`${api.gateways.at(-1)!}/v1/elections/${electionId}/bundle`, bundleFile) })
  const auditStart = performance.now()
  const report = await progress.step('Audit', async () => await audit(bundleFile))
  const auditEnd = performance.now()
  const { result } = await api.election(electionId)
  return { result: result!, report, seconds: { count, audit: (auditEnd - auditStart) / 1000 } }
}

async function download (url: string, file: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`)
  await pipeline(response.body, createWriteStream(file))
}
