import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { FastifyInstance } from 'fastify'
import type { Ledger } from '../../ledger/src/port.ts'
import { blindedMessageHash } from '../../protocol/src/credential.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { SignedIssuance } from '../../protocol/src/records.ts'
import { buildApp } from '../src/app.ts'
import { openDatabase } from '../src/database.ts'
import { findIssuance } from '../src/read-election.ts'
import { openDesk, prepare, readCodes } from './support/desks.ts'
import { type TestBed, testBed } from './support/registrars.ts'
import { askCredential, blind } from './support/voters.ts'

type Submit = Ledger['submit']

async function preparedBed (t: Test, issuing: { minBatch: number, maxWaitSeconds: number }, voters = 6): Promise<TestBed> {
  const bed = await testBed({ folder: t.testdir(), voters, changes: { issuing: { ...issuing, endsAt: null } } })
  for (const registrar of bed.registrars) await prepare(bed, registrar)
  return bed
}

/** The first registrar's desk on a ledger whose `submit` may be tampered with. */
async function deskOn (bed: TestBed, tamper: (submit: Submit) => Submit = (submit) => submit): Promise<FastifyInstance> {
  const [registrar] = bed.registrars
  const ledger = await registrar!.openLedger()
  const submit = ledger.submit.bind(ledger)
  ledger.submit = tamper(submit)
  return await buildApp({ config: registrar!.config, ledger })
}

const codesOf = (bed: TestBed, registrar = 0): string[] => [...readCodes(join(bed.registrars[registrar]!.config.folder, 'codes.csv')).values()]
const modulusOf = async (desk: FastifyInstance, id: string): Promise<string> => (await desk.inject(`/v1/elections/${id}`)).json<{ moduli: [string] }>().moduli[0]
const batchesSeen = (seen: SignedIssuance[][]) => (submit: Submit): Submit => async (transaction, args, transient) => {
  if (transaction === 'recordIssuances') seen.push(JSON.parse(args[1]!) as SignedIssuance[])
  return await submit(transaction, args, transient)
}

t.test('a batch goes out when enough wait, in an order that is not that of the requests', async (t) => {
  const bed = await preparedBed(t, { minBatch: 6, maxWaitSeconds: 3600 })
  const seen: SignedIssuance[][] = []
  const desk = await deskOn(bed, batchesSeen(seen))
  t.teardown(async () => { await desk.close() })
  const { id, idBytes } = bed.election
  const modulus = await modulusOf(desk, id)
  const blinded = await Promise.all(codesOf(bed).map(async () => await blind(modulus, idBytes)))

  const early = await askCredential(desk, id, codesOf(bed)[0]!, blinded[0]!.blindedMessage, 0)
  t.match(early, { statusCode: 202, headers: { 'retry-after': '60' } })
  t.same(early.json(), { status: 'waiting' })
  t.equal(seen.length, 0, 'nothing is on the ledger, and no signature has left')

  const answers = await Promise.all(codesOf(bed).map(async (code, i) => await askCredential(desk, id, code, blinded[i]!.blindedMessage)))
  t.same(answers.map(({ statusCode }) => statusCode), answers.map(() => 200))
  t.equal(seen.length, 1)
  t.equal(seen[0]!.length, 6)
})

t.test('a batch goes out when the oldest has waited long enough', async (t) => {
  const bed = await preparedBed(t, { minBatch: 100, maxWaitSeconds: 1 })
  const desk = await deskOn(bed)
  t.teardown(async () => { await desk.close() })
  const { id, idBytes } = bed.election
  const { blindedMessage } = await blind(await modulusOf(desk, id), idBytes)
  const started = performance.now()
  t.equal((await askCredential(desk, id, codesOf(bed)[0]!, blindedMessage)).statusCode, 200)
  t.ok(performance.now() - started > 900)
})

t.test('what waited when the registrar stopped goes on after its start', async (t) => {
  const bed = await preparedBed(t, { minBatch: 1, maxWaitSeconds: 0 })
  const stopped = await deskOn(bed, () => async () => { throw new ScrutinError('ledger.unavailable') })
  const { id, idBytes } = bed.election
  const blinded = await blind(await modulusOf(stopped, id), idBytes)
  const [code] = codesOf(bed)
  const waiting = askCredential(stopped, id, code!, blinded.blindedMessage, 30)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await stopped.close()
  t.equal((await waiting).statusCode, 202, 'whoever waits is told to ask again')

  const desk = await deskOn(bed)
  t.teardown(async () => { await desk.close() })
  await desk.ready()
  const answer = await askCredential(desk, id, code!, blinded.blindedMessage)
  t.equal(answer.statusCode, 200)
  t.ok(await blinded.unblind(answer.json().signature))
})

