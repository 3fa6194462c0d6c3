/** Block by block: what each must be, and what it makes of the state. */
import { peer } from '@hyperledger/fabric-protos'
import { equalBytes, toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Anchor } from './anchor.ts'
import { type ChainBlock, computeDataHash, headerHash, parseBlock } from './block.ts'
import { isValidAt } from './certificate.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { type ChainCheckName, type OpenChainChecks, openChainChecks } from './chain-report.ts'
import type { ChainStore } from './chain-store.ts'
import { type ChannelConfig, parseConfig, parseConfigEnvelope } from './channel-config.ts'
import { followUpdate } from './config-update.ts'
import { contractName, lifecycleNamespace, readDefinition } from './contract-definition.ts'
import { type Judgement, judgeTransaction, membersOf, type ValidTransaction, validCode, type Verdict, writesPublicly } from './judge-transaction.ts'
import { WriteExplainer } from './explain-writes.ts'
import { checkOrderers, checkUnsigned } from './orderer-signatures.ts'
import { type Identity, isIdentity } from './member-identities.ts'
import type { Version } from './read-write-set.ts'
import { type Envelope, parseEnvelope } from './transaction.ts'
import { VersionCheck } from './versions.ts'

const Code = peer.TxValidationCode

/** Ids of transactions stand beside the chaincodes' keys; no chaincode has this name. */
const transactionIds = '#transactions'
/** So do the names of those who wrote records, by block and transaction. */
const writers = '#writers'

/** Who wrote a record. */
export interface Writers {
  /** The members whose peers endorsed it, in one text. */
  readonly endorsedBy: string
  readonly sentBy: string
}

export interface ReplayOptions {
  readonly store: ChainStore
  readonly crypto: ChainCrypto
  readonly anchor: Anchor | undefined
}

export class ChainReplay {
  readonly checks: OpenChainChecks = openChainChecks()
  height = 0
  genesis: string | null = null
  #tip: Uint8Array | undefined
  #config: ChannelConfig | undefined
  #lastConfig = 0
  #sequence = 0
  readonly #writes: WriteExplainer
  readonly #store: ChainStore
  readonly #crypto: ChainCrypto
  readonly #anchor: Anchor | undefined

  constructor ({ store, crypto, anchor }: ReplayOptions) {
    this.#store = store
    this.#writes = new WriteExplainer(store)
    this.#crypto = crypto
    this.#anchor = anchor
  }

  get channel (): string | null {
    return this.#config?.channel ?? null
  }

  get tipHash (): string | null {
    return this.#tip === undefined ? null : toHex(this.#tip)
  }

  /** Replays the next block. False: nothing after it can be replayed. */
  add (bytes: Uint8Array): boolean {
    const check = this.checks['chain.format']
    check.count++
    const block = check.attempt(`block ${this.height}`, () => parseBlock(bytes))
    if (block === undefined) return false
    if (block.number !== this.height) {
      check.fail(`block ${this.height} is missing: block ${block.number} stands in its place`)
      return false
    }
    this.#checkHashes(block)
    const done = this.height === 0 ? this.#replayGenesis(block) : this.#replay(block)
    if (!done) return false
    this.#tip = headerHash(this.#crypto, block)
    this.height++
    this.#compareWithAnchor()
    return true
  }

