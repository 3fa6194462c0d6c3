import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BallotWork, MadeBallot } from './ballot-worker.ts'

/** Makes so many ballots, one thread a core. */
export async function makeBallots (work: BallotWork, onMade: (done: number) => void): Promise<MadeBallot[]> {
  const threads = Math.min(availableParallelism(), work.count)
  const ballots: MadeBallot[] = []
  await Promise.all(Array.from({ length: threads }, async (_, thread) => {
    const count = Math.floor(work.count / threads) + (thread < work.count % threads ? 1 : 0)
    await runWorker({ ...work, count }, (ballot) => {
      ballots.push(ballot)
      onMade(ballots.length)
    })
  }))
  if (ballots.length !== work.count) throw new Error(`${ballots.length} of ${work.count} ballots were made`)
  return ballots
}

async function runWorker (work: BallotWork, onBallot: (ballot: MadeBallot) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const worker = new Worker(new URL('ballot-worker.ts', import.meta.url), { workerData: work })
    worker.on('message', onBallot)
    worker.once('error', reject)
    worker.once('exit', (code) => { if (code === 0) resolve(); else reject(new Error(`a thread that makes ballots ended with ${code}`)) })
  })
}
