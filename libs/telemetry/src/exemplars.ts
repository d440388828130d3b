import { TraceFlags, trace } from '@opentelemetry/api';

/** One measurement that a trace belongs to: what links a slow bucket of a histogram to a request that was slow. */
export interface Exemplar {
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly atMs: number;
}

/** What a measurement was recorded with. */
interface Measured {
  readonly metric: string;
  readonly value: number;
  /** Upper bounds of the buckets. */
  readonly boundaries: readonly number[];
  readonly labels: Readonly<Record<string, unknown>>;
}

/** The most series that keep exemplars; beyond them new ones keep none. */
const MAX_SERIES = 1_000;

/**
 * Keeps for each bucket of each series of our histograms the latest measurement whose trace is recorded. OpenTelemetry's SDK for
 * JavaScript has no exemplars, so these are ours; the Prometheus endpoint shows them, OTLP cannot.
 */
class Exemplars {
  readonly #bySeries = new Map<string, (Exemplar | undefined)[]>();
  #isKept = false;

  /** From now on measurements are looked at: somebody reads exemplars. */
  keep(): void {
    this.#isKept = true;
  }

  /** Looks whether the measurement was made in a trace that is recorded, and keeps it if so. */
  note({ metric, value, boundaries, labels }: Measured): void {
    if (!this.#isKept) return;
    const context = trace.getActiveSpan()?.spanContext();
    if (context === undefined || (context.traceFlags & TraceFlags.SAMPLED) === 0) return;
    const series = this.#seriesOf(metric, labels);
    if (series === undefined) return;
    const { traceId, spanId } = context;
    series[bucketOf(value, boundaries)] = { value, traceId, spanId, atMs: Date.now() };
  }

  /** The exemplars of a series by bucket; a bucket without one has a hole. */
  of(metric: string, labels: Readonly<Record<string, unknown>>): readonly (Exemplar | undefined)[] {
    return this.#bySeries.get(keyOf(metric, labels)) ?? [];
  }

  #seriesOf(metric: string, labels: Readonly<Record<string, unknown>>): (Exemplar | undefined)[] | undefined {
    const key = keyOf(metric, labels);
    const known = this.#bySeries.get(key);
    if (known !== undefined || this.#bySeries.size >= MAX_SERIES) return known;
    const series: (Exemplar | undefined)[] = [];
    this.#bySeries.set(key, series);
    return series;
  }
}

const SHARED = Symbol.for('attune.telemetry.exemplars');

/** The exemplars of this process: the same for what is loaded before the service and what the service loads, as with OpenTelemetry's API. */
export const exemplars: Exemplars = ((globalThis as { [SHARED]?: Exemplars })[SHARED] ??= new Exemplars());

// The labels of one call site always come in the same order.
function keyOf(metric: string, labels: Readonly<Record<string, unknown>>): string {
  let key = metric;
  for (const name in labels) key += `\n${name}=${labels[name]}`;
  return key;
}

function bucketOf(value: number, boundaries: readonly number[]): number {
  let bucket = 0;
  while (bucket < boundaries.length && value > boundaries[bucket]!) bucket += 1;
  return bucket;
}
