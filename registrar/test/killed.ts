/** A registrar's process killed (SIGKILL) again and again while people ask: nobody is left without, nothing is issued twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { blindedMessageHash } from '../../protocol/src/credential.ts'
import { findIssuance } from '../src/read-election.ts'
import { openDatabase } from '../src/database.ts'
import { RollStore } from '../src/roll-store.ts'
import { prepare } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import { blind, type Blinded } from './support/voters.ts'

const people = 60
const kills = 5
const server = join(import.meta.dirname, '../src/server.ts')

interface Signed { readonly signature: string, readonly place: { readonly commitment: string } }

t.test('a registrar that is killed again and again', { timeout: 240_000 }, async (t) => {
  const folder = t.testdir()
  const bed = await testBed({ folder, voters: people, changes: { issuing: { minBatch: 4, maxWaitSeconds: 1, endsAt: null } } })
  const [first, second] = bed.registrars
  const codes = await prepare(bed, first!)
  await prepare(bed, second!)
  const { id, idBytes } = bed.election
  const ledger = await first!.openLedger()
  t.teardown(async () => { await ledger.close() })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/v1/elections/${id}/credentials`
  const config = join(folder, 'registrar.json')
  writeFileSync(config, JSON.stringify({ ...first!.config, listen: { host: '127.0.0.1', port }, rateLimit: { max: 1_000_000, timeWindowSeconds: 60 } }))
  const database = openDatabase(first!.config.folder)
  const [modulus] = new RollStore(database).moduli(id)
  database.close()
  const requests = new Map<string, Blinded>()
  for (const code of codes.values()) requests.set(code, await blind(modulus!, idBytes))

  let process: ChildProcess | undefined
  const start = (): void => { process = spawn(globalThis.process.execPath, [server, '--config', config], { stdio: 'ignore' }) }
  const kill = async (): Promise<void> => {
    const ended = once(process!, 'exit')
    process!.kill('SIGKILL')
    await ended
  }
  t.teardown(async () => { if (process?.exitCode === null && process.signalCode === null) await kill() })
  const ask = async (code: string, blindedMessage: string): Promise<{ status: number, body: unknown } | undefined> => {
    try {
      const answer = await fetch(url, {
        method: 'POST', headers: { 'content-type': 'application/json', prefer: 'wait=2' }, body: JSON.stringify({ code, blindedMessage }), signal: AbortSignal.timeout(10_000),
      })
      return { status: answer.status, body: await answer.json() }
    } catch {
      // it is dead, or died while it answered
      return undefined
    }
  }

  const signed = new Map<string, Signed>()
  const withoutIssuance: string[] = []
  const askUntilSigned = async (code: string): Promise<void> => {
    const { blindedMessage } = requests.get(code)!
    for (;;) {
      const answer = await ask(code, blindedMessage)
      if (answer?.status === 200) {
        const body = answer.body as Signed
        const issuance = await findIssuance(ledger, id, 0, body.place.commitment)
        if (issuance?.blinded !== blindedMessageHash(fromBase64url(blindedMessage))) withoutIssuance.push(code)
        signed.set(code, body)
        return
      }
      if (answer !== undefined && answer.status !== 202) throw new Error(`answered with ${answer.status}: ${JSON.stringify(answer.body)}`)
      await sleep(50)
    }
  }
  const queue = [...codes.values()]
  // people come in waves, one before each kill and one after the last: however fast the machine, there is work to be killed in
  let wave = 0
  const voters = Promise.all(Array.from({ length: 10 }, async () => {
    for (;;) {
      if (queue.length <= people * (1 - wave / (kills + 1))) {
        if (queue.length === 0) return
        await sleep(10)
        continue
      }
      await askUntilSigned(queue.pop()!)
    }
  }))

  const progressed: number[] = []
  for (let i = 0; i < kills; i++) {
    const before = signed.size
    wave = i + 1
    start()
    // it must have got somewhere before it dies, or a slow machine tests nothing
    while (signed.size < Math.min(before + 1, people)) await sleep(10)
    await sleep(randomInt(0, 200))
    await kill()
    progressed.push(signed.size - before)
  }
  wave = kills + 1
  start()
  await voters

  t.equal(signed.size, people, 'nobody is left without a credential')
  t.ok(progressed.filter((count) => count > 0).length >= 3, `it was killed in the midst of work: ${progressed.join(', ')} signed before each kill`)
  t.same(withoutIssuance, [], 'no signature left before its issuance stood on the ledger')
  for (const [code, { signature }] of signed) t.ok((await requests.get(code)!.unblind(signature)).length === 256)
  t.equal(new Set([...signed.values()].map(({ place }) => place.commitment)).size, people, 'one leaf for each')

  // all may have been signed before the last start: it is asked when it is up
  const [[someone]] = [...signed] as [[string, Signed]]
  while (await ask(someone, requests.get(someone)!.blindedMessage) === undefined) await sleep(50)
  for (const [code, { signature }] of [...signed].slice(0, 5)) {
    t.match(await ask(code, requests.get(code)!.blindedMessage), { status: 200, body: { signature } }, 'the same question, the same answer')
    t.match(await ask(code, (await blind(modulus!, idBytes)).blindedMessage), { status: 409, body: { code: 'issuance.exists' } })
  }
})

async function freePort (): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
