/**
 * The bundle of an election. Of Fabric: whole blocks from the genesis block on, to the one that ended the election, or to
 * the newest while it lives. Of the embedded ledger, whose blocks nobody signs: every record that can't change any more.
 */
import { blockBundleLines } from '../../protocol/src/block-bundle.ts'
import { bundleLines } from '../../protocol/src/bundle.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ElectionStatus, type ExportedRecord, type RecordSection, recordSections } from '../../protocol/src/records.ts'
import { electionRecords } from '../../ledger/src/election-records.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { History } from './answers.ts'
import { readState, statusOf } from './election-status.ts'
import { finalStatuses } from './elections.ts'
import { readContract } from './read-contract.ts'

/** Which status has to be reached before a section is whole. Void and cancelled elections have all they will ever have. */
const wholeFrom: Readonly<Record<RecordSection, readonly ElectionStatus[]>> = {
  definition: ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'],
  state: ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'],
  ceremony: ['keyed', 'open', 'closed', 'tallied', 'published'],
  keys: ['keyed', 'open', 'closed', 'tallied', 'published'],
  trial: ['open', 'closed', 'tallied', 'published'],
  // one by one in `keyed`: whoever obtains a credential before the opening needs the keys as soon as all are there
  registrar: ['keyed', 'open', 'closed', 'tallied', 'published'],
  opening: ['open', 'closed', 'tallied', 'published'],
  issuance: ['closed', 'tallied', 'published'],
  ballot: ['closed', 'tallied', 'published'],
  tracker: ['closed', 'tallied', 'published'],
  count: ['tallied', 'published'],
  'box-root': ['published'],
  decryption: ['published'],
  result: ['published'],
  'void-vote': ['published'],
}

export interface Bundle {
  /** Whether nothing will ever be added to it. */
  readonly isFinal: boolean
  /** Tells the two forms apart, in ETags. */
  readonly version: 1 | 2
  readonly lines: AsyncGenerator<string>
}

/** The blocks of a channel, for verifying one election of it. Nothing is read from the ledger faster than `lines` are. */
export async function openBundle (ledger: Ledger, electionId: string, channel: string): Promise<Bundle> {
  return await blockBundle(ledger, electionId, channel, finalStatuses.has(statusOf(await readState(ledger, electionId))))
}

/** An election's records. Nothing is read from the ledger faster than `lines` are. */
export async function openRecords (ledger: Ledger, electionId: string): Promise<Bundle> {
  return recordBundle(ledger, electionId, await readState(ledger, electionId))
}

/** Blocks hold all elections, so there is nothing to leave out; a final one's bundle ends where it ended, so that it stays the same. */
async function blockBundle (ledger: Ledger, electionId: string, channel: string, isFinal: boolean): Promise<Bundle> {
  const to = isFinal ? await lastBlock(ledger, electionId) : (await ledger.status()).height - 1n
  return { isFinal, version: 2, lines: blockBundleLines({ channel, electionId }, ledger.blocks({ from: 0n, to })) }
}

/** The block with the last change of the election's state. */
async function lastBlock (ledger: Ledger, electionId: string): Promise<bigint> {
  const { history } = await readContract(ledger, History, 'readHistory', [electionId])
  const last = history.at(-1)
  const position = last === undefined ? undefined : await ledger.locate(last.transactionId)
  if (position === undefined) throw new ScrutinError('ledger.unavailable', 'the peer does not know where the election ended')
  return position.blockNumber
}

/**
 * The state was read first and says which sections are whole: those can't change under the reader, so a bundle taken
 * of a live election is consistent, only shorter.
 */
function recordBundle (ledger: Ledger, electionId: string, state: ExportedRecord): Bundle {
  const status = statusOf(state)
  const isFinal = finalStatuses.has(status)
  const sections = recordSections.filter((section) => isFinal || wholeFrom[section].includes(status))
  return { isFinal, version: 1, lines: bundleLines(electionId, records()) }

  async function * records (): AsyncGenerator<ExportedRecord> {
    for (const section of sections) {
      if (section === 'state') yield state
      else yield * electionRecords(ledger, electionId, [section])
    }
  }
}
