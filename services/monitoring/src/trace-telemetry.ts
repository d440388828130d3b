import { meter } from '@attune/telemetry';

const METER = meter('attune.monitoring');

/** What became of a request with spans. */
export type OtlpOutcome = 'taken' | 'busy' | 'too_large' | 'garbage' | 'not_kept' | 'unauthenticated' | 'elsewhere';

const requests = METER.counter('attune.monitoring.otlp_requests', {
  unit: '{request}',
  description: 'Requests with spans, by what became of them',
});
const spans = METER.counter('attune.monitoring.otlp_spans', {
  unit: '{span}',
  description: 'Spans that came in: kept, or malformed and passed over',
});

/** A request with spans was answered. */
export function otlpAnswered(outcome: OtlpOutcome): void {
  requests.add(1, { outcome });
}

/** Spans came in. */
export function spansCameIn(kept: number, malformed: number): void {
  if (kept > 0) spans.add(kept, { outcome: 'kept' });
  if (malformed > 0) spans.add(malformed, { outcome: 'malformed' });
}
