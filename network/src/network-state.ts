/** `network.json`: what `up` has done already, so that it can go on where it stopped. */
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { Consortium } from './consortium.ts'
import type { NetworkLayout } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { writePrivateJson } from './private-files.ts'

const NetworkState = Type.Object({
  kind: Type.Enum(['fabric', 'embedded']),
  /** First port of the first member: addresses stand in the channel's blocks, so it stays. */
  portBase: Type.Integer(),
  /** What it was made from. */
  consortium: Consortium,
  /** The orderers and peers have joined the channel. */
  joined: Type.Boolean(),
  /** The contract is committed. */
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

/** What stands between an earlier network in the folder and the one asked for: the end of a sentence, or undefined. */
export function differenceFrom (earlier: NetworkState, kind: NetworkState['kind'], consortium: Consortium, portBase: number | undefined): string | undefined {
  if (earlier.kind !== kind) return `a network of the kind ${earlier.kind}`
  if (portBase !== undefined && portBase !== earlier.portBase) return `a network on other ports (from ${earlier.portBase})`
  for (const key of ['channel', 'chaincode', 'ordering', 'policies'] as const) {
    if (!isDeepStrictEqual(earlier.consortium[key], consortium[key])) return `a network whose consortium had another ${key}`
  }
  const lasting = ({ members }: Consortium): object => members.map(({ name, mspId, registrar, trustee }) => ({ name, mspId, registrar, trustee }))
  if (!isDeepStrictEqual(lasting(earlier.consortium), lasting(consortium))) {
    return `a network of other members (${earlier.consortium.members.map(member => member.name).join(', ')}, with their registrars and trustees)`
  }
  return undefined
}

export async function writeState (layout: NetworkLayout, state: NetworkState): Promise<void> {
  await writePrivateJson(layout.stateFile, state)
}
