import { Gate } from './gate.ts'

/** Who reads old events from the ledger: so many at the same time, and one of each address. The others wait their turn. */
export class ReplaySlots {
  readonly #all: Gate
  readonly #mostWaiting: number
  /** In memory only, while somebody there reads or waits. */
  readonly #byAddress = new Map<string, { readonly gate: Gate, users: number }>()

  constructor (atOnce: number, mostWaiting: number) {
    this.#all = new Gate(atOnce, mostWaiting)
    this.#mostWaiting = mostWaiting
  }

  /**
   * @returns what gives the slot back; further calls of it do nothing
   * @throws ScrutinError `service.busy` when too many wait already
   */
  async enter (address: string): Promise<() => void> {
    const own = this.#byAddress.get(address) ?? { gate: new Gate(1, this.#mostWaiting), users: 0 }
    this.#byAddress.set(address, own)
    own.users++
    const leaving: (() => void)[] = [() => { if (--own.users === 0) this.#byAddress.delete(address) }]
    const leave = (): void => { for (const each of leaving.splice(0).reverse()) each() }
    try {
      leaving.push(await own.gate.enter())
      leaving.push(await this.#all.enter())
    } catch (error) {
      leave()
      throw error
    }
    return leave
  }
}
