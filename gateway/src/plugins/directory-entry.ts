import { setTimeout as sleep } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { enterDirectory } from '../enter-directory.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the directory on the ledger names this gateway: without it nobody can check its receipts. */
    isInDirectory (): boolean
  }
}

const retryMs = 2000

export interface DirectoryEntryOptions {
  /** `false`: the directory is left as it is. */
  readonly enter: boolean
}

/** Enters the gateway in the directory after the start, and tries until it stands there. */
export default fp<DirectoryEntryOptions>(async (app, options) => {
  const stop = new AbortController()
  let isEntered = false
  let entering: Promise<void> | undefined
  app.decorate('isInDirectory', () => isEntered)

  if (!options.enter) return
  const enter = async (): Promise<void> => {
    while (!isEntered && !stop.signal.aborted) {
      try {
        await enterDirectory(app.ledger, app.keys, app.config.publicUrl)
        isEntered = true
      } catch (error) {
        if (stop.signal.aborted) return
        app.log.warn({ err: error }, 'the gateway could not be entered in the directory yet')
        await sleep(retryMs, undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
  }
  app.addHook('onReady', async () => { entering = enter() })
  app.addHook('onClose', async () => {
    stop.abort()
    await entering
  })
}, { name: 'directory-entry', dependencies: ['ports'] })
