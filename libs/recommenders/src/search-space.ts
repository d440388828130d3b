/** The values that one setting may take in a search. `log` spreads evenly over orders of magnitude. */
export type Dimension =
  | { readonly kind: 'log'; readonly low: number; readonly high: number }
  | { readonly kind: 'linear'; readonly low: number; readonly high: number }
  | { readonly kind: 'int'; readonly low: number; readonly high: number; readonly multipleOf?: number }
  | { readonly kind: 'choice'; readonly options: readonly (number | string | boolean)[] };

/** Where a search of one model's settings looks. Settings that are not named keep their defaults. */
export interface SearchSpace {
  /** Points to try first: what the literature or experience says, for data of different kinds. */
  readonly start: readonly Readonly<Record<string, number | string | boolean>>[];
  readonly dimensions: Readonly<Record<string, Dimension>>;
  /** The setting that says how long a training takes (iterations, epochs), for successive halving; absent where there is none. */
  readonly effort?: { readonly setting: string; readonly low: number; readonly high: number };
}
