/** Stands for all values of a label beyond its bound. */
const OTHER = 'other';

/** The most values of each label: what bounds the number of series. */
const BOUNDS: Readonly<Record<string, number>> = {
  ...{ model: 50, version: 500, surface: 50, strategy: 30 },
  ...{ variant: 100, segment: 100, feature: 300, word: 100 },
};

/** The values that labels may have: the first that come, up to a bound per label. Those that are not seen any more make room. */
export class BoundedLabels {
  readonly #known: ReadonlyMap<string, Set<string>>;
  readonly #seen = new Map<string, Set<string>>();

  constructor(
    known: Iterable<readonly [name: string, value: string]>,
    bounds: Readonly<Record<string, number>> = BOUNDS,
  ) {
    this.bounds = bounds;
    this.#known = new Map(Object.keys(bounds).map((name) => [name, new Set()]));
    for (const [name, value] of known) this.#known.get(name)?.add(value);
  }

  private readonly bounds: Readonly<Record<string, number>>;

  /** The value that stands in a series for one that was seen. */
  valueOf(name: string, value: string): string {
    const known = this.#known.get(name);
    if (known === undefined) return value;
    if (!known.has(value)) {
      if (known.size >= this.bounds[name]!) return OTHER;
      known.add(value);
    }
    let seen = this.#seen.get(name);
    if (seen === undefined) this.#seen.set(name, (seen = new Set()));
    seen.add(value);
    return value;
  }

  /** What was asked for and let in. */
  get seen(): readonly (readonly [name: string, value: string])[] {
    return [...this.#seen].flatMap(([name, values]) => [...values].map((value) => [name, value] as const));
  }
}
