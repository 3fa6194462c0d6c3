// Makes protocol/wasm/build/points.wasm of protocol/wasm/source by AssemblyScript, where
// it is missing or made of other sources. Plain JavaScript for any Node: it runs at install.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../protocol/wasm/', import.meta.url))
const built = `${folder}build/points.wasm`
const stamp = `${folder}build/points.made-of`
const options = ['-O3', '--noAssert', '--initialMemory', '26', '--maximumMemory', '26', '--runtime', 'stub', '--use', 'abort=']

/** Hash of everything the build depends on. */
function fingerprint () {
  const hash = createHash('sha256')
  const add = (path) => hash.update(`${path}\n`).update(readFileSync(`${folder}${path}`))
  for (const name of readdirSync(`${folder}source`).sort()) add(`source/${name}`)
  hash.update(options.join(' '))
  const { version } = JSON.parse(readFileSync(`${folder}../../node_modules/assemblyscript/package.json`, 'utf8'))
  return hash.update(version).digest('hex')
}

function isCurrent (wanted) {
  try {
    readFileSync(built)
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
  // several processes may build at once; each moves a whole file into place
  const draft = `build/points.${process.pid}.wasm`
  const { error, stderr } = await asc.main(['source/index.ts', '--baseDir', folder, '--outFile', draft, ...options])
  if (error !== null) throw new Error(`AssemblyScript could not compile protocol/wasm/source:\n${stderr.toString()}`)
  renameSync(`${folder}${draft}`, built)
  writeFileSync(stamp, wanted)
}

const wanted = fingerprint()
if (!isCurrent(wanted)) await build(wanted)
