/** Puts the numbers of the worked example into SPEC.md: `node protocol/test/support/write-worked-example.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { computeWorkedExample } from './compute-worked-example.ts'

export const specUrl = new URL('../../SPEC.md', import.meta.url)
export const exampleBlock = /(<!-- worked example: begin -->\n```text\n)([\s\S]*?)(```\n<!-- worked example: end -->)/

/** Lines of SPEC.md: `name = value`. */
export function exampleLines (): string {
  return [...computeWorkedExample()].map(([name, value]) => `${name} = ${value}\n`).join('')
}

if (process.argv[1] === import.meta.filename) {
  const spec = readFileSync(specUrl, 'utf8')
  if (!exampleBlock.test(spec)) throw new Error('SPEC.md has no place for the worked example')
  writeFileSync(specUrl, spec.replace(exampleBlock, (_, begin: string, __, end: string) => begin + exampleLines() + end))
}
