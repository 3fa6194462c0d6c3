/** The REST calls of an organiser and of an onlooker, for the scripts. */
import { readFile } from 'node:fs/promises'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { ElectionView } from '../../chaincode/src/read-records.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import type { SignedDirectoryEntry } from '../../protocol/src/records.ts'

export class ConsortiumApi {
  readonly gateways: readonly string[]
  readonly organiser: { readonly mspId: string, readonly tenant: string, readonly gateway: string }
  readonly #apiKeyFile: string

  /** The first member's first tenant organises. */
  constructor (network: RunningNetwork) {
    const [member] = network.members
    const tenant = Object.keys(member!.gateway.apiKeyFiles)[0]!
    this.gateways = network.members.map(({ gateway }) => gateway.url)
    this.organiser = { mspId: member!.mspId, tenant, gateway: member!.gateway.url }
    this.#apiKeyFile = member!.gateway.apiKeyFiles[tenant]!
  }

  async announce (definition: Definition): Promise<string> {
    const { electionId } = await this.#post('/v1/elections', definition) as { electionId: string }
    return electionId
  }

  async step (electionId: string, step: 'open' | 'close'): Promise<void> {
    await this.#post(`/v1/elections/${electionId}/${step}`)
  }

  async election (electionId: string): Promise<ElectionView> {
    return await getJson(`${this.organiser.gateway}/v1/elections/${electionId}`) as ElectionView
  }

  async directory (): Promise<SignedDirectoryEntry[]> {
    const { entries } = await getJson(`${this.organiser.gateway}/v1/directory`) as { entries: SignedDirectoryEntry[] }
    return entries
  }

  async #post (path: string, body?: object): Promise<unknown> {
    const key = (await readFile(this.#apiKeyFile, 'utf8')).trim()
    const response = await fetch(this.organiser.gateway + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return await readAnswer(path, response)
  }
}

export async function getJson (url: string): Promise<unknown> {
  return await readAnswer(url, await fetch(url))
}

async function readAnswer (what: string, response: Response): Promise<unknown> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${what} answered ${response.status}: ${text.slice(0, 500)}`)
  return text === '' ? undefined : JSON.parse(text)
}
