import type { ChannelOptions } from '@grpc/grpc-js';
import { MESSAGE_SIZE_OPTIONS } from '../wire/message-size';

/** Settings of a client's connections; `policy` says how its calls are spread over several endpoints. */
export function channelOptions(policy: object): ChannelOptions {
  return {
    ...MESSAGE_SIZE_OPTIONS,
    // A process that is frozen, or a machine that is gone without a word, loses its connections after five seconds of open calls.
    'grpc.keepalive_time_ms': 2_000,
    'grpc.keepalive_timeout_ms': 3_000,
    // A server that restarts is found again within a second.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
    'grpc.dns_min_time_between_resolutions_ms': 1_000,
    // No retryPolicy and no hedgingPolicy here: ours look at the request (resend.ts), at what is slow lately and at a budget
    // (hedging.ts). What grpc-js does by itself stays: it sends a call again that a closing connection never took.
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [policy], methodConfig: [] }),
  };
}
