import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runNode } from './run-command.ts'

/** Whether Fabric can run here; where it can't, the reason and what to do. */
export type FabricTools =
  | { readonly state: 'ready' }
  /** Nothing here to run or build Fabric with: a person may leave the suite out. */
  | { readonly state: 'missing', readonly reason: string }
  /** All that is needed is here, and yet it did not build. */
  | { readonly state: 'broken', readonly reason: string }

/** Finds Fabric's binaries, building them where needed (about three minutes, once a machine). */
export async function prepareFabric (root: string): Promise<FabricTools> {
  const build = await runNode(root, ['network/src/command.ts', 'build'], true)
  if (build.ok) return { state: 'ready' }
  const missing = missingTools()
  if (process.env.FABRIC_BIN === undefined && missing.length > 0) {
    return { state: 'missing', reason: `Fabric is neither here nor can it be built: there is no ${missing.join(' and no ')}. Install it, or set FABRIC_BIN to a folder with Fabric's binaries.` }
  }
  return { state: 'broken', reason: '`npm run network -- build` failed; its output stands above.' }
}

function missingTools (): string[] {
  const missing: string[] = []
  if (!onPath('go')) missing.push('Go')
  if (!['cc', 'gcc', 'clang'].some(onPath)) missing.push('C compiler')
  return missing
}

function onPath (program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}
