/**
 * The contract: every transaction by its name. Arguments are strings, results
 * JSON text. A coded failure leaves as a message that the ledger adapters can
 * read (protocol/src/contract-errors.ts); nothing is written then.
 */
import { type Context, Contract } from 'fabric-contract-api'
import { encodeContractError } from '../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { announceElection } from './announce-election.ts'
import { castBallots } from './cast-ballots.ts'
import { cancelElection, closeElection, openElection, voteVoid } from './change-state.ts'
import { countPage } from './count-page.ts'
import { putDirectoryEntry, readDirectory } from './directory.ts'
import { prepareRegistrar } from './prepare-registrar.ts'
import { postDecryption, publishResult } from './publish-result.ts'
import {
  readBallotByCredential, readBallotByTracker, readBallots, readCeremony, readElection, readElections, readHistory, readIssuance, readRecords, readResult,
} from './read-records.ts'
import { recordIssuances } from './record-issuances.ts'
import { expireCeremony, postCeremonyMessage } from './run-ceremony.ts'
import { Transaction } from './transaction.ts'

export class ScrutinContract extends Contract {
  constructor () {
    super('scrutin')
  }

  async putDirectoryEntry (context: Context, signed: string): Promise<string> {
    return await run(context, (transaction) => putDirectoryEntry(transaction, signed))
  }

  async announce (context: Context, definition: string): Promise<string> {
    return await run(context, (transaction) => announceElection(transaction, definition))
  }

  async postCeremonyMessage (context: Context, electionId: string, signed: string): Promise<string> {
    return await run(context, (transaction) => postCeremonyMessage(transaction, electionId, signed))
  }

  async expireCeremony (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => expireCeremony(transaction, electionId))
  }

  async prepareRegistrar (context: Context, electionId: string, signed: string): Promise<string> {
    return await run(context, (transaction) => prepareRegistrar(transaction, electionId, signed))
  }

  async recordIssuances (context: Context, electionId: string, issuances: string): Promise<string> {
    return await run(context, (transaction) => recordIssuances(transaction, electionId, issuances))
  }

  async open (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => openElection(transaction, electionId))
  }

  async castBallots (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => castBallots(transaction, electionId))
  }

  async close (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => closeElection(transaction, electionId))
  }

  async countPage (context: Context, electionId: string, limit: string): Promise<string> {
    return await run(context, (transaction) => countPage(transaction, electionId, limit))
  }

  async postDecryption (context: Context, electionId: string, signed: string): Promise<string> {
    return await run(context, (transaction) => postDecryption(transaction, electionId, signed))
  }

  async publish (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => publishResult(transaction, electionId))
  }

  async cancel (context: Context, electionId: string, reason: string): Promise<string> {
    return await run(context, (transaction) => cancelElection(transaction, electionId, reason))
  }

  async voteVoid (context: Context, electionId: string, reason: string): Promise<string> {
    return await run(context, (transaction) => voteVoid(transaction, electionId, reason))
  }

  async readDirectory (context: Context): Promise<string> {
    return await run(context, readDirectory)
  }

  async readElection (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => readElection(transaction, electionId))
  }

  async readElections (context: Context, cursor: string, limit: string): Promise<string> {
    return await run(context, (transaction) => readElections(transaction, cursor, limit))
  }

  async readBallotByTracker (context: Context, electionId: string, tracker: string): Promise<string> {
    return await run(context, (transaction) => readBallotByTracker(transaction, electionId, tracker))
  }

  async readBallotByCredential (context: Context, electionId: string, credentialKey: string): Promise<string> {
    return await run(context, (transaction) => readBallotByCredential(transaction, electionId, credentialKey))
  }

  async readBallots (context: Context, electionId: string, cursor: string, limit: string): Promise<string> {
    return await run(context, (transaction) => readBallots(transaction, electionId, cursor, limit))
  }

  async readRecords (context: Context, electionId: string, section: string, cursor: string, limit: string): Promise<string> {
    return await run(context, (transaction) => readRecords(transaction, electionId, section, cursor, limit))
  }

  async readIssuance (context: Context, electionId: string, registrar: string, leaf: string): Promise<string> {
    return await run(context, (transaction) => readIssuance(transaction, electionId, registrar, leaf))
  }

  async readCeremony (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => readCeremony(transaction, electionId))
  }

  async readResult (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => readResult(transaction, electionId))
  }

  async readHistory (context: Context, electionId: string): Promise<string> {
    return await run(context, (transaction) => readHistory(transaction, electionId))
  }
}

async function run (context: Context, work: (transaction: Transaction) => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work(new Transaction(context)))
  } catch (error) {
    if (error instanceof ScrutinError) throw new Error(encodeContractError(error), { cause: error })
    throw error
  }
}
