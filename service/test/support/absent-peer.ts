import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { FabricLedgerConfig } from '../../../ledger/src/config.ts'

/** A ledger whose configuration is in order, and whose peer is not there: nothing listens at the port. */
export async function absentPeer (folder: string, port: number): Promise<FabricLedgerConfig> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  const [connectionProfile, certificate, key] = [join(folder, 'profile.json'), join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  await writeFile(key, privateKey)
  await writeFile(certificate, rootCertificates[0]!)
  await writeFile(connectionProfile, JSON.stringify({
    organizations: { MemberD: { peers: ['peer'] } },
    peers: { peer: { url: `grpcs://127.0.0.1:${port}`, tlsCACerts: { pem: rootCertificates[0] } } },
  }))
  return { kind: 'fabric', mspId: 'MemberD', connectionProfile, certificate, privateKey: key, channel: 'votes', chaincode: 'scrutin' }
}
