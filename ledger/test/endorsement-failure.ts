/** What becomes of the endorsers' answers when they do not suffice. */
import { status } from '@grpc/grpc-js'
import { peer } from '@hyperledger/fabric-protos'
import t from 'tap'
import { encodeContractError } from '../../protocol/src/contract-errors.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { type EndorsementFailure, endorsementFailure } from '../src/fabric/endorsement-failure.ts'
import type { Answer } from '../src/fabric/endorser.ts'

t.test('takes the contract\'s code that most members gave', async (t) => {
  const failure = failureOf(refused('election.unknown'), refused('ballot.credential-used', 'key 7'), refused('ballot.credential-used', 'key 7'))
  t.match(failure, { error: { code: 'ballot.credential-used', detail: 'key 7' }, disagreement: true })
})

t.test('sees no disagreement when all refuse for the same reason', async (t) => {
  t.match(failureOf(refused('election.state'), refused('election.state'), failed(status.UNAVAILABLE)), { error: { code: 'election.state' }, disagreement: false })
})

t.test('never takes the word of one member for the contract\'s, with another one down', async (t) => {
  t.match(failureOf(endorsed('x'), endorsed('x'), refused('election.state'), failed(status.UNAVAILABLE)), { error: { code: 'ledger.unavailable' }, disagreement: true })
  t.match(failureOf(refused('election.state'), failed(status.UNAVAILABLE)), { error: { code: 'ledger.unavailable' }, disagreement: false })
  t.match(failureOf(refused('ballot.proof'), refused('election.state')), { error: { code: 'ledger.unavailable' } })
  const twoPeers = new Map([['peer 0', refused('election.state')], ['peer 1', refused('election.state')]])
  t.match(endorsementFailure(twoPeers, { memberOf: () => 'TheLiar', needed: 2 }), { error: { code: 'ledger.unavailable' } }, 'however many peers it has')
  t.match(failureOf(refused('election.state')), { error: { code: 'ledger.unavailable' } }, 'nor when there is nobody else')
  t.match(failureOf(...Array<Answer>(2).fill(refused('election.state')), ...Array<Answer>(3).fill(failed(status.UNAVAILABLE))), { error: { code: 'election.state' } }, 'f + 1 of four, or five, or six')
})

t.test('takes details only that enough members gave', async (t) => {
  const { error } = failureOf(refused('ballot.none-accepted', 'the truth'), refused('ballot.none-accepted', 'a lie'))
  t.match(error, { code: 'ballot.none-accepted', detail: undefined })
  t.match(failureOf(refused('ballot.none-accepted', 'a lie'), refused('ballot.none-accepted', 'the truth'), refused('ballot.none-accepted', 'the truth')), { error: { detail: 'the truth' } })
})

t.test('sees a disagreement when one endorses what others refuse', async (t) => {
  t.match(failureOf(endorsed('x'), refused('election.unknown'), refused('election.unknown')), { error: { code: 'election.unknown' }, disagreement: true })
})

t.test('calls it a conflict when endorsers came to different results, even with another one down', async (t) => {
  t.match(failureOf(endorsed('x'), endorsed('y')), { error: { code: 'ledger.conflict' }, disagreement: true })
  t.match(failureOf(endorsed('x'), endorsed('y'), failed(status.UNAVAILABLE)), { error: { code: 'ledger.conflict' }, disagreement: true })
})

t.test('tells lost peers, slow peers and refusals without a code apart', async (t) => {
  const codeOf = (...answers: Answer[]): ErrorCode => failureOf(...answers).error.code
  t.equal(codeOf(endorsed('x'), failed(status.UNAVAILABLE), failed(status.DEADLINE_EXCEEDED)), 'ledger.unavailable')
  t.equal(codeOf(endorsed('x'), failed(status.DEADLINE_EXCEEDED)), 'ledger.timeout')
  t.equal(codeOf(endorsed('x'), { kind: 'refused', message: 'REQUEST TIMEOUT' }), 'ledger.refused', 'whatever the words are')
  t.equal(codeOf(), 'ledger.unavailable', 'nobody there to ask')
})

function failureOf (...answers: readonly Answer[]): EndorsementFailure {
  return endorsementFailure(new Map(answers.map((answer, index) => [`peer ${index}`, answer])), { memberOf: (endorser) => endorser, needed: 2 })
}

function refused (code: ErrorCode, detail?: string): Answer {
  return { kind: 'refused', message: `error in simulation: transaction returned with failure: Error: ${encodeContractError(new ScrutinError(code, detail))}` }
}

function endorsed (result: string): Answer {
  return { kind: 'endorsed', payload: Buffer.from(result), endorsement: new peer.Endorsement() }
}

function failed (code: status): Answer {
  return { kind: 'failed', cause: Object.assign(new Error('no answer'), { code, details: 'no answer' }) }
}
