/** A whole election by the real contract, drafted as a chain of Fabric: what the embedded ledger wrote, block by block. */
import { DatabaseSync } from 'node:sqlite'
import { finishElection, stageOpenElection, temporaryLedger, voteAll } from '../../../chaincode/test/support/staged-election.ts'
import { sampleElection, type SampleElection } from '../../../protocol/test/support/sample-election.ts'
import { contractName, lifecycleNamespace } from '../../src/contract-definition.ts'
import { definitionBlocks, type DraftBlock, type DraftRead, type DraftTransaction, type TestConsortium, testConsortium } from './test-chain.ts'

/** Blocks between the genesis block and the first of the embedded ledger's. */
const blocksBefore = 2

export interface DraftedElection {
  readonly election: SampleElection
  readonly consortium: TestConsortium
  /** From block 1 on. */
  readonly drafts: readonly DraftBlock[]
}

/** Four vote, two of three trustees decrypt. */
export async function draftedElection (): Promise<DraftedElection> {
  const { as, file, close } = await temporaryLedger()
  try {
    const election = sampleElection()
    await stageOpenElection(as, election)
    await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-2'] }], [{ choose: ['option-1'] }]])
    await finishElection(as, election, 3)
    const consortium = await testConsortium(election.definition.members)
    return { election, consortium, drafts: draftLedger(consortium, file) }
  } finally {
    await close()
  }
}

/** What was written to an embedded ledger so far, as this consortium would sign it. */
export function draftLedger (consortium: TestConsortium, file: string): DraftBlock[] {
  const rows = readTransactions(file)
  return [...definitionBlocks(consortium, rows[0]!.timestamp), ...draftBlocks(consortium, rows)]
}

type EmbeddedRead = readonly [key: string, version: string | null]

/** The fields of ledger/src/embedded/transaction-record.ts that a read-write set is made of. */
interface EmbeddedRecord {
  readonly creator: { readonly mspId: string, readonly role: string }
  readonly timestamp: number
  readonly reads: readonly EmbeddedRead[]
  readonly ranges: readonly { readonly start: string, readonly end: string, readonly exhausted: boolean, readonly reads: readonly EmbeddedRead[] }[]
  readonly writes: readonly (readonly [key: string, hash: string | null])[]
}

interface EmbeddedTransaction extends EmbeddedRecord {
  readonly block: number
  readonly isValid: boolean
  readonly values: ReadonlyMap<string, Uint8Array>
}

function readTransactions (file: string): EmbeddedTransaction[] {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const values = database.prepare('SELECT key, value FROM history WHERE block = ? AND position = ?')
    return database.prepare('SELECT block, position, code, record FROM transactions WHERE block > 0 ORDER BY block, position').all().map((row) => {
      const record = JSON.parse(new TextDecoder().decode(row['record'] as Uint8Array)) as EmbeddedRecord
      const written = values.all(row['block'] as number, row['position'] as number).map((entry) => [entry['key'] as string, entry['value'] as Uint8Array] as const)
      return { ...record, block: row['block'] as number, isValid: row['code'] === 'VALID', values: new Map(written) }
    })
  } finally {
    database.close()
  }
}

function draftBlocks (consortium: TestConsortium, rows: readonly EmbeddedTransaction[]): DraftBlock[] {
  const blocks = new Map<number, DraftTransaction[]>()
  for (const [i, row] of rows.entries()) {
    const block = blocks.get(row.block) ?? []
    blocks.set(row.block, block)
    block.push(draftTransaction(consortium, row, i))
  }
  return [...blocks.values()].map((transactions, i) => ({ transactions, signers: [1, 2, 3, 4].filter((consenter) => consenter !== i % 4 + 1) }))
}

function draftTransaction (consortium: TestConsortium, row: EmbeddedTransaction, i: number): DraftTransaction {
  const { mspId, role } = row.creator
  return {
    creator: consortium.member(mspId).clients[role]!,
    timestampMs: row.timestamp,
    chaincode: contractName,
    endorsers: consortium.members.filter((_, member) => member !== i % 4).map(({ peer }) => peer),
    flag: row.isValid ? 0 : 11,
    sets: [
      { namespace: lifecycleNamespace, reads: [{ key: `namespaces/fields/${contractName}/Sequence`, version: { block: 2, transaction: 0 } }] },
      {
        namespace: contractName,
        reads: row.reads.map(draftRead),
        ranges: row.ranges.map(({ reads, ...range }) => ({ ...range, reads: reads.map(draftRead) })),
        writes: row.writes.map(([key]) => ({ key, value: row.values.get(key) })),
      },
    ],
  }
}

function draftRead ([key, version]: EmbeddedRead): DraftRead {
  if (version === null) return { key, version: undefined }
  const [block, transaction] = version.split(':').map(Number)
  return { key, version: { block: block! + blocksBefore, transaction: transaction! } }
}
