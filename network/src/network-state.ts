/** `network.json`: what `up` has done already, so that it can go on where it stopped. */
import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import type { NetworkLayout } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { writePrivateJson } from './private-files.ts'

const NetworkState = Type.Object({
  kind: Type.Enum(['fabric', 'embedded']),
  /** First port of the first member: it stands in certificates' places and blocks, so it stays. */
  portBase: Type.Integer(),
  /** Names of the members, in order. */
  members: Type.Array(Type.String()),
  joined: Type.Boolean(),
  committed: Type.Boolean(),
}, { additionalProperties: false })
export type NetworkState = Static<typeof NetworkState>

/** @returns undefined when nothing has been brought up in this folder */
export async function readState (layout: NetworkLayout): Promise<NetworkState | undefined> {
  let text
  try {
    text = await readFile(layout.stateFile, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const value: unknown = JSON.parse(text)
  if (!Value.Check(NetworkState, value)) throw new NetworkError(`${layout.stateFile} is not what this version wrote: remove the network with the version that made it, or its folder by hand`)
  return value
}

export async function writeState (layout: NetworkLayout, state: NetworkState): Promise<void> {
  await writePrivateJson(layout.stateFile, state)
}
