import { once } from 'node:events';
import { trailersOf } from '@attune/contracts';
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  ServerReadableStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { ServedCall } from './call-lifecycle';
import { decodeRequest, encodeResponse, handlerOf, type ServedMethod, type ServerState } from './served-method';

/** Serves an RPC that answers with a stream; no message is asked of the handler before the one before it was taken. */
export function serveServerStream(state: ServerState, method: ServedMethod): handleServerStreamingCall<Buffer, Buffer> {
  return (call) => {
    const fail = (failure: unknown) => {
      const answer = served.fail(failure);
      if (answer !== undefined && !call.destroyed) call.emit('error', answer);
    };
    const served = new ServedCall(state, method, call, fail);
    sendAll(served, call)
      .then(() => {
        if (served.succeed()) call.end(trailersOf(served.ctx.requestId));
      })
      .catch(fail)
      .finally(() => served.release());
  };
}

async function sendAll(served: ServedCall, call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
  const { method, ctx } = served;
  served.admitStream();
  const handler = handlerOf(method);
  const messages: AsyncIterator<unknown> = handler(decodeRequest(method, call.request), ctx)[Symbol.asyncIterator]();
  const orAbort = abortable(ctx.signal);
  try {
    for (;;) {
      const next = await orAbort(messages.next());
      if (next.done === true) return;
      if (!call.write(encodeResponse(method, next.value))) await orAbort(once(call, 'drain'));
    }
  } catch (error) {
    // Not awaited: a generator that still waits for its next message would hold the call.
    messages.return?.().catch(() => undefined);
    throw error;
  }
}

/** Waits for one promise after the other, each given up when the signal aborts. Promise.race would keep every loser. */
function abortable(signal: AbortSignal): <T>(promise: Promise<T>) => Promise<T> {
  let giveUp: (reason: unknown) => void = () => undefined;
  signal.addEventListener('abort', () => giveUp(signal.reason), { once: true });
  return (promise) =>
    new Promise((resolve, reject) => {
      giveUp = reject;
      if (signal.aborted) reject(signal.reason);
      promise.then(resolve, reject);
    });
}

/** Serves an RPC whose request is a stream. */
export function serveClientStream(state: ServerState, method: ServedMethod): handleClientStreamingCall<Buffer, Buffer> {
  return (call, callback) => {
    const fail = (failure: unknown) => {
      const answer = served.fail(failure);
      if (answer !== undefined) callback(answer);
    };
    const served = new ServedCall(state, method, call, fail);
    const answer = async () => {
      served.admitStream();
      return encodeResponse(method, await handlerOf(method)(decodeAll(served, call), served.ctx));
    };
    answer()
      .then((bytes) => {
        if (served.succeed()) callback(null, bytes, trailersOf(served.ctx.requestId));
      })
      .catch(fail)
      .finally(() => served.release());
  };
}

async function* decodeAll(served: ServedCall, call: ServerReadableStream<Buffer, Buffer>): AsyncGenerator<unknown> {
  try {
    for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decodeRequest(served.method, bytes);
  } catch (error) {
    throw served.ctx.abortReason ?? error;
  }
}
