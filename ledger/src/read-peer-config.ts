/** The file that says which peer to read blocks from, and as whom: `peer.json` of an auditor's identity. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Value from 'typebox/value'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { PeerConfig } from './block-source.ts'

/**
 * Files that it names are found relative to it: so the folder of an identity can be handed over whole.
 *
 * @throws ScrutinError `input.malformed`
 */
export async function readPeerConfig (file: string): Promise<PeerConfig> {
  const config = parse(file, await readText(file))
  if (!Value.Check(PeerConfig, config)) {
    const [first] = Value.Errors(PeerConfig, config)
    throw new ScrutinError('input.malformed', `${file}: ${first?.instancePath ?? ''} ${first?.message ?? 'is no peer\'s configuration'}`)
  }
  const beside = (name: string): string => resolve(dirname(file), name)
  return {
    ...config,
    certificate: beside(config.certificate),
    privateKey: beside(config.privateKey),
    peer: { ...config.peer, tlsRootCertificate: beside(config.peer.tlsRootCertificate) },
  }
}

async function readText (file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new ScrutinError('input.malformed', `${file} can't be read`, { cause })
  }
}

function parse (file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ScrutinError('input.malformed', `${file} is not JSON`, { cause })
  }
}
