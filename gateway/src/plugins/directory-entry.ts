import fp from 'fastify-plugin'
import { enterDirectoryInTime } from '../../../service/src/enter-directory.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the directory on the ledger names this gateway: without it nobody can check its receipts. */
    isInDirectory (): boolean
  }
}

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
    const entry = { kind: 'gateway', keys: app.keys, url: app.config.publicUrl } as const
    isEntered = await enterDirectoryInTime(app.ledger, entry, { log: app.log, signal: stop.signal })
  }
  app.addHook('onReady', async () => { entering = enter() })
  app.addHook('onClose', async () => {
    stop.abort()
    await entering
  })
}, { name: 'directory-entry', dependencies: ['ports'] })
