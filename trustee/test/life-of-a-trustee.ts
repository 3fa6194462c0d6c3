import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { announce, codeOf, readElectionView } from '../../chaincode/test/support/staged-election.ts'
import { scalarToHex } from '../../protocol/src/group.ts'
import type { StoredElection } from '../src/key-store.ts'
import { decryptElection } from '../src/decrypt-election.ts'
import { followCeremony } from '../src/follow-ceremony.ts'
import { readTrusteeStatus } from '../src/status.ts'
import { stageTrustees, voteAndCount } from './support/trustees.ts'

t.test('three trustees make the keys, two decrypt, the second publishes', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees, folders } = staged

  const stop = new AbortController()
  const following = trustees.map(async (trustee) => { await followCeremony(trustee, { signal: stop.signal, pollMs: 60_000 }) })
  await announce(as, election)
  const secrets: string[] = []
  while ((await readElectionView(as, election)).state.status !== 'keyed') {
    for (const { store } of trustees) secrets.push(...secretsOf(store.election(election.id)))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  // each learns of the end of the ceremony by an event, and erases what it drew
  while (trustees.some(({ store }) => store.election(election.id).secrets !== undefined)) await new Promise((resolve) => setTimeout(resolve, 20))
  while ((await readElectionView(as, election)).trials.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  stop.abort()
  await Promise.all(following)
  for (const { store } of trustees) secrets.push(scalarToHex(store.keys.secretKey), ...secretsOf(store.election(election.id)))

  t.equal(await codeOf(decryptElection(trustees[0]!, election.id)), 'election.state', 'nothing is decrypted before the count')
  await voteAndCount(staged, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-1'] }]])

  const first = await decryptElection(trustees[0]!, election.id)
  t.match(first, { boxRoot: /^[0-9a-f]{64}$/, withheld: false, signedBy: [0], decrypted: false, published: false })
  t.match(await readTrusteeStatus(trustees[0]!), { elections: [{ holds: 'signed' }] })
  t.strictSame(await decryptElection(trustees[2]!, election.id), { ...first, signedBy: [0, 2], decrypted: true })
  t.strictSame(await decryptElection(trustees[0]!, election.id), { ...first, signedBy: [0, 2], decrypted: true, published: true })
  t.match((await readElectionView(as, election)).result, {
    ballots: 3, trustees: [0, 2], questions: [{ counts: { 'option-1': 2, 'option-2': 0, 'option-3': 0 }, blank: 1 }],
  })
  t.equal(await codeOf(decryptElection(trustees[1]!, election.id)), 'election.state')

  t.match(await readTrusteeStatus(trustees[0]!), { inDirectory: true, elections: [{ id: election.id, status: 'published', holds: 'decrypted' }] })
  t.match(await readTrusteeStatus(trustees[1]!), { elections: [{ holds: 'share' }] })

  t.ok(secrets.length > 10)
  const logged = staged.logged()
  t.match(logged, /posted confirm/)
  t.strictSame(secrets.filter((secret) => logged.includes(secret)), [], 'no secret is in the logs')
  t.notOk(logged.includes('three swans'))
  for (const folder of folders) {
    const file = join(folder, 'store')
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.equal((await stat(folder)).mode & 0o777, 0o700)
    const text = await readFile(file, 'utf8')
    t.strictSame(secrets.filter((secret) => text.includes(secret)), [], 'no secret lies open in the store')
  }
})

function secretsOf ({ secrets, shares }: StoredElection): string[] {
  return [...Object.values(shares ?? {}).flat(), ...secrets === undefined ? [] : [secrets.encryptionSecret, ...secrets.polynomials.flat()]]
}
