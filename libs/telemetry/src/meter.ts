import { type Meter as ApiMeter, type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { exemplars } from './exemplars';
import { safeLabels } from './identifying';

/** What a reader of a metric needs to know. Units are UCUM: `ms`, `By`, `{interaction}`. */
export interface MetricDescription {
  readonly unit: string;
  readonly description: string;
}

/** Counts things that happen. */
export interface Counter {
  add(amount: number, labels?: Attributes): void;
}

/** Collects how values are distributed. */
export interface Histogram {
  record(value: number, labels?: Attributes): void;
}

/** Holds the latest value of something. */
export interface Gauge {
  set(value: number, labels?: Attributes): void;
}

/** Makes the instruments of one subject. Labels must have few values: ids are dropped from them (see `isIdentifying`). */
export interface Meter {
  counter(name: string, description: MetricDescription): Counter;
  histogram(name: string, description: MetricDescription & { readonly boundaries?: readonly number[] }): Histogram;
  gauge(name: string, description: MetricDescription): Gauge;
}

const NO_LABELS: Attributes = {};

/** Whether anybody reads metrics in this process: what costs more than a counter is only measured then. */
export function areMetricsRead(): boolean {
  // The provider of the SDK can be shut down, the one that stands in for it cannot.
  return 'shutdown' in metrics.getMeterProvider();
}

/** The meter of a subject, for instance `attune.serving`. Its instruments work whenever telemetry starts, even later. */
export function meter(name: string): Meter {
  return {
    counter: (metric, description) => {
      const instrument = lazily(name, (api) => api.createCounter(metric, description));
      return { add: (amount, labels) => instrument().add(amount, labels) };
    },
    histogram: (metric, { boundaries, ...description }) => {
      const advice = boundaries === undefined ? {} : { explicitBucketBoundaries: [...boundaries] };
      const instrument = lazily(name, (api) => api.createHistogram(metric, { ...description, advice }));
      return {
        record: (value, labels = NO_LABELS) => {
          instrument().record(value, labels);
          if (boundaries === undefined) return;
          exemplars.note({ metric, value, boundaries, labels: safeLabels(labels) });
        },
      };
    },
    gauge: (metric, description) => {
      const instrument = lazily(name, (api) => api.createGauge(metric, description));
      return { set: (value, labels) => instrument().record(value, labels) };
    },
  };
}

// An instrument made before the SDK has started stays mute for ever, so each is made on first use with the SDK of then.
function lazily<T>(meterName: string, create: (meter: ApiMeter) => T): () => T {
  let provider: MeterProvider | undefined;
  let instrument: T;
  return () => {
    const current = metrics.getMeterProvider();
    if (current !== provider) {
      provider = current;
      instrument = create(current.getMeter(meterName));
    }
    return instrument;
  };
}
