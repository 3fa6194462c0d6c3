import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import type { PeerAddress } from './peer-client.ts'

/** What is used here of a connection profile; fabric-network reads the same file for the rest. */
const Profile = Type.Object({
  organizations: Type.Record(Type.String(), Type.Object({ peers: Type.Array(Type.String(), { minItems: 1 }) })),
  peers: Type.Record(Type.String(), Type.Object({
    url: Type.String({ pattern: '^grpcs://[^\\s/]+:[0-9]{1,5}$' }),
    tlsCACerts: Type.Object({ pem: Type.String({ minLength: 1 }) }),
  })),
})
export type ConnectionProfile = Static<typeof Profile> & Record<string, unknown>

/** @throws Error when the file is not a connection profile */
export async function readProfile (file: string): Promise<ConnectionProfile> {
  const profile: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (!Value.Check(Profile, profile)) throw new Error(`${file} is not a connection profile with a member's peers over TLS`)
  return { ...profile }
}

/** @throws Error when the profile names no peer of the member */
export function ownPeer (profile: ConnectionProfile, mspId: string): PeerAddress {
  const name = profile.organizations[mspId]?.peers[0]
  const peer = name === undefined ? undefined : profile.peers[name]
  if (peer === undefined) throw new Error(`the connection profile names no peer of ${mspId}`)
  return { mspId, address: new URL(peer.url).host, tlsRoot: Buffer.from(peer.tlsCACerts.pem) }
}
