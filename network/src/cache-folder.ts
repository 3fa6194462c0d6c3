/** What can be made again, and is dear to make, is kept outside the work tree. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$XDG_CACHE_HOME/scrutin`, by default `~/.cache/scrutin`. */
export function cacheFolder (): string {
  const cache = process.env['XDG_CACHE_HOME']
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'scrutin')
}

/** For Node processes of our own: they start some seconds of work sooner when the compiled code of an earlier start is kept. */
export function nodeEnvironment (): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile-cache') }
}
