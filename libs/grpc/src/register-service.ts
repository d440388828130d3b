import { accessRuleOf, type MethodShape, type ServiceShape } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Server } from '@grpc/grpc-js';
import { DEFAULT_STREAM_DEADLINE_MS, DEFAULT_UNARY_DEADLINE_MS } from './limits';
import { serveClientStream, serveServerStream } from './serve-streams';
import { serveUnary } from './serve-unary';
import type { ServedMethod, ServerState } from './served-method';
import type { ServedService } from './service';

/** The full name of a service, for instance `attune.serving.v1.ServingService`. */
export function serviceNameOf(definition: ServiceShape): string {
  return Object.values(definition)[0]!.path.split('/')[1]!;
}

/** Registers every method of a service; a method without an access rule is refused. */
export function addService(server: Server, state: ServerState, service: ServedService, unaryDeadlineMs?: number): void {
  for (const [key, shape] of Object.entries(service.definition)) {
    const rule = service.rules?.[key] ?? accessRuleOf(shape.path);
    if (rule === undefined) throw new AppError('internal.access_rule', `${shape.path} has no access rule`);
    const requestIdOf = service.idempotency?.methods[key];
    const method: ServedMethod = {
      name: shape.path.slice(1),
      shape,
      rule,
      isQueued: !shape.requestStream && !shape.responseStream && rule.isCheap !== true,
      defaultDeadlineMs: shape.responseStream
        ? DEFAULT_STREAM_DEADLINE_MS
        : (unaryDeadlineMs ?? DEFAULT_UNARY_DEADLINE_MS),
      handler: service.handlers[key]?.bind(service.handlers),
      idempotency: requestIdOf === undefined ? undefined : { store: service.idempotency!.store, requestIdOf },
    };
    register(server, state, method, shape);
  }
}

function register(server: Server, state: ServerState, method: ServedMethod, shape: MethodShape): void {
  const asBytes = (bytes: Buffer) => bytes;
  const { path, requestStream, responseStream } = shape;
  if (requestStream && responseStream) {
    throw new AppError('internal.bidi', `${path}: streams in both directions are not supported`);
  }
  if (responseStream) server.register(path, serveServerStream(state, method), asBytes, asBytes, 'serverStream');
  else if (requestStream) server.register(path, serveClientStream(state, method), asBytes, asBytes, 'clientStream');
  else server.register(path, serveUnary(state, method), asBytes, asBytes, 'unary');
}
