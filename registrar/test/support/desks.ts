/** Registrars at work: rolls imported, codes put out, servers built. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { DestinationStream } from 'pino'
import { buildApp } from '../../src/app.ts'
import { openDatabase } from '../../src/database.ts'
import { importRoll } from '../../src/import-roll.ts'
import { putOutCodes } from '../../src/put-out-codes.ts'
import { RollStore } from '../../src/roll-store.ts'
import type { TestBed, TestRegistrar } from './registrars.ts'

/** Imports the roll and puts out codes; returns them by the id on the roll. */
export async function prepare (bed: TestBed, registrar: TestRegistrar): Promise<Map<string, string>> {
  const database = openDatabase(registrar.config.folder)
  const ledger = await registrar.openLedger()
  try {
    const store = new RollStore(database)
    await importRoll(ledger, store, registrar.serviceKeys, bed.election.id, JSON.stringify(bed.roll))
    const file = join(registrar.config.folder, 'codes.csv')
    putOutCodes(store, registrar.serviceKeys.codeSecret, bed.election.id, file, { replace: false, now: new Date() })
    return readCodes(file)
  } finally {
    database.close()
    await ledger.close()
  }
}

export function readCodes (file: string): Map<string, string> {
  return new Map(readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => line.split(',') as [string, string]))
}

export async function openDesk (registrar: TestRegistrar, changes: Partial<TestRegistrar['config']> = {}, logStream?: DestinationStream): Promise<FastifyInstance> {
  return await buildApp({ config: { ...registrar.config, ...changes }, ledger: await registrar.openLedger(), ...logStream === undefined ? {} : { logStream } })
}
