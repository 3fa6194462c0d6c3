/**
 * The contract: every transaction by its name. Arguments are strings, results
 * JSON text. A coded failure leaves as a message that the ledger adapters can
 * read (protocol/src/contract-errors.ts); nothing is written then.
 */
import { type Context, Contract } from 'fabric-contract-api'
import { encodeContractError } from '../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { announceElection } from './announce-election.ts'
import { approveBooth, readBooth, readBooths } from './booth-releases.ts'
import { castBallots } from './cast-ballots.ts'
import { cancelElection, closeElection, openElection, voteVoid } from './change-state.ts'
import { countPage } from './count-page.ts'
import { putDirectoryEntry, readDirectory } from './directory.ts'
import { prepareRegistrar } from './prepare-registrar.ts'
import { postDecryption, publishResult, signBoxRoot } from './publish-result.ts'
import {
  findBallots, findTrackers, readBallotByCredential, readBallotByTracker, readBallots, readBallotsByTracker,
  readCeremony, readElection, readElections, readHistory, readIssuance, readRecords, readResult, readTrackers
} from './read-records.ts'
import { recordIssuances } from './record-issuances.ts'
import { readVoterChecks, recordVoterChecks } from './record-voter-checks.ts'
import { expireCeremony, postCeremonyMessage } from './run-ceremony.ts'
import { Transaction } from './transaction.ts'
import { postTrial } from './try-decryption.ts'

type Work = (transaction: Transaction, ...args: string[]) => Promise<unknown>

const transactions = {
  putDirectoryEntry,
  announce: announceElection,
  postCeremonyMessage,
  expireCeremony,
  postTrial,
  prepareRegistrar,
  recordIssuances,
  open: openElection,
  castBallots,
  close: closeElection,
  countPage,
  signBoxRoot,
  postDecryption,
  publish: publishResult,
  cancel: cancelElection,
  voteVoid,
  recordVoterChecks,
  approveBooth,
  readDirectory,
  readElection,
  readElections,
  readBallotByTracker,
  readBallotByCredential,
  findBallots,
  findTrackers,
  readBallots,
  readBallotsByTracker,
  readTrackers,
  readRecords,
  readIssuance,
  readCeremony,
  readResult,
  readHistory,
  readVoterChecks,
  readBooth,
  readBooths
} as const satisfies Record<string, Work>

export class ScrutinContract extends Contract {
  constructor () {
    super('scrutin')
  }
}

// Fabric finds transactions as methods. With named parameters its shim would compile a schema for each argument of
// each call, and keep it; so they take the rest, and the number of arguments is checked here.
for (const [name, work] of Object.entries<Work>(transactions)) {
  const method = async (context: Context, ...args: string[]): Promise<string> => await run(context, work, args)
  Object.defineProperty(ScrutinContract.prototype, name, { value: method })
}

async function run (context: Context, work: Work, args: readonly string[]): Promise<string> {
  try {
    const expected = work.length - 1
    if (args.length !== expected) throw new ScrutinError('input.malformed', `expected ${expected} arguments`)
    return JSON.stringify(await work(new Transaction(context), ...args))
  } catch (error) {
    if (error instanceof ScrutinError) throw new Error(encodeContractError(error), { cause: error })
    throw error
  }
}
