/** A peer that is made up: a gRPC server over TLS that answers the Deliver service as a test wants it to. */
// @peculiar/x509 needs it loaded first
import 'reflect-metadata'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type handleBidiStreamingCall, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js'
import { common, orderer } from '@hyperledger/fabric-protos'
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import type { PeerConfig } from '../../src/block-source.ts'

export interface Asked {
  readonly envelope: common.Envelope
  readonly from: number
  readonly to: number
}

export interface MadeUpPeer {
  readonly config: PeerConfig
  /** The requests so far. */
  readonly asked: readonly Asked[]
  /** What it does with the next requests. */
  answer: (asked: Asked, stream: ServerDuplexStream<Buffer, Uint8Array>) => void
  close (): Promise<void>
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export async function madeUpPeer (): Promise<MadeUpPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'scrutin-made-up-peer-'))
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: 'CN=localhost',
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true), new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  })
  const privateKey = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const files = { certificate: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem') }
  await writeFile(files.certificate, certificate.toString('pem'))
  await writeFile(files.privateKey, `-----BEGIN PRIVATE KEY-----\n${privateKey}\n-----END PRIVATE KEY-----\n`)

  const asked: Asked[] = []
  const server = new Server({ 'grpc.max_send_message_length': -1 })
  const handle: handleBidiStreamingCall<Buffer, Uint8Array> = (stream) => {
    stream.on('error', () => {})
    stream.on('data', (bytes: Buffer) => {
      const envelope = common.Envelope.deserializeBinary(new Uint8Array(bytes))
      const seek = orderer.SeekInfo.deserializeBinary(common.Payload.deserializeBinary(envelope.getPayload_asU8()).getData_asU8())
      const request = { envelope, from: seek.getStart()?.getSpecified()?.getNumber() ?? -1, to: seek.getStop()?.getSpecified()?.getNumber() ?? -1 }
      asked.push(request)
      peer.answer(request, stream)
    })
  }
  const method = (path: string) => ({
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const)
  server.addService({ deliver: method('/protos.Deliver/Deliver'), deliverFiltered: method('/protos.Deliver/DeliverFiltered') }, { deliver: handle, deliverFiltered: handle })
  const pem = { cert_chain: Buffer.from(certificate.toString('pem')), private_key: Buffer.from(`-----BEGIN PRIVATE KEY-----\n${privateKey}\n-----END PRIVATE KEY-----\n`) }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pem]), (error, found) => { if (error === null) resolve(found); else reject(error) })
  })
  const peer: MadeUpPeer = {
    config: { channel: 'made-up', mspId: 'OutsiderMSP', ...files, peer: { mspId: 'PeerMSP', address: `localhost:${port}`, tlsRootCertificate: files.certificate } },
    asked,
    answer: () => {},
    close: async () => {
      server.forceShutdown()
      await rm(folder, { recursive: true })
    },
  }
  return peer
}

/** A `peer.DeliverResponse` around a block (field 2), the block's bytes as they are. */
export function inResponse (block: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = block.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : rest % 128 + 128)
    if (rest < 128) break
  }
  return Buffer.concat([Buffer.of(0x12, ...length), block])
}
