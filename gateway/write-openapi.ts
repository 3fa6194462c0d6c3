/** Writes gateway/openapi.json; a test says when it is out of date. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeApi } from './src/describe-api.ts'

await writeFile(join(import.meta.dirname, 'openapi.json'), await describeApi())
