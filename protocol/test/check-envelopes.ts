import t from 'tap'
import { bodyLength } from '../src/ballot-encoding.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { checkEnvelopes } from '../src/check-envelopes.ts'
import { castableBallot, sampleElection } from './support/sample-election.ts'

t.test('names the guilty envelopes among others, as the whole check does', async (t) => {
  const election = sampleElection()
  const other = sampleElection({ freshRsaKeys: true })
  const { rules } = election
  const ballots = []
  for (let i = 0; i < 7; i++) ballots.push((await castableBallot(election, ['blank'])).bytes)
  const foreign = (await castableBallot(other, ['blank'])).bytes
  const bodyEnd = bodyLength(rules.questions)
  const changed = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1)
  const hostile: [string, Uint8Array][] = [
    ['ballot.malformed', new Uint8Array()],
    ['ballot.malformed', ballots[1]!.subarray(1)],
    ['ballot.malformed', changed(ballots[1]!, 0)],
    ['ballot.election', foreign],
    ['ballot.election', ballots[1]!.with(33, 9)],
    ['ballot.credential', changed(ballots[1]!, 40)],
    ['ballot.credential', changed(ballots[1]!, bodyEnd + 300)],
    ['ballot.signature', changed(ballots[1]!, ballots[1]!.length - 31)],
    ['ballot.malformed', ballots[1]!.with(ballots[1]!.length - 1, 0xff)],
    // the body of one with the envelope of another
    ['ballot.credential', Buffer.concat([ballots[1]!.subarray(0, bodyEnd), ballots[2]!.subarray(bodyEnd)])],
    // only the proofs are touched: the holder's signature does not fit them any more
    ['ballot.signature', changed(ballots[1]!, bodyEnd - 40)],
  ]
  const mixed = [ballots[0]!, ...hostile.map(([, bytes]) => bytes), ...ballots.slice(1)]
  const verdicts = checkEnvelopes(rules, mixed)
  const whole = checkBallots(rules, mixed)
  t.strictSame(verdicts.map((verdict) => verdict.accepted ? 'accepted' : verdict.code), ['accepted', ...hostile.map(([code]) => code), ...ballots.slice(1).map(() => 'accepted')])
  for (const [i, verdict] of verdicts.entries()) {
    const full = whole[i]!
    t.equal(verdict.accepted, full.accepted, `ballot ${i}`)
    if (verdict.accepted && full.accepted) t.match(full, { tracker: verdict.tracker, credentialKey: verdict.credentialKey })
  }
  t.strictSame(checkEnvelopes(rules, []), [])
})
