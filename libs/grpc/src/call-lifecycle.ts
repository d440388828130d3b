import { CALLER_HEADER, deadlineError, headerOf, requestIdOf, statusOf } from '@attune/contracts';
import { AppError, toAppError } from '@attune/errors';
import { type Metadata, type ServerUnaryCall, type StatusObject, status } from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import { authorize } from './access';
import { ServerCallContext } from './call-context';
import { callDuration, type ServedMethod, type ServerState } from './served-method';

const RETRY_WHEN_FULL_MS = 250;

/** What calls of all kinds have in common. */
type IncomingCall = Pick<ServerUnaryCall<Buffer, Buffer>, 'metadata' | 'getDeadline'> & {
  on(event: 'cancelled', listener: () => void): unknown;
};

/** One call from its arrival to its answer. */
export class ServedCall {
  readonly ctx: ServerCallContext;
  readonly #metadata: Metadata;
  readonly #hasDeadline: boolean;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;

  /** `onGivenUp` answers a call that is cancelled or out of time while its handler still runs. */
  constructor(
    readonly state: ServerState,
    readonly method: ServedMethod,
    call: IncomingCall,
    onGivenUp: (error: AppError) => void,
  ) {
    const { metadata } = call;
    const given = Number(call.getDeadline());
    this.#metadata = metadata;
    this.#hasDeadline = Number.isFinite(given);
    const deadline = this.#hasDeadline ? given : Date.now() + method.defaultDeadlineMs;
    const caller = headerOf(metadata, CALLER_HEADER);
    this.ctx = new ServerCallContext(method.name, requestIdOf(metadata), caller, new Date(deadline), state.logger);
    const giveUp = (reason?: AppError) => {
      if (this.#settled) return;
      this.ctx.abort(reason);
      onGivenUp(this.ctx.abortReason!);
    };
    call.on('cancelled', () => giveUp());
    // A timer may come a moment before the clock says so.
    if (!this.#hasDeadline) this.#timer = setTimeout(() => giveUp(deadlineError()), method.defaultDeadlineMs);
    trace.getActiveSpan()?.setAttribute('attune.request_id', this.ctx.requestId);
    state.inFlight += 1;
  }

  /** Refuses a call that may not start: too many at once, no right to it, no deadline or a passed one. */
  admit(): void {
    const { state, method, ctx } = this;
    if (state.inFlight > state.maxConcurrentCalls) {
      const message = `the server is busy with ${state.maxConcurrentCalls} calls`;
      throw new AppError('exhausted.calls', message, { retryAfterMs: RETRY_WHEN_FULL_MS });
    }
    if (state.tokens !== undefined) authorize(state.tokens, method.rule, this.#metadata);
    if (ctx.caller !== undefined && !this.#hasDeadline) {
      throw new AppError('invalid.deadline_required', 'a call from inside the fleet must have a deadline', {
        violations: [{ field: 'grpc-timeout', description: 'is missing: set a deadline on the call' }],
      });
    }
    if (ctx.abortReason !== undefined) throw ctx.abortReason;
    if (ctx.deadline.getTime() <= Date.now()) throw deadlineError();
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
    });
    if (error !== undefined) logFailure(this.ctx, error, codeName, ms);
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
    this.state.inFlight -= 1;
    this.state.onRelease();
  }
}

function logFailure(ctx: ServerCallContext, error: AppError, code: string, ms: number): void {
  const details = { code: error.code, status: code, durationMs: Math.round(ms * 10) / 10 };
  const serverFault = code === 'INTERNAL' || code === 'DATA_LOSS';
  if (serverFault) ctx.logger.error({ ...details, err: error }, `call failed: ${error.message}`);
  else if (['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'].includes(code)) {
    ctx.logger.warn({ ...details, cause: messageOf(error.cause) }, `call failed: ${error.message}`);
  } else {
    ctx.logger.info({ ...details, violations: error.violations.slice(0, 5) }, `call refused: ${error.message}`);
  }
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : undefined);
