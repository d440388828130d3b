export { appendReceipt } from './append-receipt';
export { type AskedErasure, consumeErasures, erasureReceipts } from './erasures';
export { type KeptWork, keepDoing } from './keep-doing';
export type { Clock, Platform, PlatformOf, Use } from './platform';
export { type IdempotencyTimes, migrateIdempotencyStore, PostgresIdempotencyStore } from './postgres-idempotency-store';
export { type MainOptions, runMain } from './run-main';
export { Stack, type StackOptions } from './stack';
export { type Composition, type RunningService, type StartOptions, startService } from './start-service';
