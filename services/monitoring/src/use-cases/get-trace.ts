import { AppError } from '@attune/errors';
import type { KeptSpan } from '../domain/traces/kept-span';
import type { SpanStore } from '../trace-ports';

/** Reads a trace. */
export type GetTrace = (traceId: string) => Promise<readonly KeptSpan[]>;

/** Makes the use case. Where there is no such trace, it says what may be the reason. */
export function makeGetTrace(use: {
  readonly spans: Pick<SpanStore, 'ofTrace' | 'isEmpty'>;
  readonly isReceiving: boolean;
  readonly keptHours: number;
}): GetTrace {
  return async (traceId) => {
    const found = await use.spans.ofTrace(traceId);
    if (found.length > 0) return inOrder(found);
    if (!use.isReceiving) {
      throw new AppError(
        'failed_precondition.traces_not_received',
        'the monitoring service receives no traces: set ATTUNE_MONITORING_OTLP_PORT and send them there, or look where OTEL_EXPORTER_OTLP_ENDPOINT points',
      );
    }
    if (await use.spans.isEmpty()) {
      throw new AppError(
        'failed_precondition.no_traces',
        `no service has sent a span in ${use.keptHours} hours: start the fleet with "npm start", or set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT for every service`,
      );
    }
    throw new AppError(
      'not_found.trace',
      `no span of trace ${traceId} is kept: either nobody recorded it, for only a share of traces is, or it is older than ${use.keptHours} hours, or there never was one`,
    );
  };
}

// a request that was sent again brought its spans twice
function inOrder(spans: readonly KeptSpan[]): readonly KeptSpan[] {
  const once = new Map(spans.map((span) => [span.spanId, span]));
  return [...once.values()].sort((a, b) => a.startedAtMs - b.startedAtMs || b.durationMs - a.durationMs);
}
