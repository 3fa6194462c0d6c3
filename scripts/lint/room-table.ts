/**
 * What each room may import. Dependencies point downwards only: a room names
 * here the rooms it stands on, and nothing else of ours is reachable from it.
 */

/** What one room may import. */
export interface Room {
  /** The other rooms its sources may import. */
  readonly rooms: readonly string[]
  /** Rooms that only the sources under a certain path (from the repository's root) may import. */
  readonly roomsUnder?: Readonly<Record<string, readonly string[]>>
  /** The other rooms its tests may import besides; `testFoundations` are always among them. */
  readonly testRooms?: readonly string[]
  /** The npm packages its sources may import; any where this is missing. */
  readonly packages?: readonly string[]
  /** Whether its sources may import Node's own modules; a pattern names the only files that may. */
  readonly builtins: boolean | RegExp
}

/** What the tests of every room may import: they prefer the real part, and the real part stands on these. */
export const testFoundations = ['protocol', 'ledger', 'chaincode', 'network'] as const

/** The rooms by the name of their folder. */
export const rooms: Readonly<Record<string, Room>> = {
  protocol: {
    rooms: [],
    packages: ['@noble/curves', '@noble/hashes', 'canonicalize', 'typebox'],
    builtins: false
  },
  chaincode: {
    rooms: ['protocol'],
    testRooms: ['chain'],
    packages: ['fabric-contract-api', 'fabric-shim', 'fabric-shim-api', 'typebox'],
    builtins: false
  },
  ledger: {
    rooms: ['protocol'],
    // endorsements are collected by the rules that audits judge them by
    roomsUnder: { 'ledger/src/embedded/': ['chaincode'], 'ledger/src/fabric/': ['chain'] },
    testRooms: ['chain'],
    builtins: true
  },
  service: {
    rooms: ['protocol', 'ledger'],
    packages: ['fastify', 'fastify-plugin', 'pino', 'typebox'],
    builtins: true
  },
  gateway: { rooms: ['protocol', 'ledger', 'service'], builtins: true },
  registrar: { rooms: ['protocol', 'ledger', 'service'], builtins: true },
  voter: {
    rooms: ['protocol'],
    testRooms: ['gateway', 'registrar'],
    packages: ['@cloudflare/blindrsa-ts', '@noble/hashes', 'typebox', 'commander', 'yaml'],
    builtins: /^voter\/src\/command[^/]*\.ts$/
  },
  // what whole Fabric blocks prove: computation only, so that auditor and trustee (and others) come to the same verdict
  chain: {
    rooms: ['protocol'],
    packages: ['@hyperledger/fabric-protos', '@noble/curves', '@noble/hashes', '@peculiar/asn1-schema', '@peculiar/asn1-x509', 'google-protobuf', 'typebox'],
    builtins: /^chain\/src\/native-crypto\.ts$/
  },
  trustee: { rooms: ['protocol', 'ledger', 'service', 'chain'], builtins: true },
  auditor: { rooms: ['protocol', 'ledger', 'chain'], builtins: true },
  // only what builds and serves it runs on Node
  web: {
    rooms: ['protocol', 'voter'],
    testRooms: ['gateway', 'registrar'],
    packages: ['lit', 'playwright-core', 'typebox', 'uqr', 'vite'],
    builtins: /^web\/host\/[^/]*\.ts$/
  },
  // the anchor that it publishes is held against what auditors read
  network: { rooms: [], testRooms: ['chain'], builtins: true },
  scripts: {
    rooms: ['protocol', 'chaincode', 'ledger', 'service', 'gateway', 'registrar', 'voter', 'chain', 'trustee', 'auditor', 'web', 'network'],
    builtins: true
  }
}
