/** What an organiser asks of the gateway that keeps the tenant's API key. */
import Type, { type Static } from 'typebox'
import { Hash } from '../../protocol/src/definition-schema.ts'
import { checkDefinition, electionId } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseAnswer, request } from './rest-request.ts'

const Accepted = Type.Object({ electionId: Hash, transactionId: Hash, blockNumber: Type.String() })
export type Accepted = Static<typeof Accepted>

export class OrganiserClient {
  readonly #url: string
  readonly #apiKey: string

  constructor (url: string, apiKey: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#apiKey = apiKey
  }

  /** Checks the definition here, as the contract will, before it is sent: `election.definition` with the place. */
  async announce (value: unknown): Promise<Accepted> {
    const definition = checkDefinition(value)
    const accepted = await this.#post('/v1/elections', definition)
    if (accepted.electionId !== electionId(definition)) throw new ScrutinError('service.answer', 'another election was announced')
    return accepted
  }

  async open (id: string): Promise<Accepted> {
    return await this.#post(`/v1/elections/${id}/open`)
  }

  async close (id: string): Promise<Accepted> {
    return await this.#post(`/v1/elections/${id}/close`)
  }

  async cancel (id: string, reason: string): Promise<Accepted> {
    return await this.#post(`/v1/elections/${id}/cancel`, { reason })
  }

  async #post (path: string, body?: object): Promise<Accepted> {
    const url = this.#url + path
    return parseAnswer(Accepted, await request(url, {
      method: 'POST', headers: { authorization: `Bearer ${this.#apiKey}` }, ...body === undefined ? {} : { body },
    }), url)
  }
}
