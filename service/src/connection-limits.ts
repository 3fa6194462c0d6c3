/**
 * What one connection may take of a service that faces the open network: slow clients are cut off, and there are
 * never more connections than the process can hold. Limits of sizes stand with the routes.
 */
import type { Server } from 'node:http'

/** Options for Fastify. Milliseconds. */
export const connectionLimits = {
  /** To receive a whole request in; the answer may take longer. */
  requestTimeout: 30_000,
  /** A socket on which nothing has moved for so long, in either direction: longer than any answer is waited for, and than a stream is silent. */
  connectionTimeout: 120_000,
  http: {
    /** To receive the head of a request in. */
    headersTimeout: 15_000,
    /** How often the two limits above are looked at. */
    connectionsCheckingInterval: 2000,
    maxHeaderSize: 16 * 1024,
  },
} as const

/** A whole university may come at once; beyond that the kernel's queue is the better place to wait in. */
export const mostConnections = 10_000

export function limitConnections (server: Server, most = mostConnections): void {
  server.maxConnections = most
}
