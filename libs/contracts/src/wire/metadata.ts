import { randomUUID } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';

/** The header that names the service of the fleet that calls. Its presence means that a deadline is required. */
export const CALLER_HEADER = 'attune-caller';

/** The header and trailer that carry the request id. */
export const REQUEST_ID_HEADER = 'attune-request-id';

/** The trailer that carries a `google.rpc.Status`. */
export const STATUS_DETAILS_TRAILER = 'grpc-status-details-bin';

const USABLE_ID = /^[\x21-\x7e]{1,128}$/;

/** The first text value of a header. */
export function headerOf(metadata: Metadata, name: string): string | undefined {
  const value = metadata.get(name)[0];
  return typeof value === 'string' ? value : undefined;
}

/** The caller's request id, or a new one where there is none that can be logged and sent back. */
export function requestIdOf(metadata: Metadata): string {
  const given = headerOf(metadata, REQUEST_ID_HEADER);
  return given !== undefined && USABLE_ID.test(given) ? given : randomUUID();
}

/** Trailers of every answer: they carry the request id, so that a caller without one learns what to search the logs for. */
export function trailersOf(requestId: string): Metadata {
  const metadata = new Metadata();
  metadata.set(REQUEST_ID_HEADER, requestId);
  return metadata;
}
