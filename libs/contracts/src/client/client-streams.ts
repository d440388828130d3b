import { once } from 'node:events';
import { AppError } from '@attune/errors';
import type { ServiceError } from '@grpc/grpc-js';
import { errorOf } from '../wire/error-mapping';
import type { CallOptions } from './call-types';
import { callEnded, timed } from './client-telemetry';
import { abortedError, type CalledMethod, headersOf, onAbort, outgoingCall } from './outgoing-call';
import { withRequestId } from './resend';

/** An RPC that answers with a stream, as a function. Leaving the loop early cancels the call. */
export function callServerStream(
  method: CalledMethod,
): (request: unknown, options?: CallOptions) => AsyncIterable<unknown> {
  return async function* (given, options = {}) {
    const startedAtMs = performance.now();
    const call = outgoingCall(method, options);
    const { path, requestSerialize, responseDeserialize } = method.shape;
    const request = withRequestId(method.effect, given);
    const metadata = headersOf(method, call);
    const { deadline } = call;
    const sent = method.channel.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      {
        deadline,
      },
    );
    const forget = onAbort(call.signals, () => sent.cancel());
    let failure: unknown;
    try {
      for await (const message of sent) yield message;
    } catch (error) {
      failure = translated(error, method, call.signals);
      throw failure;
    } finally {
      callEnded(method.name, startedAtMs, failure);
      forget();
      sent.cancel();
    }
  };
}

/** An RPC whose request is a stream, as a function. It stops reading its input as soon as the server has answered. */
export function callClientStream(
  method: CalledMethod,
): (requests: AsyncIterable<unknown>, options?: CallOptions) => Promise<unknown> {
  return (requests, options = {}) => timed(method.name, () => sendAll(method, requests, options));
}

async function sendAll(method: CalledMethod, requests: AsyncIterable<unknown>, options: CallOptions): Promise<unknown> {
  const call = outgoingCall(method, options);
  const { path, requestSerialize, responseDeserialize } = method.shape;
  const answered = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const sent = method.channel.makeClientStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    headersOf(method, call),
    { deadline: call.deadline },
    (failure, answer) => {
      answered.abort();
      if (failure === null) resolve(answer);
      else reject(translated(failure, method, call.signals));
    },
  );
  const forget = onAbort(call.signals, () => sent.cancel());
  const input = requests[Symbol.asyncIterator]();
  const send = async () => {
    for (let next = await input.next(); !next.done && !answered.signal.aborted; next = await input.next()) {
      if (!sent.write(next.value)) await once(sent, 'drain', { signal: answered.signal }).catch(() => undefined);
    }
    sent.end();
  };
  send().catch((error) => {
    // The input failed, not the call: its own error is what the caller must see.
    reject(error);
    sent.cancel();
  });
  try {
    return await promise;
  } finally {
    forget();
    input.return?.()?.catch(() => undefined);
  }
}

function translated(error: unknown, method: CalledMethod, signals: readonly AbortSignal[]): unknown {
  if (error instanceof AppError) return error;
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) return abortedError(aborted);
  return typeof (error as ServiceError).code === 'number' ? errorOf(error as ServiceError, method.name) : error;
}
