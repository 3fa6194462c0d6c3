/** What one lying member can do to the transactions of others: with endorsers and verdicts that are made up. */
import { peer } from '@hyperledger/fabric-protos'
import t from 'tap'
import { encodeContractError } from '../../protocol/src/contract-errors.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { Availability } from '../src/fabric/availability.ts'
import { collectEndorsements } from '../src/fabric/collect-endorsements.ts'
import type { EndorsementPlan } from '../src/fabric/discovery.ts'
import { isRefusedByEnough, type RefusalRules } from '../src/fabric/endorsement-failure.ts'
import type { Answer } from '../src/fabric/endorser.ts'
import { submitInSteps } from '../src/fabric/submit-transaction.ts'
import type { Committed } from '../src/port.ts'

const names = ['own', 'b', 'c', 'd'] as const
const threeOfFour: EndorsementPlan = {
  groups: new Map(names.map((name) => [name, [name]])),
  layouts: names.toReversed().map((without) => new Map(names.filter((name) => name !== without).map((name) => [name, 1]))),
}
const refusals: RefusalRules = { memberOf: (endorser) => endorser, needed: 2 }
const { VALID, ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT } = peer.TxValidationCode

t.test('a member whose endorsements do not count spoils no more than a transaction or two', async (t) => {
  for (const liar of ['b', 'c', 'd']) {
    const { submit, ordered } = network({ verdictOn: (endorsers) => endorsers.includes(liar) ? ENDORSEMENT_POLICY_FAILURE : VALID })
    for (let i = 0; i < 20; i++) t.match(await submit(), { blockNumber: 7n })
    const spoilt = ordered.filter((endorsers) => endorsers.includes(liar))
    t.ok(spoilt.length <= 2, `${spoilt.length} of ${ordered.length} with ${liar}`)
  }
})

t.test('a verdict that is not for the endorsements is told at once', async (t) => {
  const { submit, ordered } = network({ verdictOn: () => MVCC_READ_CONFLICT })
  await rejects(submit(), 'ledger.conflict')
  t.equal(ordered.length, 1)
  const policy = network({ verdictOn: () => ENDORSEMENT_POLICY_FAILURE })
  await rejects(policy.submit(), 'ledger.refused')
  t.equal(policy.ordered.length, 5, 'and nothing is tried for ever')
})

t.test('a refusal that one member made up is not believed with another one down', async (t) => {
  await rejects(network({ c: refused('election.state'), d: down }).submit(), 'ledger.unavailable')
  t.match(await network({ c: refused('election.state') }).submit(), { blockNumber: 7n }, 'with all up it disturbs nobody')
})

t.test('nor does it hide why the honest ones refuse', async () => {
  const honest = refused('election.state')
  await Promise.all([
    rejects(network({ own: refused('election.unknown'), b: honest, c: honest, d: honest }).submit(), 'election.state'),
    rejects(network({ own: down, b: endorsed('a lie'), c: honest, d: honest }).submit(), 'election.state'),
  ])
})

interface Network extends Partial<Record<typeof names[number], Answer>> {
  readonly verdictOn?: (endorsers: readonly string[]) => number
}

function network (given: Network): { submit: () => Promise<Committed>, ordered: string[][] } {
  const availability = new Availability()
  const ordered: string[][] = []
  let turn = 0
  const answers = new Map<string, Answer>(names.map((name) => [name, given[name] ?? endorsed('x')]))
  const submit = async (): Promise<Committed> => await submitInSteps({
    refusals,
    ownMember: 'own',
    availability,
    propose: () => ({ transactionId: `transaction ${ordered.length}`, proposal: new Uint8Array(), signed: new Uint8Array() }),
    endorse: async () => {
      const turnNow = turn++
      return await collectEndorsements({
        plan: threeOfFour,
        isRefused: (given) => isRefusedByEnough(given, refusals),
        rank: (name) => (name === 'own' ? 0 : 1 + (names.findIndex((one) => one === name) + turnNow) % 4) + availability.rank(name) * 1_000,
        slowAfterMilliseconds: 50,
        ask: async (name) => {
          // each time another object, as from the network
          const answer = { ...answers.get(name)! }
          if (answer.kind === 'endorsed') availability.worked(name)
          asked.set(answer, name)
          return answer
        },
      })
    },
    order: async (_proposal, endorsements) => {
      const endorsers = endorsements.map((endorsement) => asked.get(endorsement)!)
      ordered.push(endorsers)
      return { code: given.verdictOn?.(endorsers) ?? VALID, blockNumber: 7n, index: 0 }
    },
  })
  const asked = new Map<Answer, string>()
  return { submit, ordered }
}

function endorsed (result: string): Answer {
  const response = new peer.Response()
  response.setPayload(Buffer.from(result))
  const action = new peer.ChaincodeAction()
  action.setResponse(response)
  const payload = new peer.ProposalResponsePayload()
  payload.setExtension$(action.serializeBinary())
  return { kind: 'endorsed', payload: payload.serializeBinary(), endorsement: new peer.Endorsement() }
}

function refused (code: ErrorCode): Answer {
  return { kind: 'refused', message: encodeContractError(new ScrutinError(code)) }
}

const down: Answer = { kind: 'failed', cause: new Error('down') }

async function rejects (promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await t.rejects(promise, { code })
}
