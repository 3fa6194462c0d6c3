/** Makes a registrar's invitation codes and puts them out once, in a file for its owner only. */
import { ScrutinError } from '../../protocol/src/errors.ts'
import { createPrivate } from '../../service/src/private-files.ts'
import { codeHash, drawCode, normaliseCode } from './invitation-code.ts'
import type { RollStore } from './roll-store.ts'

export interface PutOutOptions {
  /** Makes new codes though some were put out before; those stop working, but for people who have a credential. */
  readonly replace: boolean
  /** Date for the record. */
  readonly now: Date
}

/**
 * Writes `id,code` lines (RFC 4180) to a new file of mode 0600 and keeps only the hashes.
 *
 * @returns how many codes were made
 * @throws ScrutinError `election.unknown`, `registrar.exists` when codes were put out before
 */
export function putOutCodes (store: RollStore, codeSecret: Uint8Array, electionId: string, file: string, options: PutOutOptions): number {
  const election = store.election(electionId)
  if (election === undefined) throw new ScrutinError('election.unknown', 'import its roll first')
  if (election.codesAt !== null && !options.replace) {
    throw new ScrutinError('registrar.exists', `codes were put out on ${election.codesAt}; to make new ones and cancel those, say --replace`)
  }
  const codes = store.peopleWithoutIssuance(electionId).map(({ position, id }) => ({ position, id, code: drawCode() }))
  const csv = ['id,code', ...codes.map(({ id, code }) => `${csvField(id)},${code}`)].join('\n') + '\n'
  const hashes = codes.map(({ position, code }) => ({ position, hash: codeHash(codeSecret, electionId, normaliseCode(code)!) }))
  createPrivate(file, csv, () => { store.putCodes(electionId, hashes, options.now.toISOString()) })
  return codes.length
}

function csvField (text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
