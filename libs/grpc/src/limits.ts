import { MESSAGE_SIZE_OPTIONS } from '@attune/contracts';
import type { ChannelOptions } from '@grpc/grpc-js';
import type { AdmissionLimits } from './admission/admission';

const minutes = (count: number) => count * 60_000;

/** How long a call from outside the fleet may take when it does not say: unary calls and client streams. */
export const DEFAULT_UNARY_DEADLINE_MS = 30_000;
/** The same for server streams, which watch something that lasts. */
export const DEFAULT_STREAM_DEADLINE_MS = minutes(60);

/** Settings of every server's connections. */
export const SERVER_OPTIONS: ChannelOptions = {
  ...MESSAGE_SIZE_OPTIONS,
  // What one connection brings is read in one turn of the event loop: the others, and health checks, wait meanwhile.
  'grpc.max_concurrent_streams': 200,
  // Clients reconnect now and then, so that pods that joined later get their share of the calls.
  'grpc.max_connection_age_ms': minutes(5),
  // Streams that were open when a connection grew old end by their own deadline.
  'grpc.max_connection_age_grace_ms': DEFAULT_STREAM_DEADLINE_MS,
  'grpc.max_connection_idle_ms': minutes(5),
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
};

/** Unary calls that one server takes on. */
export const DEFAULT_LIMITS: AdmissionLimits = { maxConcurrent: 256, maxQueued: 1_000, maxWaitMs: 500 };

/** Calls in flight beyond which no stream is opened. */
export const MAX_STREAMS = 2_000;
