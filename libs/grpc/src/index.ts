export { type IdempotencyKey, type IdempotencyStore, memoryIdempotencyStore, requestIdReused } from './idempotency';
export { isLoopback, splitAddress } from './listen-address';
export type { GrpcServer } from './running-server';
export { type GrpcServerOptions, startGrpcServer } from './server';
export { type IdempotentMethods, type ServedService, serviceOf } from './service';
export type { CallContext, Handlers } from './types';
export { MAX_ID_CHARS, type NumberRule, type TextRule, type TimeRule, type Validator, validate } from './validate';
