/**
 * Serves a built booth with its settings: for trying out and for tests. In production any static host does that sets
 * the same headers.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import type { BoothSettings } from '../src/worker/settings.ts'
import { boothHeaders, type ConnectSources } from './headers.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

export interface BoothHost {
  /** What `buildBooth` made. */
  readonly folder: string
  readonly settings: BoothSettings
  /** Where the booth may connect; on one machine, services have no https. */
  readonly connect?: ConnectSources
}

export function boothServer ({ folder, settings, connect }: BoothHost): Server {
  const headers = boothHeaders(connect)
  return createServer((request, response) => {
    void answer(folder, settings, headers, request.method ?? '', request.url ?? '', response).catch(() => { response.destroy() })
  })
}

async function answer (folder: string, settings: BoothSettings, headers: Record<string, string>, method: string, url: string, response: ServerResponse): Promise<void> {
  const send = (status: number, type: string, body: Uint8Array | string, caching = 'no-cache'): void => {
    response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': caching }).end(method === 'HEAD' ? undefined : body)
  }
  if (method !== 'GET' && method !== 'HEAD') return send(405, 'text/plain', '')
  const path = new URL(url, 'http://booth').pathname
  if (path === '/booth.json') return send(200, types['.json']!, JSON.stringify(settings))
  const name = normalize(decodeURIComponent(path === '/' ? '/index.html' : path))
  const type = types[extname(name)]
  const body = type === undefined || name.includes('..') ? undefined : await readFile(join(folder, name)).catch(() => undefined)
  if (body === undefined) return send(404, 'text/plain', '')
  // what stands in assets/ has the hash of its content in its name
  send(200, type!, body, name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
}
