/**
 * A member's own Fabric CA: one server, two authorities. One certifies
 * identities, the other TLS certificates: who holds a TLS key can't sign
 * transactions with it.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ConsortiumMember } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import { host, hostName, type MemberPorts } from './ports.ts'
import { writePrivate } from './private-files.ts'
import type { ProcessSpec } from './processes.ts'

export type AuthorityName = 'ca' | 'tlsca'

export interface Authority {
  readonly url: string
  readonly name: AuthorityName
  /** PEM of the root that this authority signs with. */
  readonly rootCertificate: string
  /** PEM of the root behind the server's own TLS certificate. */
  readonly serverRoot: string
  readonly administrator: { readonly name: string, readonly secret: string }
}

export function certificateAuthority (member: ConsortiumMember, folder: string, ports: MemberPorts, binaries: FabricBinaries): ProcessSpec {
  return {
    name: 'ca',
    member: member.name,
    folder,
    command: binaries.programs['fabric-ca-server'],
    args: ['start', '--home', folder],
    cwd: folder,
    env: {},
    ports: [ports.ca, ports.caOperations],
    ready: { kind: 'tcp', port: ports.ca },
  }
}

/** Writes what the server starts from. Its administrators' secrets stand in these files and nowhere else. */
export async function writeAuthorityConfigs (member: ConsortiumMember, folder: string, ports: MemberPorts): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of ['ca', 'tlsca'] as const) {
    const file = join(folderOf(folder, name), 'fabric-ca-server-config.yaml')
    await writePrivate(file, stringify(authorityConfig(member, name, ports, randomBytes(24).toString('base64url'))))
  }
}

export async function openAuthority (folder: string, name: AuthorityName, ports: MemberPorts): Promise<Authority> {
  const config = await readFile(join(folderOf(folder, name), 'fabric-ca-server-config.yaml'), 'utf8')
  const secret = /^ +pass: (\S+)$/m.exec(config)?.[1]
  if (secret === undefined) throw new Error(`the configuration of ${name} in ${folder} has no administrator`)
  return {
    url: `https://${host}:${ports.ca}`,
    name,
    rootCertificate: await readFile(join(folderOf(folder, name), 'ca-cert.pem'), 'utf8'),
    serverRoot: await readFile(join(folder, 'ca-cert.pem'), 'utf8'),
    administrator: { name: 'registrar-of-identities', secret },
  }
}

function folderOf (folder: string, name: AuthorityName): string {
  return name === 'ca' ? folder : join(folder, name)
}

function authorityConfig (member: ConsortiumMember, name: AuthorityName, ports: MemberPorts, secret: string): object {
  const year = 8760
  return {
    version: '1.5.21',
    ...(name === 'ca'
      ? {
          address: host,
          port: ports.ca,
          cafiles: ['tlsca/fabric-ca-server-config.yaml'],
          tls: { enabled: true },
          operations: { listenAddress: `${host}:${ports.caOperations}` },
        }
      : {}),
    ca: { name },
    registry: {
      maxenrollments: -1,
      identities: [{
        name: 'registrar-of-identities',
        pass: secret,
        type: 'client',
        affiliation: '',
        attrs: {
          'hf.Registrar.Roles': '*',
          'hf.Registrar.DelegateRoles': '*',
          'hf.Registrar.Attributes': '*',
          'hf.Revoker': true,
          'hf.GenCRL': true,
        },
      }],
    },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    affiliations: {},
    signing: {
      default: { usage: ['digital signature'], expiry: `${year}h` },
      profiles: {
        tls: {
          usage: ['signing', 'key encipherment', 'server auth', 'client auth', 'key agreement'],
          expiry: `${year}h`,
        },
      },
    },
    csr: {
      cn: `${name}.${member.name}`,
      names: [{ O: member.name }],
      hosts: [host, hostName],
      keyrequest: { algo: 'ecdsa', size: 256 },
      ca: { expiry: `${15 * year}h`, pathlength: 0 },
    },
    bccsp: { default: 'SW', sw: { hash: 'SHA2', security: 256, filekeystore: { keystore: 'msp/keystore' } } },
    cfg: { identities: { passwordattempts: 10 } },
  }
}
