import type { MetadataOptions } from '@grpc/grpc-js';

/**
 * Where the attempts of one call were sent. It travels as the options of the call's metadata, which grpc-js hands on to whatever
 * picks an endpoint, and never on the wire.
 */
export interface CallTrail extends MetadataOptions {
  readonly tried: string[];
  readonly isStream: boolean;
}
