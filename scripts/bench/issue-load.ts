/** Voters who ask every registrar for a credential over HTTP, as fast as the registrars go. */
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StagedElection } from '../staging/stage-election.ts'

/** Voters at the same time. */
const inFlight = 500
const patienceMs = 120_000

/**
 * A blinded message looks like a random number below the modulus, and the registrar can't tell it from one: so none
 * is computed here, and the load takes little of the machine. The signatures that come back are of no use.
 */
export async function obtainCredentials ({ electionId, registrars, codes }: Pick<StagedElection, 'electionId' | 'registrars' | 'codes'>, onIssued: (done: number) => void): Promise<{ credentials: number, seconds: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const urls = registrars.map(({ registrar }) => `${registrar!.url}/v1/elections/${electionId}/credentials`)
  const queue = codes.values()
  let done = 0
  const start = performance.now()
  await Promise.all(Array.from({ length: Math.min(inFlight, codes.length) }, async () => {
    for (const codesOfVoter of queue) {
      await Promise.all(urls.map(async (url, i) => { await askUntilSigned(agent, url, codesOfVoter[i]!) }))
      onIssued(++done)
    }
  }))
  agent.destroy()
  return { credentials: done, seconds: (performance.now() - start) / 1000 }
}

async function askUntilSigned (agent: Agent, url: string, code: string): Promise<void> {
  const blinded = randomBytes(256)
  blinded[0] = 0 // below every modulus of 2048 bits
  const body = JSON.stringify({ code, blindedMessage: blinded.toString('base64url') })
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    const { status, text, retryAfter } = await post(agent, url, body)
    if (status === 200 && text.includes('"signature"')) return
    if (status !== 202 && status !== 429 && status !== 503) throw new Error(`a registrar answered ${status}: ${text.slice(0, 300)}`)
    await sleep(Math.max(0.1, retryAfter) * 1000)
  }
  throw new Error('a registrar gave no signature in time')
}

function post (agent: Agent, url: string, body: string): Promise<{ status: number, text: string, retryAfter: number }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), prefer: 'wait=30' }
    const sent = request(url, { method: 'POST', agent, timeout: 65_000, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => { text += chunk })
      response.once('error', reject)
      response.once('end', () => { resolve({ status: response.statusCode ?? 0, text, retryAfter: Number(response.headers['retry-after'] ?? 0) }) })
    })
    sent.once('timeout', () => { sent.destroy(new Error('no answer within 65 s')) })
    sent.once('error', reject)
    sent.end(body)
  })
}
