/** Puts ballots into a store, many at once, and prints the tracker of each when it was accepted, until it is killed. */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { BallotStore } from '../../src/casting/ballot-store.ts'

const store = new BallotStore(process.argv[2]!, { maxBallots: 1e6, maxBytes: 1e9 })
store.load()
const hex = (): string => randomBytes(32).toString('hex')
await Promise.all(Array.from({ length: 16 }, async () => {
  for (let i = 0; i < 1000; i++) {
    const tracker = hex()
    await store.put({ electionId: hex(), tracker, credentialKey: hex(), bytes: randomBytes(1500) })
    writeSync(1, tracker + '\n')
  }
}))
