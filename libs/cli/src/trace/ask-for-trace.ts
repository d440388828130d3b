import type { monitoring } from '@attune/contracts';
import { AppError, isAppError } from '@attune/errors';
import type { CliContext } from '../context';
import { patiently } from './patiently';
import { treeOf } from './trace-tree';
import { endOf, type TracedSpan } from './traced-span';

const DAY_MS = 24 * 3_600_000;
/** Services send spans a second after they end; what comes later than this comes with trouble. */
const PATIENCE_MS = 5_000;
const SETTLED_MS = 2_500;
const HOW_TO_BE_SURE = 'scripts/attune recommend --trace records the trace of one slate for certain';

/** What somebody asked for: a trace, or the decision whose trace it is. */
export interface AskedTrace {
  readonly traceId: string;
  readonly decision?: { readonly decisionId: string; readonly decidedAt?: Date };
}

/** The trace of a decision, which may only just have been made. */
export async function traceOfDecision(context: CliContext, decisionId: string): Promise<AskedTrace> {
  const store = context.client('feature-store');
  const { decision } = await patiently(() => store.getDecision({ decisionId }), {
    patienceMs: PATIENCE_MS,
    willDo: () => true,
    isWorthIt: (error) => isAppError(error, 'not_found'),
  });
  const { traceId, decidedAt } = decision ?? {};
  if (traceId) return { traceId, decision: { decisionId, decidedAt } };
  throw new AppError('failed_precondition.no_trace', `decision ${decisionId} was made while nobody traced`);
}

/** The spans that the monitoring service has of a trace; those that are still on their way are waited for. */
export async function askForTrace(
  context: CliContext,
  asked: AskedTrace,
  now: () => Date,
): Promise<readonly TracedSpan[]> {
  const { traceId, decision } = asked;
  const client = context.client('monitoring');
  const isOld = decision?.decidedAt !== undefined && now().getTime() - decision.decidedAt.getTime() > 2 * PATIENCE_MS;
  try {
    return await patiently(async () => spansOf(traceId, await client.getTrace({ traceId })), {
      patienceMs: PATIENCE_MS,
      willDo: (spans) => isWhole(spans, now()),
      isWorthIt: (error) =>
        !isOld && (isAppError(error, 'not_found') || isAppError(error, 'failed_precondition.no_traces')),
    });
  } catch (error) {
    throw isAppError(error, 'not_found') ? notFound(asked, error, now()) : error;
  }
}

// a root may be in a process that keeps nothing; what ended long ago gets no more spans
function isWhole(spans: readonly TracedSpan[], now: Date): boolean {
  const { roots } = treeOf(spans);
  const lastEnd = Math.max(...spans.map(endOf));
  return roots.length > 0 && now.getTime() - lastEnd > SETTLED_MS;
}

function notFound({ traceId, decision }: AskedTrace, error: AppError, now: Date): AppError {
  if (decision === undefined) return new AppError(error.code, `${error.message}. ${HOW_TO_BE_SURE}`, { cause: error });
  const { decisionId, decidedAt } = decision;
  const isTooOld = decidedAt !== undefined && now.getTime() - decidedAt.getTime() > DAY_MS;
  const why = isTooOld
    ? `was made at ${decidedAt.toISOString()}, and spans are kept for a day`
    : `was not recorded (trace ${traceId}): only a share of traces is, by OTEL_TRACES_SAMPLER_ARG. ${HOW_TO_BE_SURE}`;
  return new AppError(error.code, `decision ${decisionId} ${why}`, { cause: error });
}

function spansOf(traceId: string, { spans }: monitoring.GetTraceResponse): readonly TracedSpan[] {
  return spans.map(({ startedAt, startedFractionMs, parentSpanId, ...span }) => ({
    ...span,
    ...(parentSpanId !== '' && { parentSpanId }),
    traceId,
    startedAtMs: (startedAt?.getTime() ?? 0) + startedFractionMs,
  }));
}
