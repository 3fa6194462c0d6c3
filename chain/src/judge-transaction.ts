/**
 * Whether a transaction is valid, as every honest peer judges it (Fabric's
 * core/common/validation and core/handlers/validation/builtin/v20): all but
 * what depends on the transactions before it in its block.
 */
import { peer } from '@hyperledger/fabric-protos'
import { concatBytes, equalBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import type { ChannelConfig } from './channel-config.ts'
import { contractName, endorsementPath, lifecycleEndorsementPath, lifecycleNamespace } from './contract-definition.ts'
import { type Identity, isIdentity, standIn } from './member-identities.ts'
import type { Policy } from './policy.ts'
import type { NamespaceSet } from './read-write-set.ts'
import { type Action, computeTransactionId, type Envelope, isWholeEnvelope, parseAction, parseEnvelope } from './transaction.ts'

const Code = peer.TxValidationCode
export const validCode = Code.VALID

/**
 * Fabric's name for what is wrong, as the peers' flags give it; `invalid`: Fabric refuses it by one of its names;
 * `unexplained`: Fabric may take it, and SPEC.md does not say what it is.
 */
export type Verdict = number | 'invalid' | 'unexplained'

export interface ValidTransaction {
  readonly envelope: Envelope
  readonly action: Action
  /** Whose role the contract asked for. */
  readonly creator: Identity
  readonly endorsers: readonly Identity[]
}

export type Judgement =
  | { readonly verdict: typeof Code.VALID, readonly transactionId: string, readonly isPublic: boolean, readonly transaction: ValidTransaction }
  | { readonly verdict: Verdict, readonly transactionId: string, readonly isPublic: boolean, readonly detail: string, readonly transaction?: undefined }

export interface JudgeContext {
  readonly crypto: ChainCrypto
  readonly config: ChannelConfig
  /** Whether the contract was defined when the block began. */
  readonly isDefined: boolean
  /** Whether a block before this one holds a transaction of this id. */
  readonly isKnown: (transactionId: string) => boolean
}

class Refusal extends Error {
  readonly verdict: Verdict
  constructor (verdict: Verdict, detail: string) {
    super(detail)
    this.verdict = verdict
  }
}

export function judgeTransaction (context: JudgeContext, bytes: Uint8Array): Judgement {
  const outer = attempt(() => parseEnvelope(bytes))
  if (outer instanceof ScrutinError || !isWholeEnvelope(bytes)) {
    return { verdict: 'unexplained', transactionId: '', isPublic: true, detail: outer instanceof ScrutinError ? outer.message : 'its envelope has not one payload and one signature' }
  }
  const { transactionId } = outer
  const action = attempt(() => parseAction(context.crypto, outer))
  // what can't be read could be anything
  const isPublic = action instanceof ScrutinError || action.sets.some(writesPublicly)
  try {
    return { verdict: Code.VALID, transactionId, isPublic, transaction: judge(context, outer, action) }
  } catch (error) {
    if (error instanceof Refusal) return { verdict: error.verdict, transactionId, isPublic, detail: error.message }
    throw error
  }
}

function attempt<T> (read: () => T): T | ScrutinError {
  try {
    return read()
  } catch (error) {
    if (error instanceof ScrutinError) return error
    throw error
  }
}

function judge (context: JudgeContext, envelope: Envelope, action: Action | ScrutinError): ValidTransaction {
  const { crypto, config } = context
  if (envelope.type === 'config') throw new Refusal('unexplained', 'a configuration stands beside other transactions')
  if (envelope.type !== 'endorser') throw new Refusal('invalid', 'it is neither a transaction of a chaincode nor a configuration')
  if (envelope.channel !== config.channel) throw new Refusal('unexplained', `it is for the channel ${envelope.channel}`)
  if (envelope.epoch !== 0 || envelope.nonce.length === 0) throw new Refusal(Code.BAD_COMMON_HEADER, 'its header is not of Fabric\'s form')
  const sender = requireIdentity(config, envelope.creator)
  if (!config.members.hasSigned(sender, envelope.payload, envelope.signature)) throw new Refusal(Code.BAD_CREATOR_SIGNATURE, 'its sender\'s signature does not hold')
  if (envelope.transactionId !== computeTransactionId(crypto, envelope)) throw new Refusal(Code.BAD_PROPOSAL_TXID, 'its id is not the hash of nonce and creator')
  if (action instanceof ScrutinError) throw new Refusal('invalid', action.message)
  if (!equalBytes(action.proposalHash, action.expectedProposalHash)) throw new Refusal(Code.INVALID_ENDORSER_TRANSACTION, 'what was endorsed is another proposal')
  if (context.isKnown(envelope.transactionId)) throw new Refusal(Code.DUPLICATE_TXID, 'its id has been used before')
  if (!action.isConsistent || action.version === '') throw new Refusal(Code.INVALID_CHAINCODE, 'it names several chaincodes, or no version')
  if (new Set(action.sets.map(({ namespace }) => namespace)).size < action.sets.length) throw new Refusal(Code.ILLEGAL_WRITESET, 'it names a namespace twice')
  const endorsers = requireEndorsements(context, action)
  return { envelope, action, creator: proposerOf(config, action, sender), endorsers }
}

function requireIdentity (config: ChannelConfig, serialized: Uint8Array): Identity {
  const found = config.members.identify(serialized)
  if (!isIdentity(found)) throw new Refusal(found.isSure ? Code.BAD_CREATOR_SIGNATURE : 'unexplained', found.reason)
  return found
}

/**
 * The endorsers checked the proposer's signature, the orderers and committing peers that of the sender. The transaction's
 * id binds the two together only as one string of bytes with a nonce before it: they may differ, but not in their member.
 */
function proposerOf (config: ChannelConfig, { proposer }: Action, sender: Identity): Identity {
  const found = requireIdentity(config, proposer)
  if (found.mspId !== sender.mspId) throw new Refusal('unexplained', `a proposal of ${found.mspId} was sent by ${sender.mspId}`)
  return found
}

/** Each namespace that is written must be endorsed by its own policy, and so must the chaincode that was called. */
function requireEndorsements (context: JudgeContext, action: Action): Identity[] {
  const { signers, undecided } = signersOf(context.config, action)
  const written = new Set([action.chaincode, ...action.sets.filter(writesSomething).map(({ namespace }) => namespace)])
  for (const namespace of written) {
    const policies = policiesOf(context, namespace, action.sets.find((set) => set.namespace === namespace))
    if (policies.every((policy) => policy(signers))) continue
    if (undecided.length > 0 && policies.every((policy) => policy([...signers, ...undecided]))) {
      throw new Refusal('unexplained', `an endorsement of ${undecided.map(({ mspId }) => mspId).join(', ')} cannot be judged`)
    }
    throw new Refusal(Code.ENDORSEMENT_POLICY_FAILURE, `the endorsements of ${membersOf(signers) || 'nobody'} do not suffice for ${namespace}`)
  }
  return signers
}

/** Those whose endorsement holds, each once; and stand-ins for those of whom that can't be said, peers of the members they name. */
function signersOf ({ members }: ChannelConfig, { response, endorsements }: Action): { signers: Identity[], undecided: Identity[] } {
  const found = new Map<string, Identity>()
  const undecided: Identity[] = []
  for (const { endorser, signature } of endorsements) {
    const identity = members.identify(endorser)
    if (!isIdentity(identity)) {
      if (!identity.isSure) undecided.push(standIn(identity.mspId))
      continue
    }
    const name = `${identity.mspId} ${identity.certificate.fingerprint}`
    if (!found.has(name) && members.hasSigned(identity, concatBytes(response, endorser), signature)) found.set(name, identity)
  }
  return { signers: [...found.values()], undecided }
}

/** Names of members, each once. */
export function membersOf (identities: readonly Identity[]): string {
  return [...new Set(identities.map(({ mspId }) => mspId))].sort().join(', ')
}

const implicitCollection = /^_implicit_org_(.+)$/

/** What must hold for a namespace. A member's own collection is the member's own affair; all else is the chaincode's. */
function policiesOf ({ config, isDefined }: JudgeContext, namespace: string, set: NamespaceSet | undefined): Policy[] {
  const own = namespace === lifecycleNamespace ? config.policy(lifecycleEndorsementPath) : namespace === contractName && isDefined ? config.policy(endorsementPath) : undefined
  if (own === undefined) throw new Refusal(Code.INVALID_CHAINCODE, `the chaincode ${namespace} is not defined`)
  const collections = (set?.collections ?? []).filter((collection) => collection.writes.length > 0 || collection.hasMetadata)
  const ofMembers = collections.map(({ name }) => {
    const mspId = implicitCollection.exec(name)?.[1]
    const policy = mspId === undefined ? undefined : config.memberEndorsement(mspId)
    if (policy === undefined) throw new Refusal(Code.ENDORSEMENT_POLICY_FAILURE, `there is no collection ${name}`)
    return policy
  })
  return (set !== undefined && writesPublicly(set)) || ofMembers.length === 0 ? [own, ...ofMembers] : ofMembers
}

export function writesSomething (set: NamespaceSet): boolean {
  return writesPublicly(set) || set.collections.some(({ writes, hasMetadata }) => writes.length > 0 || hasMetadata)
}

/** To the state that all members share, and not only to a member's own collection. */
export function writesPublicly ({ writes, hasMetadata }: NamespaceSet): boolean {
  return writes.length > 0 || hasMetadata
}
