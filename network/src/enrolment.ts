/**
 * Getting certificates from a member's Fabric CA. Keys are made here, by
 * WebCrypto, and only a signing request (PKCS #10) goes to the CA.
 */
// @peculiar/x509 needs it loaded first
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import https from 'node:https'
import { cryptoProvider, type JsonGeneralNames, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509'
import type FabricCAServicesType from 'fabric-ca-client'
import type { Wallets as WalletsType } from 'fabric-network'
import type { Authority } from './certificate-authority.ts'
import { host, hostName } from './ports.ts'

/** The kinds Fabric's NodeOUs tell apart. */
export type IdentityKind = 'admin' | 'client' | 'orderer' | 'peer'

/** What an identity may do in the contract: the attribute `scrutin.role` of its certificate. */
export type ScrutinRole = 'gateway' | 'registrar' | 'trustee' | 'organiser' | 'auditor'

export interface Enrolment {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly privateKey: string
}

export interface Enroller {
  enrol (name: string, kind: IdentityKind, role?: ScrutinRole): Promise<Enrolment>
}

/** Signs in at the authority as its administrator. */
export async function openEnroller (authority: Authority): Promise<Enroller> {
  const { FabricCAServices, Wallets } = await fabricClients()
  const tlsOptions = { trustedRoots: [authority.serverRoot] as unknown as Buffer, verify: true }
  const client = new FabricCAServices(authority.url, tlsOptions, authority.name)
  const { administrator } = authority
  const enrol = async (enrollmentID: string, enrollmentSecret: string): Promise<Enrolment> => {
    const { request, privateKey } = await signingRequest(enrollmentID, authority.name === 'tlsca')
    const { certificate } = await client.enroll({
      enrollmentID,
      enrollmentSecret,
      csr: request,
      ...(authority.name === 'tlsca' ? { profile: 'tls' } : {}),
    })
    return { certificate, privateKey }
  }
  const own = await enrol(administrator.name, administrator.secret)
  const wallet = await Wallets.newInMemoryWallet()
  const registrar = await wallet.getProviderRegistry().getProvider('X.509').getUserContext({
    type: 'X.509',
    mspId: authority.name,
    credentials: own,
  } as never, administrator.name)

  return {
    async enrol (name, kind, role) {
      const enrollmentSecret = randomBytes(24).toString('base64url')
      await client.register({
        enrollmentID: name,
        enrollmentSecret,
        role: kind,
        affiliation: '',
        // the secret has served once this function returns; renewals go by the certificate
        maxEnrollments: 1,
        ...(role === undefined ? {} : { attrs: [{ name: 'scrutin.role', value: role, ecert: true }] }),
      }, registrar)
      return await enrol(name, enrollmentSecret)
    },
  }
}

/**
 * Fabric's client packages, loaded only when needed: while they load they read
 * this process's command line, and answer `--help` themselves.
 */
async function fabricClients (): Promise<{ FabricCAServices: typeof FabricCAServicesType, Wallets: typeof WalletsType }> {
  const { default: fabricCommon } = await import('fabric-common')
  const { default: FabricCAServices } = await import('fabric-ca-client')
  const { Wallets } = await import('fabric-network')
  // three seconds by default, too few for many enrolments at once on a busy machine; the types leave this function out
  const { setConfigSetting } = fabricCommon.Utils as unknown as { setConfigSetting: (name: string, value: unknown) => void }
  setConfigSetting('connection-timeout', 60_000)
  return { FabricCAServices, Wallets }
}

/**
 * Runs the work while HTTPS connections are made afresh for each request: the
 * CA client adds listeners to a connection each time it is used, and Node
 * rightly complains about one that is kept and used often.
 */
export async function withFreshConnections<T> (work: () => Promise<T>): Promise<T> {
  const agent = https.globalAgent
  https.globalAgent = new https.Agent({ keepAlive: false })
  try {
    return await work()
  } finally {
    https.globalAgent = agent
  }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

async function signingRequest (commonName: string, withHostNames: boolean): Promise<{ request: string, privateKey: string }> {
  cryptoProvider.set(webcrypto as never)
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const names: JsonGeneralNames = [{ type: 'dns', value: hostName }, { type: 'ip', value: host }]
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${commonName}`,
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: withHostNames ? [new SubjectAlternativeNameExtension(names)] : [],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { request: request.toString('pem'), privateKey: pem('PRIVATE KEY', pkcs8) }
}

function pem (label: string, der: Buffer): string {
  const body = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ''].join('\n')
}
