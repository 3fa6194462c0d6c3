import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Ledger } from '../../ledger/src/port.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { openDatabase } from '../src/database.ts'
import { importRoll } from '../src/import-roll.ts'
import { prepareRoll } from '../src/prepare-roll.ts'
import { putOutCodes } from '../src/put-out-codes.ts'
import { RollStore } from '../src/roll-store.ts'
import { readCodes } from './support/desks.ts'
import { testBed } from './support/registrars.ts'

t.test('importing the roll', async (t) => {
  const bed = await testBed({ folder: t.testdir(), announcedOnly: true })
  const [registrar] = bed.registrars
  const { folder } = registrar!.config
  const ledger = await registrar!.openLedger()
  const database = openDatabase(folder)
  t.teardown(async () => { database.close(); await ledger.close() })
  const store = new RollStore(database)
  const { id } = bed.election
  const importText = async (text: string) => await importRoll(ledger, store, registrar!.serviceKeys, id, text)

  await t.test('refuses a roll that is not the definition\'s', async (t) => {
    await t.rejects(importText(JSON.stringify(prepareRoll(Buffer.from('id\n1\n2\n3\n')))), { code: 'roll.root' })
    await t.rejects(importText(JSON.stringify({ ...bed.roll, classes: [{ id: 'staff', size: 3 }] })), { code: 'roll.malformed' })
    t.equal(store.election(id), undefined, 'and keeps nothing of it')
  })

  await t.test('refuses elections that do not name its key', async (t) => {
    const other = bed.registrars[1]!.serviceKeys
    const stranger = { ...other, publicKey: bed.election.definition.trustees[0]!.key }
    await t.rejects(importRoll(ledger, store, stranger, id, JSON.stringify(bed.roll)), { code: 'registrar.unknown' })
  })

  await t.test('makes fresh keys, signs the root, and can be run again', async (t) => {
    const first = await importText(JSON.stringify(bed.roll))
    t.match(first, { registrar: 0, root: bed.roll.root, size: 3, moduli: [/^.{342}$/], proofs: [Array.from({ length: 9 }, () => /^.{342}$/)] })
    t.same(await importText(JSON.stringify(bed.roll)), first)
    const { registrars } = JSON.parse(Buffer.from(await ledger.evaluate('readElection', [id])).toString()) as { registrars: unknown[] }
    t.same(registrars, [{ registrar: 0, rollRoot: bed.roll.root, moduli: first.moduli, proofs: first.proofs }, null])
  })

  await t.test('tries again when another transaction was first', async (t) => {
    const other = bed.registrars[1]!
    const its = await other.openLedger()
    const otherStore = openDatabase(other.config.folder)
    t.teardown(async () => { otherStore.close(); await its.close() })
    let conflicts = 0
    const contested = new Proxy<Ledger>(its, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]): Promise<unknown> => {
          if (name === 'submit' && conflicts++ < 2) throw new ScrutinError('ledger.conflict')
          return await (method.apply(target, args) as Promise<unknown>)
        }
      },
    })
    t.match(await importRoll(contested, new RollStore(otherStore), other.serviceKeys, id, JSON.stringify(bed.roll)), { registrar: 1 })
    t.equal(conflicts, 3)
  })

  await t.test('puts codes out once, in a file for its owner only', async (t) => {
    const file = join(folder, 'codes.csv')
    const now = new Date()
    const { codeSecret } = registrar!.serviceKeys
    t.equal(putOutCodes(store, codeSecret, id, file, { replace: false, now }), 3)
    t.equal(statSync(file).mode & 0o777, 0o600)
    t.same([...readCodes(file).keys()].sort(), ['1', '2', '3'])
    t.throws(() => putOutCodes(store, codeSecret, id, `${file}.2`, { replace: false, now }), { code: 'registrar.exists' })
    t.throws(() => putOutCodes(store, codeSecret, id, file, { replace: true, now }), { code: 'EEXIST' }, 'never over a file that is there')
    t.notOk(existsSync(`${file}.2`))
    t.equal(putOutCodes(store, codeSecret, id, `${file}.3`, { replace: true, now }), 3)
    t.not(readCodes(`${file}.3`).get('1'), readCodes(file).get('1'))
  })

  await t.test('keeps only hashes of codes, and its files to itself', async (t) => {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const stored = readFileSync(join(folder, 'roll.db')).toString('latin1')
    for (const code of readCodes(join(folder, 'codes.csv.3')).values()) {
      t.notOk(stored.includes(code) || stored.includes(code.replaceAll('-', '')))
    }
    for (const name of ['roll.db', 'key', 'code-secret']) t.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
    t.equal(statSync(folder).mode & 0o777, 0o700)
  })
})
