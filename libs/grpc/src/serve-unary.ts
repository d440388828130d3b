import { createHash } from 'node:crypto';
import { trailersOf } from '@attune/contracts';
import type { handleUnaryCall } from '@grpc/grpc-js';
import { ServedCall } from './call-lifecycle';
import { decodeRequest, encodeResponse, handlerOf, type ServedMethod, type ServerState } from './served-method';

/** Serves a unary RPC. Requests and answers pass grpc-js as bytes, because it answers a malformed message with INTERNAL. */
export function serveUnary(state: ServerState, method: ServedMethod): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const fail = (failure: unknown) => {
      const answer = served.fail(failure);
      if (answer !== undefined) callback(answer);
    };
    const served = new ServedCall(state, method, call, fail);
    served.enter(() => {
      answerOf(served, call.request)
        .then((bytes) => {
          if (served.succeed()) callback(null, bytes, trailersOf(served.ctx.requestId));
        })
        .catch(fail)
        .finally(() => served.release());
    });
  };
}

async function answerOf(served: ServedCall, bytes: Buffer): Promise<Buffer> {
  const { method, ctx } = served;
  const handler = handlerOf(method);
  const request = decodeRequest(method, bytes);
  const { idempotency } = method;
  const requestId = idempotency?.requestIdOf(request as never) ?? '';
  if (idempotency === undefined || requestId === '') return encodeResponse(method, await handler(request, ctx));
  const requestHash = createHash('sha256').update(bytes).digest('hex');
  const key = { method: method.shape.path, requestId, requestHash };
  const answer = await idempotency.store.run(key, async () => encodeResponse(method, await handler(request, ctx)));
  return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
}
