import type { ChannelOptions } from '@grpc/grpc-js';

/** The largest message in either direction. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** The same as settings of a server or of a client. */
export const MESSAGE_SIZE_OPTIONS: ChannelOptions = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
};
