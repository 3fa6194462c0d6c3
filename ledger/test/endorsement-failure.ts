/** What becomes of the endorsers' answers, in the shapes in which fabric-network 2.2 hangs them on its errors. */
import t from 'tap'
import { encodeContractError } from '../../protocol/src/contract-errors.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { endorsementFailure } from '../src/fabric/endorsement-failure.ts'

t.test('takes the contract\'s code that most endorsers gave', async (t) => {
  const failure = endorsementFailure(layoutsFailed([
    refused('a', 'election.unknown'), refused('b', 'ballot.credential-used', 'key 7'), refused('c', 'ballot.credential-used', 'key 7'),
    // asked once, reported by two layouts
    refused('a', 'election.unknown'), refused('a', 'election.unknown')
  ]))
  t.match(failure?.error, { code: 'ballot.credential-used', detail: 'key 7' })
  t.equal(failure?.disagreement, true)
})

t.test('sees no disagreement when all refuse for the same reason', async (t) => {
  const failure = endorsementFailure(layoutsFailed([refused('a', 'election.state'), refused('b', 'election.state'), lost('c')]))
  t.match(failure, { error: { code: 'election.state' }, disagreement: false })
})

t.test('sees a disagreement when one endorses what another refuses', async (t) => {
  t.match(endorsementFailure(layoutsFailed([endorsed('a'), refused('b', 'election.unknown')])), { error: { code: 'election.unknown' }, disagreement: true })
})

t.test('calls it a conflict when endorsers came to different results', async (t) => {
  t.match(endorsementFailure(layoutsFailed([endorsed('a'), endorsed('b')], 'Peer endorsements do not match')), { error: { code: 'ledger.conflict' }, disagreement: true })
})

t.test('tells lost peers, slow peers and refusals without a code apart', async (t) => {
  const codeOf = (...answers: unknown[]): unknown => endorsementFailure(layoutsFailed(answers))?.error.code
  t.equal(codeOf(endorsed('a'), lost('b'), lost('c')), 'ledger.unavailable')
  t.equal(codeOf(endorsed('a'), peerError('b', 'REQUEST TIMEOUT')), 'ledger.timeout')
  t.equal(codeOf(endorsed('a'), { peer: 'b', response: { status: 500, message: 'out of order' }, endorsement: null }), 'ledger.refused')
})

t.test('leaves other errors to others, and takes no answers along', async (t) => {
  t.equal(endorsementFailure(new Error('DiscoveryService has failed to return results')), undefined)
  t.equal(endorsementFailure(Object.assign(new Error('no orderer'), { errors: [], responses: [endorsed('a'), endorsed('b')] })), undefined)
  const cause = endorsementFailure(layoutsFailed([endorsed('a'), lost('b')]))?.error.cause
  t.ok(cause instanceof Error)
  t.same(Object.keys(cause instanceof Error ? cause : {}), [], 'endorsements hold what would have been written')
})

function layoutsFailed (endorsements: readonly unknown[], message = 'Endorsement has failed'): Error {
  const layout = Object.assign(new Error(message), { endorsements })
  return Object.assign(new Error('No valid responses from any peers. Errors: …'), { errors: [layout], responses: [] })
}

function refused (peer: string, code: ErrorCode, detail?: string): unknown {
  const message = `error in simulation: transaction returned with failure: Error: ${encodeContractError(new ScrutinError(code, detail))}`
  return { peer, response: { status: 500, message }, endorsement: null }
}

function endorsed (peer: string): unknown {
  return { peer, response: { status: 200, message: '' }, endorsement: { signature: Buffer.of(1) }, payload: Buffer.from('secret') }
}

function lost (peer: string): unknown {
  return peerError(peer, `Peer ${peer} is not connected`)
}

function peerError (peer: string, message: string): unknown {
  return Object.assign(new Error(message), { peer, connection: { name: peer } })
}
