/** The example consortium on either ledger, from the same `consortium.yaml`. */
import { join, resolve } from 'node:path'
import { bringUp, bringUpServices, type RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'

export interface ConsortiumOptions {
  /** Real Fabric, or the embedded ledger. */
  readonly fabric: boolean
  readonly dataFolder: string
  readonly portBase: number | undefined
  readonly progress: Progress
}

export async function bringUpConsortium ({ fabric, dataFolder, portBase, progress }: ConsortiumOptions): Promise<RunningNetwork> {
  const options = { dataFolder, progress, ...(portBase === undefined ? {} : { portBase }) }
  if (fabric) return await bringUp(options)
  const file = join(resolve(dataFolder), 'embedded-ledger.sqlite')
  return await bringUpServices({ ...options, ledgerFor: ({ mspId }, role) => ({ kind: 'embedded', file, mspId, role }) })
}
