import { AsyncResource } from 'node:async_hooks';
import { CALLER_HEADER, deadlineError, headerOf, requestIdOf, statusOf } from '@attune/contracts';
import { AppError, isAppError, toAppError } from '@attune/errors';
import { type Metadata, type ServerUnaryCall, type StatusObject, status } from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import { authorize } from './access';
import { ServerCallContext } from './call-context';
import { queueWaited, refused } from './grpc-telemetry';
import { logFailure } from './log-failure';
import { callDuration, type ServedMethod, type ServerState } from './served-method';

const RETRY_WHEN_FULL_MS = 250;

/** The statuses that say that the server failed, and not the caller (OpenTelemetry's conventions for gRPC). */
const SERVER_ERRORS: ReadonlySet<number> = new Set([
  ...[status.UNKNOWN, status.DEADLINE_EXCEEDED, status.UNIMPLEMENTED],
  ...[status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS],
]);

/** What calls of all kinds have in common. */
type IncomingCall = Pick<ServerUnaryCall<Buffer, Buffer>, 'metadata' | 'getDeadline'> & {
  on(event: 'cancelled', listener: () => void): unknown;
};

/** One call from its arrival to its answer. */
export class ServedCall {
  readonly ctx: ServerCallContext;
  readonly #metadata: Metadata;
  readonly #hasDeadline: boolean;
  readonly #onGivenUp: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;
  /** Where the call waits for its place. */
  #withdraw: (() => void) | undefined;
  #beganAtMs: number | undefined;

  /** `onGivenUp` answers a call that is cancelled or out of time while its handler still runs, or that may not begin. */
  constructor(
    readonly state: ServerState,
    readonly method: ServedMethod,
    call: IncomingCall,
    onGivenUp: (error: unknown) => void,
  ) {
    const { metadata } = call;
    const given = Number(call.getDeadline());
    this.#metadata = metadata;
    this.#onGivenUp = onGivenUp;
    this.#hasDeadline = Number.isFinite(given);
    const deadline = this.#hasDeadline ? given : Date.now() + method.defaultDeadlineMs;
    const caller = headerOf(metadata, CALLER_HEADER);
    this.ctx = new ServerCallContext(method.name, requestIdOf(metadata), caller, new Date(deadline), state.logger);
    call.on('cancelled', () => this.#giveUp());
    // A timer may come a moment before the clock says so.
    if (!this.#hasDeadline) this.#timer = setTimeout(() => this.#giveUp(deadlineError()), method.defaultDeadlineMs);
    trace.getActiveSpan()?.setAttribute('attune.request_id', this.ctx.requestId);
    state.inFlight += 1;
  }

  /**
   * Begins a unary call as soon as there is a place for it; refuses it where it may not begin or could not be answered in time.
   * `run` must call `release` at its end.
   */
  enter(run: () => void): void {
    const { state, method } = this;
    try {
      this.#check();
      const leftMs = this.ctx.deadline.getTime() - Date.now();
      if (method.isQueued && !state.admission.tryEnter(leftMs)) {
        // Another call's turn begins this one: bound, its spans and logs are still those of its own caller.
        const comeUp = AsyncResource.bind((error?: AppError) => this.#comeUp(run, error));
        this.#withdraw = state.admission.enqueue(leftMs, comeUp);
        return;
      }
    } catch (error) {
      if (isAppError(error, 'exhausted.overload')) refused(method.name, 'at_once');
      this.#end(error);
      return;
    }
    this.#begin(run);
  }

  /** Refuses a stream that may not start: too many at once, no right to it, no deadline or a passed one. */
  admitStream(): void {
    const { inFlight, maxStreams } = this.state;
    if (inFlight > maxStreams) {
      const message = `the server is busy with ${maxStreams} calls`;
      throw new AppError('exhausted.calls', message, { retryAfterMs: RETRY_WHEN_FULL_MS });
    }
    this.#check();
  }

  #check(): void {
    const { state, method, ctx } = this;
    if (state.tokens !== undefined) authorize(state.tokens, method.rule, this.#metadata);
    if (ctx.caller !== undefined && !this.#hasDeadline) {
      throw new AppError('invalid.deadline_required', 'a call from inside the fleet must have a deadline', {
        violations: [{ field: 'grpc-timeout', description: 'is missing: set a deadline on the call' }],
      });
    }
    if (ctx.abortReason !== undefined) throw ctx.abortReason;
    if (ctx.deadline.getTime() <= Date.now()) throw deadlineError();
  }

  #comeUp(run: () => void, error: AppError | undefined): void {
    this.#withdraw = undefined;
    const waitedMs = performance.now() - this.ctx.startedAt;
    queueWaited(this.method.name, waitedMs);
    if (error === undefined) this.#begin(run);
    else {
      refused(this.method.name, 'after_waiting');
      this.#end(error);
    }
  }

  #begin(run: () => void): void {
    if (this.method.isQueued) this.#beganAtMs = performance.now();
    run();
  }

  #giveUp(reason?: AppError): void {
    if (this.#settled) return;
    this.ctx.abort(reason);
    if (this.#withdraw === undefined) {
      this.#onGivenUp(this.ctx.abortReason);
      return;
    }
    // It never began, and now it never will.
    this.#withdraw();
    this.#end(this.ctx.abortReason);
  }

  #end(error: unknown): void {
    this.#onGivenUp(error);
    this.release();
  }

  /** Counts and logs the outcome of the call, once. Returns whether this was the first time. */
  #settle(code: number, error?: AppError): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    const ms = performance.now() - this.ctx.startedAt;
    const codeName = status[code]!;
    callDuration.record(ms / 1_000, {
      'rpc.system.name': 'grpc',
      'rpc.method': this.method.name,
      'rpc.response.status_code': codeName,
      ...(SERVER_ERRORS.has(code) ? { 'error.type': codeName } : {}),
    });
    if (error?.code === 'exhausted.overload') this.state.refusalLog.note(error);
    else if (error !== undefined) logFailure(this.ctx, error, codeName, ms);
    return true;
  }

  /** Notes the good end of the call; false when it was answered before. */
  succeed(): boolean {
    return this.#settle(status.OK);
  }

  /** The status that tells the caller of a failure; `undefined` when the call was answered before. */
  fail(failure: unknown): StatusObject | undefined {
    // A handler that stopped because it was told to fails with whatever its library throws then.
    const error = failure instanceof AppError ? failure : (this.ctx.abortReason ?? toAppError(failure));
    const answer = statusOf(error, this.ctx.requestId);
    return this.#settle(answer.code!, error) ? answer : undefined;
  }

  /** The handler has ended: its place is free, whenever the call was answered. */
  release(): void {
    if (this.#beganAtMs !== undefined) this.state.admission.leave(performance.now() - this.#beganAtMs);
    this.state.inFlight -= 1;
    this.state.onRelease();
  }
}
