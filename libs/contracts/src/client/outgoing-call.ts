import { randomUUID } from 'node:crypto';
import { AppError } from '@attune/errors';
import { type Client, Metadata } from '@grpc/grpc-js';
import type { Effect } from '../access-rules';
import { cancelledError, deadlineError } from '../wire/call-errors';
import { CALLER_HEADER, REQUEST_ID_HEADER } from '../wire/metadata';
import type { CallTrail } from './balancer/call-trail';
import type { EndpointBoard } from './balancer/endpoint-board';
import type { HedgeBudget, RetryBudget } from './budgets';
import type { CallOptions, MethodShape } from './call-types';
import type { LatencyWindow } from './latency-window';

/** One RPC as a client calls it. */
export interface CalledMethod {
  readonly channel: Client;
  readonly shape: MethodShape;
  readonly name: string;
  readonly caller: string;
  readonly authToken: string | undefined;
  readonly effect: Effect;
  readonly deadlineMs: number;
  /** Whether it may be sent again while the first attempt still runs. */
  readonly mayHedge: boolean;
  readonly latencies: LatencyWindow;
  readonly shared: SharedByMethods;
}

/** What the methods of one client share. */
export interface SharedByMethods {
  readonly board: EndpointBoard;
  readonly retries: RetryBudget;
  readonly hedges: HedgeBudget;
}

const TRACE_HEADER = 'traceparent';
/** What a parent keeps for itself, so that it can still answer after the call that it waits for ran out of time. */
const PARENT_RESERVE_MS = 5;

/** One outgoing call: its deadline, what cancels it and its headers. */
export interface OutgoingCall {
  readonly deadline: number;
  readonly signals: readonly AbortSignal[];
  readonly requestId: string;
  readonly traceParent: string | undefined;
  readonly trail: CallTrail;
}

/** Works out what a call inherits. Throws when there is nothing left to wait for: such a call is never sent. */
export function outgoingCall(method: CalledMethod, options: CallOptions): OutgoingCall {
  const { parent, signal, deadlineMs = method.deadlineMs } = options;
  const now = Date.now();
  const inherited = parent === undefined ? Number.POSITIVE_INFINITY : parent.deadline.getTime() - PARENT_RESERVE_MS;
  const deadline = Math.min(now + deadlineMs, inherited);
  const signals = [signal, parent?.signal].filter((each) => each !== undefined);
  for (const each of signals) if (each.aborted) throw abortedError(each);
  if (deadline <= now) throw deadlineError();
  const requestId = options.requestId ?? parent?.requestId ?? randomUUID();
  const { requestStream, responseStream } = method.shape;
  const trail: CallTrail = { tried: [], isStream: requestStream || responseStream };
  if (options.waitForReady === true) trail.waitForReady = true;
  return { deadline, signals, requestId, traceParent: options.traceParent, trail };
}

/** The headers of one attempt; each has its own, because instrumentation writes into them. */
export function headersOf(method: CalledMethod, call: OutgoingCall): Metadata {
  const metadata = new Metadata(call.trail);
  metadata.set(CALLER_HEADER, method.caller);
  metadata.set(REQUEST_ID_HEADER, call.requestId);
  if (call.traceParent !== undefined) metadata.set(TRACE_HEADER, call.traceParent);
  if (method.authToken !== undefined) metadata.set('authorization', `Bearer ${method.authToken}`);
  return metadata;
}

/** What a call fails with whose signal aborted: the `AppError` that was the reason, or `cancelled.call`. */
export function abortedError(signal: AbortSignal): AppError {
  return signal.reason instanceof AppError ? signal.reason : cancelledError();
}

/** Runs `cancel` when any signal aborts, until the returned function is called. */
export function onAbort(signals: readonly AbortSignal[], cancel: () => void): () => void {
  for (const signal of signals) signal.addEventListener('abort', cancel, { once: true });
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', cancel);
  };
}
