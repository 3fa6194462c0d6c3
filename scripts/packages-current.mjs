// Exit code 0 if node_modules holds what package-lock.json names. Plain JavaScript
// for any Node: it runs before the packages, Node 24 among them, are there.
import { readFileSync } from 'node:fs'

function packages (file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

const installed = packages('node_modules/.package-lock.json')
const missing = Object.entries(packages('package-lock.json')).filter(([path, wanted]) =>
  path.includes('node_modules/') && !wanted.link && !wanted.optional && !wanted.devOptional && !wanted.peer &&
  (installed[path]?.version !== wanted.version || installed[path]?.integrity !== wanted.integrity))
process.exitCode = missing.length === 0 ? 0 : 1
