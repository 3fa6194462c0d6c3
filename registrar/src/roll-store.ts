/** What stands in `roll.db`, as typed values: elections, keys, leaves, codes. */
import type { DatabaseSync } from 'node:sqlite'
import { toHex } from '../../protocol/src/bytes.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import type { RollPlace } from '../../protocol/src/roll.ts'
import { exportPrivateKey, importPrivateKey, type RsaKey } from './blind-sign.ts'
import { inTransaction } from './database.ts'

const hashLength = 32

export interface StoredElection {
  readonly id: string
  readonly definition: Definition
  /** This registrar's place among those of the definition. */
  readonly registrar: number
  /** When codes were put out; null: not yet. */
  readonly codesAt: string | null
}

/** A leaf with all that its person and the contract need. */
export interface StoredLeaf {
  readonly position: number
  readonly place: RollPlace
  /** 32 bytes in hex. */
  readonly salt: string
}

export interface NewLeaf {
  readonly place: RollPlace
  readonly salt: Uint8Array
  /** JSON of the identity. */
  readonly identity: string
}

export class RollStore {
  readonly #database: DatabaseSync

  constructor (database: DatabaseSync) {
    this.#database = database
  }

  /** Imports an election, its keys (one per class) and its whole roll, or nothing. */
  putElection (election: Omit<StoredElection, 'codesAt'>, keys: readonly RsaKey[], leaves: Iterable<NewLeaf>): void {
    const { id } = election
    inTransaction(this.#database, () => {
      this.#database.prepare('INSERT INTO election (id, definition, registrar) VALUES (?, ?, ?)').run(id, JSON.stringify(election.definition), election.registrar)
      const putKey = this.#database.prepare('INSERT INTO rsa_key (election, class, modulus, private_key) VALUES (?, ?, ?, ?)')
      keys.forEach((key, classIndex) => putKey.run(id, classIndex, key.modulus, exportPrivateKey(key)))
      const putLeaf = this.#database.prepare('INSERT INTO leaf (election, position, class, commitment, salt, identity, path) VALUES (?, ?, ?, ?, ?, ?, ?)')
      for (const { place, salt, identity } of leaves) {
        putLeaf.run(id, place.index, place.classIndex, place.commitment, salt, identity, Buffer.from(place.path.join(''), 'hex'))
      }
    })
  }

  election (id: string): StoredElection | undefined {
    const row = this.#database.prepare('SELECT definition, registrar, codes_at FROM election WHERE id = ?').get(id)
    if (row === undefined) return undefined
    return {
      id,
      definition: JSON.parse(String(row['definition'])) as Definition,
      registrar: Number(row['registrar']),
      codesAt: row['codes_at'] === null ? null : String(row['codes_at']),
    }
  }

  electionIds (): string[] {
    return this.#database.prepare('SELECT id FROM election').all().map((row) => String(row['id']))
  }

  /** One per class, in order. */
  rsaKeys (electionId: string): RsaKey[] {
    return this.#database.prepare('SELECT modulus, private_key FROM rsa_key WHERE election = ? ORDER BY class').all(electionId)
      .map((row) => importPrivateKey(row['private_key'] as Uint8Array, String(row['modulus'])))
  }

  moduli (electionId: string): string[] {
    return this.#database.prepare('SELECT modulus FROM rsa_key WHERE election = ? ORDER BY class').all(electionId).map((row) => String(row['modulus']))
  }

  leaf (electionId: string, position: number): StoredLeaf | undefined {
    const row = this.#database.prepare('SELECT class, commitment, salt, path FROM leaf WHERE election = ? AND position = ?').get(electionId, position)
    if (row === undefined) return undefined
    const path = row['path'] as Uint8Array
    return {
      position,
      salt: toHex(row['salt'] as Uint8Array),
      place: {
        classIndex: Number(row['class']),
        commitment: String(row['commitment']),
        index: position,
        path: Array.from({ length: path.length / hashLength }, (_, i) => toHex(path.subarray(i * hashLength, (i + 1) * hashLength))),
      },
    }
  }

  positionOfCode (electionId: string, hash: string): number | undefined {
    const row = this.#database.prepare('SELECT position FROM code WHERE election = ? AND hash = ?').get(electionId, hash)
    return row === undefined ? undefined : Number(row['position'])
  }

  /** Who may be given a code: everybody on the roll for whom no credential was issued, in roll order. */
  peopleWithoutIssuance (electionId: string): { position: number, id: string }[] {
    return this.#database.prepare(`
      SELECT position, identity ->> '$.id' AS id FROM leaf
      WHERE election = ? AND position NOT IN (SELECT position FROM issuance WHERE election = leaf.election)
      ORDER BY position`).all(electionId).map((row) => ({ position: Number(row['position']), id: String(row['id']) }))
  }

  /** Puts these codes in the place of those the same people had. */
  putCodes (electionId: string, codes: Iterable<{ position: number, hash: string }>, at: string): void {
    inTransaction(this.#database, () => {
      const forget = this.#database.prepare('DELETE FROM code WHERE election = ? AND position = ?')
      const put = this.#database.prepare('INSERT INTO code (election, hash, position) VALUES (?, ?, ?)')
      for (const { position, hash } of codes) {
        forget.run(electionId, position)
        put.run(electionId, hash, position)
      }
      this.#database.prepare('UPDATE election SET codes_at = ? WHERE id = ?').run(at, electionId)
    })
  }
}
