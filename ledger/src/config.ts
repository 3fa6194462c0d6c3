import Type, { type Static } from 'typebox'

/** How a process reaches the ledger. The same section stands in the configuration file of every service. */
export const LedgerConfig = Type.Union([
  Type.Object({
    kind: Type.Literal('fabric'),
    /** Connection profile (JSON) of the member's own peer. */
    connectionProfile: Type.String({ minLength: 1 }),
    mspId: Type.String({ minLength: 1 }),
    /** PEM files of the Fabric identity that signs. */
    certificate: Type.String({ minLength: 1 }),
    privateKey: Type.String({ minLength: 1 }),
    channel: Type.String({ minLength: 1 }),
    chaincode: Type.String({ minLength: 1 }),
  }, { additionalProperties: false }),
  Type.Object({
    kind: Type.Literal('embedded'),
    /** The SQLite file all processes share. */
    file: Type.String({ minLength: 1 }),
    mspId: Type.String({ minLength: 1 }),
    role: Type.String({ minLength: 1 }),
  }, { additionalProperties: false }),
])
export type LedgerConfig = Static<typeof LedgerConfig>
export type FabricLedgerConfig = Extract<LedgerConfig, { kind: 'fabric' }>
export type EmbeddedLedgerConfig = Extract<LedgerConfig, { kind: 'embedded' }>
