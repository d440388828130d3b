import type { AccessRule, MethodName, ServiceShape } from '@attune/contracts';
import type { IdempotencyStore } from './idempotency';
import type { Handlers } from './types';

/** One service for a server to run. Make it with `serviceOf`, which checks handlers against the definition. */
export interface ServedService {
  readonly definition: ServiceShape;
  // biome-ignore lint/suspicious/noExplicitAny: services of different message types stand in one list
  readonly handlers: { readonly [method: string]: any };
  /** Unary methods that run once per request id: method name to the request's `request_id` field. */
  readonly idempotency?: {
    readonly store: IdempotencyStore;
    readonly methods: Readonly<Record<string, (request: never) => string>>;
  };
  /** Rules of a service that is not in `ACCESS_RULES`; for tests. */
  readonly rules?: Readonly<Record<string, AccessRule>>;
}

/** The unary methods of a service that run once per request id, each with the way to its request's `request_id`. */
export type IdempotentMethods<S> = {
  readonly [K in MethodName<S>]?: (request: Parameters<Handlers<S>[K]>[0]) => string;
};

/** A service with handlers that the compiler checks against its definition; methods without one answer UNIMPLEMENTED. */
export function serviceOf<D extends ServiceShape>(service: {
  readonly definition: D;
  readonly handlers: Partial<Handlers<D>>;
  readonly idempotency?: { readonly store: IdempotencyStore; readonly methods: IdempotentMethods<D> };
  readonly rules?: { readonly [K in MethodName<D>]: AccessRule };
}): ServedService {
  return service as ServedService;
}
