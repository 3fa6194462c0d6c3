/** A Fabric identity that signs: what stands as `creator` in a message, and the signature under it. */
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { p256 } from '@noble/curves/nist.js'
import { common, msp } from '@hyperledger/fabric-protos'
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js'

export interface IdentityFiles {
  readonly mspId: string
  /** PEM files. */
  readonly certificate: string
  readonly privateKey: string
}

export interface SigningIdentity {
  readonly mspId: string
  /** The serialised `msp.SerializedIdentity`. */
  readonly creator: Uint8Array
  /** ECDSA over SHA-256 in DER. Fabric takes only the lower of the two possible values of s. */
  sign (message: Uint8Array): Uint8Array
}

/** @throws Error when a file can't be read, or the key is not on P-256 (the only curve of Scrutin's members) */
export async function readIdentity (files: IdentityFiles): Promise<SigningIdentity> {
  const { mspId } = files
  const key = createPrivateKey(await readFile(files.privateKey))
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error(`the key of ${mspId} is not an ECDSA key on P-256`)
  const identity = new msp.SerializedIdentity()
  identity.setMspid(mspId)
  identity.setIdBytes(await readFile(files.certificate))
  return {
    mspId,
    creator: identity.serializeBinary(),
    sign: (message) => inLowerHalf(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })),
  }
}

/** @param signature r and s, 32 bytes each */
function inLowerHalf (signature: Uint8Array): Uint8Array {
  const { r, s } = p256.Signature.fromBytes(signature, 'compact')
  const { ORDER } = p256.Point.Fn
  return new p256.Signature(r, s > ORDER >> 1n ? ORDER - s : s).toBytes('der')
}

type HeaderType = common.HeaderTypeMap[keyof common.HeaderTypeMap]

/** A signed `common.Envelope` of the given kind, for one channel. */
export function signedEnvelope (identity: SigningIdentity, channel: string, type: HeaderType, data: Uint8Array): common.Envelope {
  const channelHeader = new common.ChannelHeader()
  channelHeader.setType(type)
  channelHeader.setChannelId(channel)
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(new Date()))
  const signatureHeader = new common.SignatureHeader()
  signatureHeader.setCreator(identity.creator)
  signatureHeader.setNonce(randomBytes(24))
  const header = new common.Header()
  header.setChannelHeader(channelHeader.serializeBinary())
  header.setSignatureHeader(signatureHeader.serializeBinary())
  const payload = new common.Payload()
  payload.setHeader(header)
  payload.setData(data)
  const envelope = new common.Envelope()
  envelope.setPayload(payload.serializeBinary())
  envelope.setSignature(identity.sign(envelope.getPayload_asU8()))
  return envelope
}
