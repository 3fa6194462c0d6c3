// Makes protocol/wasm/build/points.wasm, and fused.wasm for machines with relaxed SIMD and fused
// multiply-additions, of protocol/wasm/source by AssemblyScript, where they are missing or made
// of other sources. Plain JavaScript for any Node: it runs at install.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../protocol/wasm/', import.meta.url))
const stamp = `${folder}build/points.made-of`
const common = ['--noAssert', '--initialMemory', '48', '--maximumMemory', '48', '--runtime', 'stub', '--use', 'abort=']
const builds = {
  points: ['-O3', ...common],
  // no more than -O1: what else binaryen does to long runs of vector instructions costs V8 more registers than there are
  fused: ['-O1', '--enable', 'simd', '--enable', 'relaxed-simd', ...common],
}

/** Hash of everything the build depends on. */
function fingerprint () {
  const hash = createHash('sha256')
  const add = (path) => hash.update(`${path}\n`).update(readFileSync(`${folder}${path}`))
  for (const name of readdirSync(`${folder}source`).sort()) add(`source/${name}`)
  hash.update(JSON.stringify(builds))
  const { version } = JSON.parse(readFileSync(`${folder}../../node_modules/assemblyscript/package.json`, 'utf8'))
  return hash.update(version).digest('hex')
}

function isCurrent (wanted) {
  try {
    for (const name of Object.keys(builds)) readFileSync(`${folder}build/${name}.wasm`)
    return readFileSync(stamp, 'utf8') === wanted
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}

async function build (wanted) {
  const { default: asc } = await import('assemblyscript/asc')
  mkdirSync(`${folder}build`, { recursive: true })
  rmSync(stamp, { force: true })
  for (const [name, options] of Object.entries(builds)) {
    // several processes may build at once; each moves a whole file into place
    const draft = `build/${name}.${process.pid}.wasm`
    const { error, stderr } = await asc.main(['source/index.ts', '--baseDir', folder, '--outFile', draft, ...options])
    if (error !== null) throw new Error(`AssemblyScript could not compile protocol/wasm/source:\n${stderr.toString()}`)
    renameSync(`${folder}${draft}`, `${folder}build/${name}.wasm`)
  }
  writeFileSync(stamp, wanted)
}

const wanted = fingerprint()
if (!isCurrent(wanted)) await build(wanted)
