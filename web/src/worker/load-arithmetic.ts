/** Fetches the WebAssembly of `protocol/wasm` and has points checked with it, or without where the browser refuses. */
import { type PointArithmetic, useWasmBuilds } from '../../../protocol/src/point-arithmetic.ts'
import type { WasmBuild } from '../../../protocol/src/wasm-points.ts'

const builds: Readonly<Record<WasmBuild, URL>> = {
  fused: new URL('../../../protocol/wasm/build/fused.wasm', import.meta.url),
  wasm: new URL('../../../protocol/wasm/build/points.wasm', import.meta.url),
}

/** What does not come or does not compile is left out; all give the same verdicts. */
export async function loadArithmetic (): Promise<PointArithmetic['name']> {
  const [fused, wasm] = await Promise.all([compile(builds.fused), compile(builds.wasm)])
  return useWasmBuilds({ ...fused === undefined ? {} : { fused }, ...wasm === undefined ? {} : { wasm } })
}

async function compile (url: URL): Promise<WebAssembly.Module | undefined> {
  try {
    const response = await fetch(url, { credentials: 'omit' })
    return response.ok ? await WebAssembly.compile(await response.arrayBuffer()) : undefined
  } catch {
    return undefined
  }
}
