import Type from 'typebox'

/** The section `events` of gateway.json: who may follow what happens, every setting optional. */
export const EventsConfig = Type.Object({
  heartbeatSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 300 })),
  maxClients: Type.Optional(Type.Integer({ minimum: 0 })),
  maxClientsPerAddress: Type.Optional(Type.Integer({ minimum: 0 })),
  /** A client that takes nothing for so long is cut off. */
  slowSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600 })),
  /** So long a client may read what is no longer in memory; then it has to come back, as one more that waits for its turn. */
  replaySeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600 })),
}, { additionalProperties: false })
