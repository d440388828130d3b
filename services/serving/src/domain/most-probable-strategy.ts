import { STRATEGIES, type Strategy, type Surface } from './surface';

/** The strategy that the probabilities of a surface prefer; of two that are alike, the one that comes first among the strategies. */
export function mostProbableStrategy({ strategies }: Pick<Surface, 'strategies'>): Strategy {
  const [first, ...others] = STRATEGIES;
  const probabilityOf = (strategy: Strategy) => strategies[strategy] ?? 0;
  return others.reduce<Strategy>((best, other) => (probabilityOf(other) > probabilityOf(best) ? other : best), first);
}
