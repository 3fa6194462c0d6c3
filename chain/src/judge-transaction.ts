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
import type { Identity } from './member-identities.ts'
import type { Policy } from './policy.ts'
import type { NamespaceSet } from './read-write-set.ts'
import { type Action, computeTransactionId, type Envelope, parseAction, parseEnvelope } from './transaction.ts'

const Code = peer.TxValidationCode
export const validCode = Code.VALID

/** Fabric's name for what is wrong, as the peers' flags give it; `unexplained`: not encoded as SPEC.md says, whatever Fabric makes of it. */
export type Verdict = number | 'unexplained'

export interface ValidTransaction {
  readonly envelope: Envelope
  readonly action: Action
  readonly creator: Identity
  readonly endorsers: readonly Identity[]
}

export type Judgement =
  | { readonly verdict: typeof Code.VALID, readonly transactionId: string, readonly transaction: ValidTransaction }
  | { readonly verdict: Verdict, readonly transactionId: string, readonly detail: string, readonly transaction?: undefined }

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
  let transactionId = ''
  try {
    const envelope = parseEnvelope(bytes)
    transactionId = envelope.transactionId
    return { verdict: Code.VALID, transactionId, transaction: judge(context, envelope) }
  } catch (error) {
    if (error instanceof Refusal) return { verdict: error.verdict, transactionId, detail: error.message }
    if (error instanceof ScrutinError) return { verdict: 'unexplained', transactionId, detail: error.message }
    throw error
  }
}

function judge (context: JudgeContext, envelope: Envelope): ValidTransaction {
  const { crypto, config } = context
  if (envelope.type !== 'endorser') throw new Refusal('unexplained', 'it is neither a transaction of a chaincode nor a configuration')
  if (envelope.channel !== config.channel) throw new Refusal('unexplained', `it is for the channel ${envelope.channel}`)
  if (envelope.epoch !== 0 || envelope.nonce.length === 0) throw new Refusal(Code.BAD_COMMON_HEADER, 'its header is not of Fabric\'s form')
  const creator = requireCreator(config, envelope)
  if (envelope.transactionId !== computeTransactionId(crypto, envelope)) throw new Refusal(Code.BAD_PROPOSAL_TXID, 'its id is not the hash of nonce and creator')
  const action = parseAction(crypto, envelope)
  if (!equalBytes(action.proposalHash, action.expectedProposalHash)) throw new Refusal(Code.INVALID_ENDORSER_TRANSACTION, 'what was endorsed is another proposal')
  if (context.isKnown(envelope.transactionId)) throw new Refusal(Code.DUPLICATE_TXID, 'its id has been used before')
  if (!action.isConsistent || action.version === '') throw new Refusal(Code.INVALID_CHAINCODE, 'it names several chaincodes, or no version')
  if (new Set(action.sets.map(({ namespace }) => namespace)).size < action.sets.length) throw new Refusal(Code.ILLEGAL_WRITESET, 'it names a namespace twice')
  return { envelope, action, creator, endorsers: requireEndorsements(context, action) }
}

function requireCreator (config: ChannelConfig, envelope: Envelope): Identity {
  const creator = config.members.identify(envelope.creator)
  if (typeof creator === 'string') throw new Refusal(Code.BAD_CREATOR_SIGNATURE, creator)
  if (!config.members.hasSigned(creator, envelope.payload, envelope.signature)) throw new Refusal(Code.BAD_CREATOR_SIGNATURE, 'its sender\'s signature does not hold')
  return creator
}

/** Each namespace that is written must be endorsed by its own policy, and so must the chaincode that was called. */
function requireEndorsements (context: JudgeContext, action: Action): Identity[] {
  const endorsers = signersOf(context.config, action)
  const written = new Set([action.chaincode, ...action.sets.filter(writesSomething).map(({ namespace }) => namespace)])
  for (const namespace of written) {
    const policies = policiesOf(context, namespace, action.sets.find((set) => set.namespace === namespace))
    if (!policies.every((policy) => policy(endorsers))) {
      throw new Refusal(Code.ENDORSEMENT_POLICY_FAILURE, `the endorsements of ${endorsers.map(({ mspId }) => mspId).join(', ') || 'nobody'} do not suffice for ${namespace}`)
    }
  }
  return endorsers
}

/** Those whose endorsement holds, each once. */
function signersOf ({ members }: ChannelConfig, { response, endorsements }: Action): Identity[] {
  const found = new Map<string, Identity>()
  for (const { endorser, signature } of endorsements) {
    const identity = members.identify(endorser)
    if (typeof identity === 'string') continue
    const name = `${identity.mspId} ${identity.certificate.fingerprint}`
    if (!found.has(name) && members.hasSigned(identity, concatBytes(response, endorser), signature)) found.set(name, identity)
  }
  return [...found.values()]
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
    if (policy === undefined) throw new Refusal('unexplained', `the collection ${name} is not explained`)
    return policy
  })
  const writesPublicly = set !== undefined && (set.writes.length > 0 || set.hasMetadata)
  return writesPublicly || ofMembers.length === 0 ? [own, ...ofMembers] : ofMembers
}

export function writesSomething ({ writes, hasMetadata, collections }: NamespaceSet): boolean {
  return writes.length > 0 || hasMetadata || collections.some((collection) => collection.writes.length > 0 || collection.hasMetadata)
}
