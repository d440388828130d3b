import { AppError, isAppError } from '@attune/errors';
import { errorOf } from '../wire/error-mapping';
import type { CallOptions } from './call-types';
import { hedgeEnded, timed } from './client-telemetry';
import { type HedgePlan, hedged } from './hedging';
import { abortedError, type CalledMethod, headersOf, type OutgoingCall, onAbort, outgoingCall } from './outgoing-call';
import { backOff, isWorthResending, mayResend, withRequestId } from './resend';

type Send = () => Promise<unknown>;

const NO_OPTIONS: CallOptions = {};
/** Before enough is known of a method, a part of the time that is left counts as slow. */
const SLOW_SHARE = 0.25;
const LEAST_HEDGE_DELAY_MS = 2;

/** A unary RPC as a function. */
export function callUnary(method: CalledMethod): (request: unknown, options?: CallOptions) => Promise<unknown> {
  return (given, options = NO_OPTIONS) => timed(method.name, () => callOnce(method, given, options));
}

async function callOnce(method: CalledMethod, given: unknown, options: CallOptions): Promise<unknown> {
  const call = outgoingCall(method, options);
  const request = withRequestId(method.effect, given);
  // Encoded once, whatever the number of attempts.
  const bytes = encodeRequest(method, request);
  method.shared.hedges.called();
  const plan = method.mayHedge ? hedgePlan(method, call, options) : undefined;
  const send: Send =
    plan === undefined
      ? () => sendOnce(method, call, bytes, call.signals)
      : () => sendHedged(method, call, bytes, plan);
  const isResent = options.resend !== false && mayResend(method.effect, request);
  return isResent ? persistently(send, method, call) : send();
}

function encodeRequest(method: CalledMethod, request: unknown): Buffer {
  try {
    return method.shape.requestSerialize(request);
  } catch (cause) {
    throw new AppError('invalid.message', `the request is not a valid message of ${method.name}`, { cause });
  }
}

async function persistently(send: Send, method: CalledMethod, call: OutgoingCall): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isWorthResending(error) || !(await backOff(attempt, error, method, call))) throw error;
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
  const { channel, shape, shared, latencies } = method;
  const startedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = channel.makeUnaryRequest(
      shape.path,
      sameBytes,
      shape.responseDeserialize,
      bytes,
      headersOf(method, call),
      { deadline: call.deadline },
      (failure, answer) => {
        forget();
        if (failure === null) {
          shared.retries.succeeded();
          latencies.add(performance.now() - startedAtMs);
          resolve(answer);
          return;
        }
        const aborted = signals.find((signal) => signal.aborted);
        const error = aborted === undefined ? errorOf(failure, method.name) : abortedError(aborted);
        if (isAppError(error, 'unavailable') || isAppError(error, 'exhausted')) shared.retries.failed();
        reject(error);
      },
    );
    const forget = onAbort(signals, () => sent.cancel());
  });
}

function hedgePlan({ latencies, shared, name }: CalledMethod, call: OutgoingCall, { hedge }: CallOptions) {
  if (hedge === false) return undefined;
  // Asked for by the caller, it is sent to the same endpoint again where there is no other.
  if (hedge !== undefined) {
    return { delayMs: hedge.delayMs, maxAttempts: hedge.maxAttempts ?? 2, mayHedge: () => true } satisfies HedgePlan;
  }
  if (shared.board.readyCount < 2) return undefined;
  const mayHedge = () => {
    if (shared.board.readyCount < 2) return false;
    if (shared.retries.allows && shared.hedges.take()) return true;
    hedgeEnded(name, 'throttled');
    return false;
  };
  const leftMs = call.deadline - Date.now();
  const slowMs = latencies.slowMs() ?? leftMs * SLOW_SHARE;
  const delayMs = Math.max(LEAST_HEDGE_DELAY_MS, Math.min(slowMs, leftMs * SLOW_SHARE));
  return { delayMs, maxAttempts: 2, mayHedge } satisfies HedgePlan;
}

function sendHedged(method: CalledMethod, call: OutgoingCall, bytes: Buffer, plan: HedgePlan): Promise<unknown> {
  const startedAtMs = performance.now();
  return hedged((isDone) => sendOnce(method, call, bytes, [...call.signals, isDone]), {
    ...plan,
    onHedge: () => hedgeEnded(method.name, 'sent'),
    onWon: (attempt) => {
      if (attempt === 1) return;
      hedgeEnded(method.name, 'won');
      // The first attempt took at least so long, and is not known otherwise: without it, slow would seem ever faster.
      method.latencies.add(performance.now() - startedAtMs);
    },
  });
}
