import type { Dimension, SearchSpace } from '../search-space';

/** Settings that a search tries. */
export type Proposal = Readonly<Record<string, unknown>>;

/** Settings from anywhere in the space. */
export function drawSettings(space: SearchSpace, uniform: () => number): Proposal {
  return Object.fromEntries(
    Object.entries(space.dimensions).map(([name, dimension]) => [name, pointOf(dimension, uniform())]),
  );
}

/**
 * Settings near good ones: each dimension stays with probability one half, else moves by up to a quarter of its range (a choice is
 * drawn anew). At least one moves.
 */
export function nearSettings(space: SearchSpace, good: Proposal, uniform: () => number): Proposal {
  const names = Object.keys(space.dimensions);
  const sure = Math.floor(uniform() * names.length);
  const moved = names.map((name, index) => {
    const dimension = space.dimensions[name]!;
    if (index !== sure && uniform() < 0.5) return good[name] === undefined ? [] : [name, good[name]];
    return [name, movedValue(dimension, good[name], uniform)];
  });
  return { ...good, ...Object.fromEntries(moved.filter((entry) => entry.length > 0)) };
}

/** A text that is the same for the same settings. */
export function keyOf(model: string, settings: Proposal): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${model} ${JSON.stringify(sorted)}`;
}

function movedValue(dimension: Dimension, value: unknown, uniform: () => number): number | string | boolean {
  if (dimension.kind === 'choice' || typeof value !== 'number') return pointOf(dimension, uniform());
  const at = shareOf(dimension, value) + (uniform() - 0.5) / 2;
  return pointOf(dimension, Math.min(1, Math.max(0, at)));
}

/** The value at a share of a dimension's range, rounded to three digits so that people can read and type it. */
function pointOf(dimension: Dimension, share: number): number | string | boolean {
  switch (dimension.kind) {
    case 'choice':
      return dimension.options[Math.min(dimension.options.length - 1, Math.floor(share * dimension.options.length))]!;
    case 'linear':
      return within(dimension, Number((dimension.low + share * (dimension.high - dimension.low)).toPrecision(3)));
    case 'log':
      return within(dimension, Number((dimension.low * (dimension.high / dimension.low) ** share).toPrecision(3)));
    case 'int': {
      const step = dimension.multipleOf ?? 1;
      const value = dimension.low + share * (dimension.high - dimension.low);
      const rounded = Math.round(value / step) * step;
      if (rounded < dimension.low) return Math.ceil(dimension.low / step) * step;
      return rounded > dimension.high ? Math.floor(dimension.high / step) * step : rounded;
    }
    default:
      throw new TypeError(dimension satisfies never);
  }
}

function within({ low, high }: { readonly low: number; readonly high: number }, value: number): number {
  return Math.min(high, Math.max(low, value));
}

function shareOf(dimension: Exclude<Dimension, { kind: 'choice' }>, value: number): number {
  const { kind, low, high } = dimension;
  const share = kind === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}
