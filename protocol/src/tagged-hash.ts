/** Every hash and every signed or hashed message starts with a domain tag, so that none can be taken for another. */
import { concatBytes, frame, toHex, utf8ToBytes } from './bytes.ts'
import { sha256 } from './hashes.ts'

/** All domain tags of the protocol. SPEC.md section "Domain tags" lists where each is used. */
export const tags = {
  election: 'scrutin/1/election',
  rollSalt: 'scrutin/1/roll-commitment',
  rollLeaf: 'scrutin/1/roll-leaf',
  rollNode: 'scrutin/1/roll-node',
  boxLeaf: 'scrutin/1/box-leaf',
  boxNode: 'scrutin/1/box-node',
  emptyTree: 'scrutin/1/empty-tree',
  credential: 'scrutin/1/credential',
  blindedMessage: 'scrutin/1/blinded-message',
  modulus: 'scrutin/1/rsa-modulus',
  rsaPermutation: 'scrutin/1/rsa-permutation',
  draw: 'scrutin/1/draw',
  drawBlock: 'scrutin/1/draw-block',
  tracker: 'scrutin/1/tracker',
  ballotProofs: 'scrutin/1/ballot-proofs',
  proofBase: 'scrutin/1/proof-base',
  castSignature: 'scrutin/1/cast-signature',
  ceremonyCommitment: 'scrutin/1/ceremony-commitment',
  ceremonyContribution: 'scrutin/1/ceremony-contribution',
  ceremonyEncryptionKey: 'scrutin/1/ceremony-encryption-key',
  ceremonyEphemeralKey: 'scrutin/1/ceremony-ephemeral-key',
  ceremonyMask: 'scrutin/1/ceremony-mask',
  complaintProof: 'scrutin/1/ceremony-complaint-proof',
  ceremonyTranscript: 'scrutin/1/ceremony-transcript',
  commitMessage: 'scrutin/1/ceremony-commit-message',
  dealMessage: 'scrutin/1/ceremony-deal-message',
  confirmMessage: 'scrutin/1/ceremony-confirm-message',
  complaintMessage: 'scrutin/1/ceremony-complaint-message',
  registrarMessage: 'scrutin/1/registrar-message',
  issuance: 'scrutin/1/issuance',
  trialPoint: 'scrutin/1/trial-point',
  trialProof: 'scrutin/1/trial-proof',
  trialMessage: 'scrutin/1/trial-message',
  rootStatement: 'scrutin/1/root-statement',
  decryptionMessage: 'scrutin/1/decryption-message',
  decryptionProof: 'scrutin/1/decryption-proof',
  directoryEntry: 'scrutin/1/directory-entry',
  receipt: 'scrutin/1/receipt',
  receiptLeaf: 'scrutin/1/receipt-leaf',
  receiptNode: 'scrutin/1/receipt-node',
  voterCheck: 'scrutin/1/voter-check',
} as const

export type Tag = typeof tags[keyof typeof tags]

/** SHA-256 over the framed tag and the framed parts: 32 bytes. */
export function taggedHash (tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatBytes(frame(utf8ToBytes(tag)), ...parts.map(frame)))
}

export function taggedHashHex (tag: Tag, ...parts: readonly Uint8Array[]): string {
  return toHex(taggedHash(tag, ...parts))
}
