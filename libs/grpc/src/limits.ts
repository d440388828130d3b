import type { ChannelOptions } from '@grpc/grpc-js';

/** The largest message in either direction. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const minutes = (count: number) => count * 60_000;

/** How long a call from outside the fleet may take when it does not say: unary calls and client streams. */
export const DEFAULT_UNARY_DEADLINE_MS = 30_000;
/** The same for server streams, which watch something that lasts. */
export const DEFAULT_STREAM_DEADLINE_MS = minutes(60);

const MESSAGE_SIZE: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
};

/** Settings of every server's connections. */
export const SERVER_OPTIONS: ChannelOptions = {
  ...MESSAGE_SIZE,
  'grpc.max_concurrent_streams': 1_000,
  // Clients reconnect now and then, so that pods that joined later get their share of the calls.
  'grpc.max_connection_age_ms': minutes(5),
  // Streams that were open when a connection grew old end by their own deadline.
  'grpc.max_connection_age_grace_ms': DEFAULT_STREAM_DEADLINE_MS,
  'grpc.max_connection_idle_ms': minutes(5),
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** Settings of every client's connection. */
export const CLIENT_OPTIONS: ChannelOptions = {
  ...MESSAGE_SIZE,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A server that restarts is found again within a second.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  // No retry policy here: retries are ours (resend.ts), because they look at the request. What grpc-js does by itself stays:
  // it sends a call again that a closing connection never took.
  // A name that resolves to several pods spreads the calls over them.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] }),
};
