/** The gRPC connection to one peer. */
import { ChannelCredentials, Client } from '@grpc/grpc-js'

export interface PeerAddress {
  readonly mspId: string
  /** host:port */
  readonly address: string
  /** PEM; the peer's own TLS certificate must come from it. */
  readonly tlsRoot: Uint8Array
  /** The name in the peer's TLS certificate, where it is not the host of the address. */
  readonly hostnameOverride?: string
}

/**
 * The largest message taken from a peer, Fabric's own limit (its `MaxRecvMsgSize`): a block may have as many bytes as
 * the channel's `AbsoluteMaxBytes` and a little more.
 */
const mostBytes = 100 * 1024 * 1024

/** Connects when it is first used, and again whenever the connection was lost. */
export function peerClient ({ address, tlsRoot, hostnameOverride }: PeerAddress): Client {
  return new Client(address, ChannelCredentials.createSsl(Buffer.from(tlsRoot)), {
    'grpc.max_receive_message_length': mostBytes,
    'grpc.max_send_message_length': mostBytes,
    // a peer that vanished without a word; peers refuse to be asked more often than once a minute
    'grpc.keepalive_time_ms': 75_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.min_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
    ...hostnameOverride === undefined ? {} : { 'grpc.ssl_target_name_override': hostnameOverride, 'grpc.default_authority': hostnameOverride },
  })
}