  /** What can only be said at the end. */
  finish ({ electionId, minHeight, expectChannel }: { readonly electionId: string | null, readonly minHeight?: number | undefined, readonly expectChannel?: string | undefined }): void {
    const anchor = this.checks['chain.anchor']
    if (this.height === 0) this.checks['chain.format'].fail('there is no block')
    if (minHeight !== undefined && this.height < minHeight) anchor.fail(`the chain ends after ${this.height} blocks, at least ${minHeight} were to be there`)
    if (expectChannel !== undefined && this.channel !== null) this.checks['chain.format'].failUnless(this.channel === expectChannel, `the channel is ${this.channel}, not ${expectChannel}`)
    const named = this.#anchor?.electionId ?? null
    if (named !== null && electionId !== null) anchor.failUnless(named === electionId, `the anchor is that of the election ${named}`)
    const latest = this.#anchor?.latest
    if (latest !== undefined && this.height <= latest.number) anchor.fail(`the chain ends after ${this.height} blocks, before the anchor's block ${latest.number}`)
    if (this.#anchor === undefined) anchor.note('there is no anchor: nothing shows whose chain this is')
  }

  #compareWithAnchor (): void {
    const check = this.checks['chain.anchor']
    if (this.#anchor === undefined) return
    const { genesis, channel, latest } = this.#anchor
    if (this.height === 1) {
      check.count++
      check.failUnless(this.genesis === genesis, `the genesis block is ${this.genesis ?? ''}, the anchor's is ${genesis}`)
      check.failUnless(this.channel === channel, `the channel is ${this.channel ?? ''}, the anchor's is ${channel}`)
    }
    if (latest?.number === this.height - 1) {
      check.count++
      check.failUnless(this.tipHash === latest.hash, `block ${latest.number} is ${this.tipHash ?? ''}, the anchor's is ${latest.hash}`)
    }
  }

  #checkHashes (block: ChainBlock): void {
    const check = this.checks['chain.hashes']
    check.count++
    check.failUnless(equalBytes(block.dataHash, computeDataHash(this.#crypto, block)), `block ${block.number}: the transactions are not those of its header`)
    check.failUnless(equalBytes(block.previousHash, this.#tip ?? new Uint8Array(0)), `block ${block.number}: it does not follow the block before it`)
  }

  #replayGenesis (block: ChainBlock): boolean {
    const check = this.checks['chain.configuration']
    check.count++
    this.genesis = toHex(headerHash(this.#crypto, block))
    this.#config = check.attempt('the genesis block', () => {
      checkUnsigned(block)
      const envelope = onlyConfiguration(block)
      if (envelope === undefined) throw new ScrutinError('input.malformed', 'it holds no configuration')
      const { config, lastUpdate } = parseConfigEnvelope(envelope.data)
      if (lastUpdate !== undefined || config.getSequence() !== 0) throw new ScrutinError('input.malformed', 'it is an update')
      return parseConfig(this.#crypto, envelope.channel, config)
    })
    this.#compareFlags(block, [{ verdict: validCode, detail: '', isPublic: true }])
    if (this.#config?.ordering.type === 'etcdraft') this.checks['chain.orderers'].note('ordered by Raft: one orderer signs a block, and each of them could sign another version of it')
    return this.#config !== undefined
  }

  #replay (block: ChainBlock): boolean {
    const config = this.#config!
    const orderers = this.#checkOrderers(config, block)
    const update = onlyConfiguration(block)
    if (update !== undefined) return this.#reconfigure(config, block, update)
    const transactions = this.#judgeAll(config, block)
    this.#checkCertificates(config, block, orderers, transactions)
    return true
  }

  /** False when what follows can't be judged, for want of the configuration by which its makers did. */
  #reconfigure (before: ChannelConfig, block: ChainBlock, envelope: Envelope): boolean {
    const check = this.checks['chain.configuration']
    check.count++
    const config = check.attempt(`block ${block.number}`, () => {
      const sender = before.members.identify(envelope.creator)
      if (envelope.channel !== before.channel || !isIdentity(sender) || !before.members.hasSigned(sender, envelope.payload, envelope.signature)) {
        throw new ScrutinError('access.signature', 'no member sent the configuration to this channel')
      }
      return followUpdate(this.#crypto, before, envelope.data)
    })
    this.#compareFlags(block, [{ verdict: validCode, detail: '', isPublic: true }])
    if (config === undefined) return false
    check.note(`changed in block ${block.number}`)
    this.#config = config
    return true
  }

  #checkOrderers (config: ChannelConfig, block: ChainBlock): readonly Identity[] {
    const check = this.checks['chain.orderers']
    check.count++
    // a block with a configuration names itself
    if (onlyConfiguration(block) !== undefined) this.#lastConfig = block.number
    return check.attempt(`block ${block.number}`, () => checkOrderers(config, block, this.#lastConfig)) ?? []
  }

  /** Judges every transaction, lets the valid ones write, and holds the verdicts against the peer's flags. */
  #judgeAll (config: ChannelConfig, block: ChainBlock): ValidTransaction[] {
    const context = { crypto: this.#crypto, config, isDefined: this.#sequence > 0, isKnown: (id: string) => this.#store.get(transactionIds, id) !== undefined }
    const judgements = block.envelopes.map((bytes) => judgeTransaction(context, bytes))
    const versions = new VersionCheck(this.#crypto, this.#store)
    const here = new Set<string>()
    const valid: ValidTransaction[] = []
    let changesDefinition = false
    const verdicts = judgements.map((judgement, index): { verdict: Verdict, detail: string } => {
      this.checks['chain.transactions'].count++
      if (judgement.transaction === undefined) return judgement
      const { transaction: { action: { sets } }, transactionId } = judgement
      if (here.has(transactionId)) return { verdict: Code.DUPLICATE_TXID, detail: 'its id stands in this block already' }
      here.add(transactionId)
      this.checks['chain.endorsements'].count++
      this.checks['chain.versions'].count++
      const conflict = versions.conflictOf(sets)
      if (conflict === 'read') return { verdict: Code.MVCC_READ_CONFLICT, detail: 'what it read had changed before its turn' }
      if (conflict === 'range') return { verdict: Code.PHANTOM_READ_CONFLICT, detail: 'a range that it read had changed before its turn' }
      const version = { block: block.number, transaction: index }
      this.#explain(judgement.transaction, version)
      this.#nameWriters(judgement.transaction, version)
      versions.apply(sets, version)
      changesDefinition ||= sets.some(({ namespace, writes }) => namespace === lifecycleNamespace && writes.length > 0)
      valid.push(judgement.transaction)
      return { verdict: validCode, detail: '' }
    })
    this.#compareFlags(block, verdicts.map((verdict, index) => ({ ...verdict, isPublic: judgements[index]!.isPublic })))
    this.#remember(block, judgements)
    if (changesDefinition) this.#readDefinition(block)
    this.#coverBallots(block)
    return valid
  }

  #explain (transaction: ValidTransaction, { block, transaction: index }: Version): void {
    const check = this.checks['chain.writes']
    const { writes, problem } = this.#writes.explain(transaction)
    check.count += writes
    // honest members' contracts would not have endorsed it
    if (problem !== undefined) check.fail(`block ${block}, transaction ${index}: ${problem}; endorsed by ${membersOf(transaction.endorsers)}, sent by ${transaction.creator.mspId}`)
  }

  #nameWriters ({ action: { sets }, endorsers, creator }: ValidTransaction, version: Version): void {
    if (!sets.some((set) => set.namespace === contractName && writesPublicly(set))) return
    this.#store.put(writers, placeName(version), version, new TextEncoder().encode(JSON.stringify([membersOf(endorsers), creator.mspId])))
  }

  writersOf (key: string): Writers | undefined {
    const version = this.#store.get(contractName, key)?.version
    const named = version === undefined ? undefined : this.#store.get(writers, placeName(version))
    if (named === undefined) return undefined
    const [endorsedBy, sentBy] = JSON.parse(new TextDecoder().decode(named.value)) as [string, string]
    return { endorsedBy, sentBy }
  }

  /** Whatever the order within a block, which its orderers choose: at the end of each there are issuances for all ballots. */
  #coverBallots (block: ChainBlock): void {
    const check = this.checks['chain.issuances']
    for (const { problem } of this.#writes.uncoveredBallots()) {
      check.count++
      if (problem !== undefined) check.fail(`block ${block.number}: ${problem}`)
    }
  }

  /** Ids count from the block after. Those of transactions that can't be read are none. */
  #remember (block: ChainBlock, judgements: readonly Judgement[]): void {
    judgements.forEach(({ transactionId }, index) => {
      if (transactionId !== '') this.#store.put(transactionIds, transactionId, { block: block.number, transaction: index }, new Uint8Array(0))
    })
  }

  #readDefinition (block: ChainBlock): void {
    const check = this.checks['chain.contract']
    check.count++
    const definition = check.attempt(`block ${block.number}`, () => readDefinition(this.#store))
    if (definition === undefined) return
    check.failUnless(definition.sequence === this.#sequence + 1, `block ${block.number}: definition ${definition.sequence} follows definition ${this.#sequence}`)
    this.#sequence = definition.sequence
    check.note(`${contractName} ${definition.version}, definition ${definition.sequence}`)
  }

  /**
   * Orderers don't sign the flags: ours decide, and a peer that says otherwise is named by the check that it fails. By which
   * of Fabric's names a transaction is invalid makes no difference; nor does what becomes of one that writes nothing that
   * members share. What may be valid and is not explained fails whatever the flag says: whoever hands over the block sets it.
   */
  #compareFlags (block: ChainBlock, verdicts: ReadonlyArray<{ readonly verdict: Verdict, readonly detail: string, readonly isPublic: boolean }>): void {
    const flags = this.checks['chain.flags']
    if (block.flags.length !== block.envelopes.length) {
      flags.fail(`block ${block.number}: there are ${block.flags.length} flags for ${block.envelopes.length} transactions`)
      return
    }
    verdicts.forEach(({ verdict, detail, isPublic }, index) => {
      flags.count++
      const flag = block.flags[index]!
      const place = `block ${block.number}, transaction ${index}`
      if (verdict !== 'unexplained' && (flag === validCode) === (verdict === validCode)) return
      if (!isPublic) flags.note(`${place}, which changes nothing that members share: the peer says ${codeName(flag)}, it is ${codeName(verdict)}`)
      else if (verdict === 'unexplained' || flag === validCode) this.checks[checkOf(verdict)].fail(`${place}: ${detail}`)
      else flags.fail(`${place}: the peer says ${codeName(flag)}, it is ${codeName(verdict)}`)
    })
  }

  /**
   * Fabric itself asks no date of a certificate once a transaction is in a block. Here those of senders and endorsers are
   * held against the time of each transaction that writes records, which the contract has held against the clock, and those
   * of the orderers against the latest of these times. So much as f of n members could bring about alone is only noted.
   */
  #checkCertificates (config: ChannelConfig, block: ChainBlock, orderers: readonly Identity[], transactions: readonly ValidTransaction[]): void {
    const writing = transactions.filter(({ action }) => action.sets.some((set) => set.namespace === contractName && writesPublicly(set)))
    for (const { envelope, creator, endorsers } of writing) {
      this.#holdDates(config, block, [creator], envelope.timestampMs)
      this.#holdDates(config, block, endorsers, envelope.timestampMs)
    }
    if (writing.length > 0) this.#holdDates(config, block, orderers, Math.max(...writing.map(({ envelope }) => envelope.timestampMs)))
  }

  #holdDates ({ members }: ChannelConfig, block: ChainBlock, identities: readonly Identity[], timeMs: number): void {
    const check = this.checks['chain.certificates']
    check.count += identities.length
    const lapsed = identities.filter(({ certificate }) => !isValidAt(certificate, timeMs))
    const [first] = lapsed
    if (first === undefined) return
    const detail = `block ${block.number}: the certificate of a ${first.kind} of ${membersOf(lapsed)} was not valid at ${timeText(timeMs)}`
    if (new Set(lapsed.map(({ mspId }) => mspId)).size > mostLiars(members.mspIds.length)) check.fail(detail)
    else check.note(detail)
  }
}

function placeName ({ block, transaction }: Version): string {
  return `${block}/${transaction}`
}

/** The configuration that a block holds, alone as Fabric writes it; undefined when there is none. */
function onlyConfiguration (block: ChainBlock): Envelope | undefined {
  const [first, ...more] = block.envelopes
  if (first === undefined || more.length > 0) return undefined
  try {
    const envelope = parseEnvelope(first)
    return envelope.type === 'config' ? envelope : undefined
  } catch {
    return undefined
  }
}

function checkOf (verdict: Verdict): ChainCheckName {
  if (verdict === Code.ENDORSEMENT_POLICY_FAILURE) return 'chain.endorsements'
  if (verdict === Code.MVCC_READ_CONFLICT || verdict === Code.PHANTOM_READ_CONFLICT) return 'chain.versions'
  return 'chain.transactions'
}

function codeName (verdict: Verdict): string {
  const found = Object.entries(Code).find(([, code]) => code === verdict)
  return found?.[0] ?? String(verdict)
}

/** f of n = 3f + 1. */
function mostLiars (members: number): number {
  return Math.floor((members - 1) / 3)
}

function timeText (timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs)
}
