/**
 * The negative suite of ballots once more, checked by noble's arithmetic: where
 * the WebAssembly was not built, every verdict is the same.
 */
import t from 'tap'
import { arithmeticNotice, pointArithmetic, usePortableArithmetic } from '../src/point-arithmetic.ts'

usePortableArithmetic()
t.setTimeout(120_000) // noble takes its time

await import('./cheating-with-copies.ts')
await import('./cheating-with-credentials.ts')
await import('./cheating-with-encodings.ts')
await import('./cheating-with-proofs.ts')
await import('./check-ballots.ts')
await import('./equations.ts')
await import('./membership-proof.ts')

t.test('all of this ran without WebAssembly, and none can be chosen afterwards', async (t) => {
  t.equal(pointArithmetic().name, 'portable')
  t.match(arithmeticNotice(), /without WebAssembly/)
  usePortableArithmetic()
})
