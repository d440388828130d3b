import type { AppError } from '@attune/errors';
import type { Logger } from '@attune/telemetry';
import type { ServerCallContext } from './call-context';

/** Logs a failed call: louder where the server is at fault. */
export function logFailure(ctx: ServerCallContext, error: AppError, code: string, ms: number): void {
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

const REFUSALS_EVERY_MS = 1_000;

/** Logs refusals by the second: a line for each of thousands would cost more than the refusals. */
export class RefusalLog {
  #count = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly logger: Logger,
    private readonly stopwatch: () => number,
  ) {}

  /** A call was refused. */
  note({ code, retryAfterMs }: AppError): void {
    this.#count += 1;
    const nowMs = this.stopwatch();
    if (nowMs - this.#loggedAtMs < REFUSALS_EVERY_MS) return;
    this.logger.warn(
      { code, retryAfterMs, calls: this.#count },
      'calls refused: more come than can be answered in time',
    );
    this.#count = 0;
    this.#loggedAtMs = nowMs;
  }
}
