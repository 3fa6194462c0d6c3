/** `up` as a process of its own, to be killed: node up.ts '{"dataFolder": …}' */
import { bringUp, type BringUpOptions } from '../../src/bring-up.ts'
import { printed } from '../../src/progress.ts'

const [options = '{}'] = process.argv.slice(2)
await bringUp({ ...JSON.parse(options) as BringUpOptions, progress: printed() })
