/**
 * Does the work for all items at once. When one fails, the others come to their end first: nobody who
 * then cleans up meets a process that was started after all.
 * @throws what the first of the failed ones (in the order of the items) threw
 */
export async function inParallel<T, R> (items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const outcomes = await Promise.allSettled(items.map(work))
  return outcomes.map(outcome => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}
