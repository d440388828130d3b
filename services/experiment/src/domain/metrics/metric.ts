/** What is counted of one unit over a stretch of time. Everything that metrics are made of. */
export type Measure =
  /** Events of a type, whatever slate they come from: how many, the sum of their values, or 1 where there is any. */
  | { readonly of: 'events'; readonly type: string; readonly what: 'count' | 'sum' | 'any' }
  /** Events of a type that carry a value. */
  | { readonly of: 'valued_events'; readonly type: string }
  /** Slates: how many, how many of them were degraded, how many items they had. */
  | { readonly of: 'slates'; readonly what: 'count' | 'degraded' | 'items' }
  /** What slates led to within the attribution window: slates with any event of the type, or all such events. */
  | { readonly of: 'slate_events'; readonly type: string; readonly what: 'slates_with' | 'count' };

/** What every metric says of itself. */
interface Described {
  readonly name: string;
  readonly description: string;
  readonly higherIsBetter: boolean;
}

/** Something that experiments are measured by. Alternatives differ in what they need of the facts. */
export type Metric = Described &
  (
    | { readonly kind: 'mean'; readonly measure: Measure }
    /** The share of units whose measure is 1. */
    | { readonly kind: 'proportion'; readonly measure: Measure }
    | { readonly kind: 'ratio'; readonly numerator: Measure; readonly denominator: Measure }
    | { readonly kind: 'quantile'; readonly of: QuantileField; readonly probability: number }
    /** The share of units that are seen again on the day that begins so many days after their first exposure. */
    | { readonly kind: 'retention'; readonly days: number }
  );

/** A metric that has no name yet. */
export type Nameless = Metric extends infer One ? (One extends Metric ? Omit<One, 'name'> : never) : never;

/** What quantiles are taken of: a value per slate or per event. */
export type QuantileField = 'latency_ms' | 'view_seconds';

/** A set of metrics that are made alike. */
export interface MetricFamily {
  /** How names of the family look, for people. */
  readonly pattern: string;
  /** The metrics that are listed by name. */
  readonly metrics: readonly Metric[];
  /** The metric of a name that follows the pattern; undefined for other names. */
  readonly find: (name: string) => Metric | undefined;
}
