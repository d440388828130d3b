import type { ChannelOptions } from '@grpc/grpc-js';
import { MESSAGE_SIZE_OPTIONS } from '../wire/message-size';

/** Settings of every client's connections. */
export const CLIENT_OPTIONS: ChannelOptions = {
  ...MESSAGE_SIZE_OPTIONS,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A server that restarts is found again within a second.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }], methodConfig: [] }),
};
