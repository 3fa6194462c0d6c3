/** Keeps the values used last, at most `size` of them. Only for what does not change, or is deleted when it does. */
export class BoundedCache<Value> {
  readonly #size: number
  readonly #values = new Map<string, Value>()

  constructor (size: number) {
    this.#size = size
  }

  get (key: string): Value | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    // a Map keeps the order of insertion: what is used last stands last
    this.#values.delete(key)
    this.#values.set(key, value)
    return value
  }

  delete (key: string): void {
    this.#values.delete(key)
  }

  set (key: string, value: Value): void {
    this.#values.delete(key)
    this.#values.set(key, value)
    if (this.#values.size > this.#size) {
      const [oldest] = this.#values.keys()
      this.#values.delete(oldest!)
    }
  }
}
