import { AppError } from '@attune/errors';
import { errorOf } from '../wire/error-mapping';
import type { CallOptions } from './call-types';
import { abortedError, type CalledMethod, headersOf, type OutgoingCall, onAbort, outgoingCall } from './outgoing-call';
import { backOff, mayResend, withRequestId } from './resend';

type Attempt = (signals: readonly AbortSignal[]) => Promise<unknown>;

/** A unary RPC as a function. */
export function callUnary(method: CalledMethod): (request: unknown, options?: CallOptions) => Promise<unknown> {
  return async (given, options = {}) => {
    const call = outgoingCall(method, options);
    const request = withRequestId(method.effect, given);
    // Encoded once, whatever the number of attempts.
    const bytes = encodeRequest(method, request);
    const attempt: Attempt = (signals) => sendOnce(method, call, bytes, signals);
    const { hedge } = options;
    const send: Attempt =
      hedge !== undefined && method.effect === 'read' ? (signals) => hedged(attempt, hedge, signals) : attempt;
    return mayResend(method.effect, request) ? persistently(send, call) : send(call.signals);
  };
}

function encodeRequest(method: CalledMethod, request: unknown): Buffer {
  try {
    return method.shape.requestSerialize(request);
  } catch (cause) {
    throw new AppError('invalid.message', `the request is not a valid message of ${method.name}`, { cause });
  }
}

async function persistently(send: Attempt, call: OutgoingCall): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(call.signals);
    } catch (error) {
      if (!(await backOff(attempt, error, call))) throw error;
    }
  }
}

const sameBytes = (bytes: Buffer) => bytes;

function sendOnce(
  method: CalledMethod,
  call: OutgoingCall,
  bytes: Buffer,
  signals: readonly AbortSignal[],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { path, responseDeserialize } = method.shape;
    const options = { deadline: call.deadline };
    const metadata = headersOf(method, call);
    const sent = method.channel.makeUnaryRequest(
      path,
      sameBytes,
      responseDeserialize,
      bytes,
      metadata,
      options,
      (failure, answer) => {
        forget();
        const aborted = failure === null ? undefined : signals.find((signal) => signal.aborted);
        if (aborted !== undefined) reject(abortedError(aborted));
        else if (failure !== null) reject(errorOf(failure, method.name));
        else resolve(answer);
      },
    );
    const forget = onAbort(signals, () => sent.cancel());
  });
}

/** Sends again after a delay without an answer; the first answer wins and the others are cancelled. */
async function hedged(
  attempt: Attempt,
  { delayMs, maxAttempts = 2 }: NonNullable<CallOptions['hedge']>,
  signals: readonly AbortSignal[],
): Promise<unknown> {
  const done = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const later = (index: number) =>
    new Promise((resolve, reject) => {
      const start = () => attempt([...signals, done.signal]).then(resolve, reject);
      if (index === 0) start();
      else timers.push(setTimeout(start, index * delayMs));
    });
  const first = later(0);
  const rest = Array.from({ length: maxAttempts - 1 }, (_, index) => later(index + 1));
  try {
    // A failure of the first is an answer too: hedging is for slowness, retries are for failures.
    return await Promise.race([first, Promise.any(rest).catch(() => first)]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    done.abort();
  }
}
