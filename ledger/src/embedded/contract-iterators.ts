/** Query results in the two forms fabric-shim gives them: `await` the promise for an iterator, or `for await` over it. */
import type { Iterators, StateQueryResponse } from 'fabric-shim-api'

export type ResultPromise<T> = Promise<Iterators.CommonIterator<T>> & AsyncIterable<T>
export type PagePromise<T> = Promise<StateQueryResponse<Iterators.CommonIterator<T>>> & AsyncIterable<T>

/** @param next gives one result after another, then undefined */
export function queryResults<T> (next: () => T | undefined): ResultPromise<T> {
  const iterator = resultIterator(next)
  return Object.assign(Promise.resolve(iterator), iterable(iterator))
}

export function queryPage<T> (entries: readonly T[], bookmark: string): PagePromise<T> {
  const iterator = resultIterator(oneByOne(entries))
  const response = { iterator, metadata: { fetchedRecordsCount: entries.length, bookmark } }
  return Object.assign(Promise.resolve(response), iterable(iterator))
}

export function oneByOne<T> (entries: readonly T[]): () => T | undefined {
  let index = 0
  return () => entries[index++]
}

function resultIterator<T> (next: () => T | undefined): Iterators.CommonIterator<T> {
  return {
    async next () {
      const value = next()
      // fabric-shim leaves `value` out at the end, whatever its type says
      return value === undefined ? { done: true } as Iterators.NextResult<T> : { value, done: false }
    },
    async close () {},
  }
}

function iterable<T> (iterator: Iterators.CommonIterator<T>): AsyncIterable<T> {
  return {
    async * [Symbol.asyncIterator] () {
      for (let result = await iterator.next(); !result.done; result = await iterator.next()) yield result.value
    },
  }
}
