import { pino } from 'pino'
import t from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { logOptions } from '../src/log-options.ts'

function logged (work: (log: pino.Logger) => void): Record<string, unknown>[] {
  const lines: string[] = []
  work(pino(logOptions({ service: 'registrar', member: 'a', level: 'debug', secretFields: ['salt'] }), { write: (line: string) => { lines.push(line) } }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

t.test('lines say whose they are, and hold no secret field', async (t) => {
  const [line] = logged((log) => {
    log.info({ status: 200, salt: 'S', ip: 'S', request: { headers: { host: 'S' }, leaf: { salt: 'S' } }, req: { method: 'GET', url: 'S', ip: 'S' } }, 'answered')
  })
  t.match(line, { level: 30, service: 'registrar', member: 'a', status: 200, msg: 'answered', req: { method: 'GET' } })
  t.notMatch(JSON.stringify(line), /"S"/)
})

t.test('an expected failure is a code and a sentence, another its stack besides; nothing else of it is written', async (t) => {
  const cause = Object.assign(new Error('the peer hung up'), { code: 14, payload: 'S' })
  const [expected, unexpected, oddity] = logged((log) => {
    log.warn({ err: new ScrutinError('ledger.unavailable', 'peer0', { cause }) }, 'later')
    log.error({ err: cause }, 'failed')
    log.error({ err: 'thrown text' }, 'failed')
  })
  t.match(expected!['err'], { code: 'ledger.unavailable', message: /: peer0$/, stack: undefined, cause: { code: 14, message: 'the peer hung up', stack: /hung up/ } })
  t.match(unexpected!['err'], { code: 14, message: 'the peer hung up', stack: /hung up/ })
  t.strictSame(oddity!['err'], { message: 'thrown text' })
  t.notMatch(JSON.stringify([expected, unexpected]), /"S"/)
})
