import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { readConsortium } from '../src/consortium.ts'
import { defaultConsortiumFile } from '../src/bring-up.ts'
import { layoutOf, memberFolders, type ProcessName } from '../src/layout.ts'
import { writeState } from '../src/network-state.ts'
import { readLogs, type LogLine, type ReadLogsOptions } from '../src/process-logs.ts'

async function networkWith (dataFolder: string, logs: readonly (readonly [member: string, process: ProcessName, text: string])[]): Promise<void> {
  const consortium = await readConsortium(defaultConsortiumFile)
  await writeState(layoutOf(dataFolder), { kind: 'fabric', portBase: 17000, consortium, joined: true, committed: true })
  for (const [member, process, text] of logs) {
    const folder = memberFolders(dataFolder, member)[process]
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${process}.log`), text)
  }
}

async function linesOf (options: ReadLogsOptions): Promise<string[]> {
  const lines: string[] = []
  for await (const { member, process, line } of readLogs(options)) lines.push(`${member} ${process} ${line}`)
  return lines
}

t.test('prints the last lines of each log', async t => {
  const dataFolder = t.testdir()
  await networkWith(dataFolder, [['universite-a', 'peer', 'one\ntwo\nthree\n'], ['universite-a', 'orderer', 'eins\nzw'], ['ville-d', 'peer', '']])
  t.strictSame(await linesOf({ dataFolder, lines: 2 }), ['universite-a orderer eins', 'universite-a peer two', 'universite-a peer three'])
  t.strictSame(await linesOf({ dataFolder, lines: 9, process: 'orderer' }), ['universite-a orderer eins'])
  t.strictSame(await linesOf({ dataFolder, lines: 9, member: 'ville-d' }), [])
  t.strictSame(await linesOf({ dataFolder, lines: 0 }), [])
})

t.test('finds the last lines of a log that is larger than a chunk', async t => {
  const dataFolder = t.testdir()
  const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${'é'.repeat(i % 90)}`)
  await networkWith(dataFolder, [['universite-a', 'peer', lines.join('\n') + '\n']])
  t.strictSame(await linesOf({ dataFolder, lines: 3000 }), lines.slice(-3000).map(line => `universite-a peer ${line}`))
})

t.test('says which members and processes there are', async t => {
  const dataFolder = t.testdir()
  await t.rejects(linesOf({ dataFolder, lines: 1 }), { message: /holds no network/ })
  await networkWith(dataFolder, [])
  await t.rejects(linesOf({ dataFolder, lines: 1 }), { message: /no log/ })
  await t.rejects(linesOf({ dataFolder, lines: 1, member: 'ville-x' }), { message: /no member ville-x.*universite-a, universite-b/ })
  await t.rejects(linesOf({ dataFolder, lines: 1, process: '../peer' }), { message: /no process .*ca, orderer/ })
})

t.test('follows what is written, whole lines only, and when the file begins anew', async t => {
  const dataFolder = t.testdir()
  await networkWith(dataFolder, [['universite-a', 'peer', 'old\n']])
  const file = join(memberFolders(dataFolder, 'universite-a').peer, 'peer.log')
  const stop = new AbortController()
  const seen: LogLine['line'][] = []
  const reading = (async () => { for await (const { line } of readLogs({ dataFolder, lines: 5, follow: stop.signal })) seen.push(line) })()
  const until = async (count: number): Promise<void> => { while (seen.length < count) await sleep(20) }
  await until(1)
  await appendFile(file, 'whole\nha')
  await until(2)
  await appendFile(file, 'lf\n')
  await until(3)
  await writeFile(file, 'new\n')
  await until(4)
  stop.abort()
  await reading
  t.strictSame(seen, ['old', 'whole', 'half', 'new'])
})