t.test('an answer of the ledger that was lost loses nothing', async (t) => {
  const bed = await preparedBed(t, { minBatch: 6, maxWaitSeconds: 3600 })
  let lost = 0
  const desk = await deskOn(bed, (submit) => async (transaction, args, transient) => {
    const committed = await submit(transaction, args, transient)
    if (transaction === 'recordIssuances' && lost++ === 0) throw new ScrutinError('ledger.timeout')
    return committed
  })
  t.teardown(async () => { await desk.close() })
  const { id, idBytes } = bed.election
  const modulus = await modulusOf(desk, id)
  const answers = await Promise.all(codesOf(bed).map(async (code) => await askCredential(desk, id, code, (await blind(modulus, idBytes)).blindedMessage)))
  t.same(answers.map(({ statusCode }) => statusCode), answers.map(() => 200))
})

t.test('what stands on the ledger decides when the database has lost it', async (t) => {
  const bed = await preparedBed(t, { minBatch: 1, maxWaitSeconds: 0 })
  const { id, idBytes } = bed.election
  const before = await deskOn(bed)
  const modulus = await modulusOf(before, id)
  const [first, second] = codesOf(bed)
  const kept = await blind(modulus, idBytes)
  const answer = await askCredential(before, id, first!, kept.blindedMessage)
  t.equal((await askCredential(before, id, second!, (await blind(modulus, idBytes)).blindedMessage)).statusCode, 200)
  await before.close()
  const database = openDatabase(bed.registrars[0]!.config.folder)
  database.exec('DELETE FROM issuance')
  database.close()

  const after = await deskOn(bed)
  t.teardown(async () => { await after.close() })
  t.same((await askCredential(after, id, first!, kept.blindedMessage)).json(), answer.json(), 'the same blinded message gets the same signature')
  const other = await blind(modulus, idBytes)
  t.match((await askCredential(after, id, second!, other.blindedMessage)).json(), { code: 'issuance.exists' }, 'another one gets none')
})

t.test('one that the contract refuses does not hold the others up', async (t) => {
  const bed = await preparedBed(t, { minBatch: 6, maxWaitSeconds: 3600 })
  const { id, idBytes } = bed.election
  const sizes: number[] = []
  const guilty = bed.roll.leaves[2]!.commitment
  const desk = await deskOn(bed, (submit) => async (transaction, args, transient) => {
    if (transaction !== 'recordIssuances') return await submit(transaction, args, transient)
    const batch = JSON.parse(args[1]!) as SignedIssuance[]
    sizes.push(batch.length)
    if (batch.some(({ message: { place } }) => place.commitment === guilty)) throw new ScrutinError('issuance.leaf')
    return await submit(transaction, args, transient)
  })
  t.teardown(async () => { await desk.close() })
  const modulus = await modulusOf(desk, id)
  const answers = await Promise.all(codesOf(bed).map(async (code) => await askCredential(desk, id, code, (await blind(modulus, idBytes)).blindedMessage)))
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 200, 200, 200, 200, 422])
  t.match(sizes, [6, 3], 'by halves')
})

t.test('two processes of one registrar issue one credential', async (t) => {
  const bed = await preparedBed(t, { minBatch: 1, maxWaitSeconds: 0 })
  const { id, idBytes } = bed.election
  const desks = await Promise.all([openDesk(bed.registrars[0]!), openDesk(bed.registrars[0]!)])
  t.teardown(async () => { await Promise.all(desks.map(async (desk) => { await desk.close() })) })
  const modulus = await modulusOf(desks[0]!, id)
  const [code] = codesOf(bed)
  const messages = await Promise.all(desks.map(async () => await blind(modulus, idBytes)))
  const answers = await Promise.all(desks.map(async (desk, i) => await askCredential(desk, id, code!, messages[i]!.blindedMessage)))
  t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 409])
  const winner = answers.findIndex(({ statusCode }) => statusCode === 200)
  const ledger = await bed.registrars[0]!.openLedger()
  const issuance = await findIssuance(ledger, id, 0, answers[winner]!.json().place.commitment)
  t.equal(issuance?.blinded, blindedMessageHash(Buffer.from(messages[winner]!.blindedMessage, 'base64url')))
  await ledger.close()
})
