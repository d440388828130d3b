export { type ClientOptions, createClient } from './client';
export { type IdempotencyKey, type IdempotencyStore, memoryIdempotencyStore, requestIdReused } from './idempotency';
export { MAX_MESSAGE_BYTES } from './limits';
export { isLoopback, splitAddress } from './listen-address';
export {
  type GrpcServer,
  type GrpcServerOptions,
  type IdempotentMethods,
  type ServedService,
  serviceOf,
  startGrpcServer,
} from './server';
export type { CallContext, CallOptions, Client, Handlers, MethodName, ParentCall, ServiceShape } from './types';
export { MAX_ID_CHARS, type NumberRule, type TextRule, type TimeRule, Validator, validate } from './validate';
