import t from 'tap'
import { decodeContractError, encodeContractError } from '../src/contract-errors.ts'
import { errorCatalogue, isErrorCode, ScrutinError } from '../src/errors.ts'

t.test('every code has an HTTP status of a failure and a sentence', async (t) => {
  for (const [code, [status, sentence]] of Object.entries(errorCatalogue)) {
    t.ok(status >= 400 && status < 600 && sentence.length > 10 && /^[a-z]+\.[a-z-]+$/.test(code), code)
  }
})

t.test('an error carries its code, status and detail', async (t) => {
  t.match(new ScrutinError('ballot.proof'), { code: 'ballot.proof', status: 422, message: errorCatalogue['ballot.proof'][1], detail: undefined })
  t.equal(new ScrutinError('roll.malformed', 'line 3').message, 'The roll is not valid: line 3')
  t.notOk(isErrorCode('toString'))
  t.notOk(isErrorCode(undefined))
})

t.test('a coded failure of the contract crosses the wire inside any message', async (t) => {
  for (const detail of [undefined, 'plain', 'with } and { and "quotes" \\ and scrutin-error:']) {
    const error = new ScrutinError('election.state', detail)
    const read = decodeContractError(`endorser said: ${encodeContractError(error)}, and {"more": 1}`)
    t.match(read, { code: 'election.state', detail })
  }
})

t.test('other failures are none of ours', async (t) => {
  for (const message of ['', 'something broke', 'scrutin-error:', 'scrutin-error:{"code":"toString"}', 'scrutin-error:{"code":"no.such"}', 'scrutin-error:{']) {
    t.equal(decodeContractError(message), undefined, message)
  }
})
