import { AppError } from '@attune/errors';
import { exactValues } from './exact-values';
import { sampledValues } from './sampled-values';
import type { SetFunction } from './set-function';
import type { ShapleyValues } from './solution';

/** How values are computed. */
export interface ShapleyOptions {
  /** Up to so many players all coalitions are asked for, 2^n of them; 12 by default, at most 20. */
  readonly exactUpTo?: number;
  /** Pairs of permutations where there are more players: 2 (n - 1) coalitions each; 64 by default, at least 2. */
  readonly pairs?: number;
  /** Of the permutations; 1 by default. */
  readonly seed?: number;
  /** The most coalitions of one batch; 1,024 by default. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

const MOST_EXACT = 20;

/** The Shapley values of a set function: exact for few players, sampled with standard errors for many. */
export async function shapleyValues(game: SetFunction, options: ShapleyOptions = {}): Promise<ShapleyValues> {
  const { exactUpTo = 12, pairs = 64, seed = 1, batch = 1_024, signal } = options;
  checkOptions({ exactUpTo, pairs, batch });
  if (game.playerCount === 0) return worthOfNobody(game, signal);
  const sending = { batch, signal };
  if (game.playerCount <= exactUpTo) return exactValues(game, sending);
  return sampledValues(game, { pairs, seed }, sending);
}

async function worthOfNobody(game: SetFunction, signal: AbortSignal | undefined): Promise<ShapleyValues> {
  signal?.throwIfAborted();
  const [worth] = Array.from(await game.evaluate({ count: 1, playerCount: 0, members: new Uint8Array(0) }));
  const nothing = new Float64Array(0);
  return {
    method: 'exact',
    base: worth!,
    total: worth!,
    values: nothing,
    standardErrors: nothing.slice(),
    evaluations: 1,
  };
}

function checkOptions({ exactUpTo, pairs, batch }: Required<Pick<ShapleyOptions, 'exactUpTo' | 'pairs' | 'batch'>>) {
  const violations = [
    { field: 'exactUpTo', isWrong: !(exactUpTo >= 0 && exactUpTo <= MOST_EXACT), description: `0 to ${MOST_EXACT}` },
    { field: 'pairs', isWrong: !(Number.isInteger(pairs) && pairs >= 2), description: 'a whole number from 2' },
    { field: 'batch', isWrong: !(Number.isInteger(batch) && batch >= 1), description: 'a whole number from 1' },
  ].filter(({ isWrong }) => isWrong);
  if (violations.length === 0) return;
  const said = violations.map(({ field, description }) => `${field} must be ${description}`).join('; ');
  throw new AppError('invalid.shapley_options', said, {
    violations: violations.map(({ field, description }) => ({ field, description: `must be ${description}` })),
  });
}
