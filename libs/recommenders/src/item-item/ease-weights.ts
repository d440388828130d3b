import { AppError } from '@attune/errors';
import { type Csr, easeWeights, transposeCsr } from '@attune/kernels';
import { DualEase } from './dual-ease';
import type { ItemItemSettings } from './item-item-settings';
import { DenseWeights, type ItemWeights } from './item-weights';

/** What every way to EASE's weights is given. */
export interface EaseRequest {
  /** [users x items], binary or weighted. */
  readonly preferences: Csr;
  readonly itemCount: number;
  readonly settings: ItemItemSettings;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/**
 * The diagonal that EASE adds to the Gramian, by item: lambda, and with dropout p also p / (1 - p) times the item's own entry of the Gramian
 * (Steck 2020, "Autoencoders that don't overfit towards the identity", equation 7).
 */
export function ridgeOf({ regularization, dropout }: ItemItemSettings): (diagonal: number) => number {
  return (diagonal) => regularization + (dropout / (1 - dropout)) * diagonal;
}

/** EASE's weights by the smaller of two inverses: of the items' Gramian, or of the users'. */
export async function fitEase(request: EaseRequest): Promise<ItemWeights> {
  const { preferences, itemCount, settings, signal, onFraction } = request;
  const { threads, maxDenseItems } = settings;
  const users = preferences.rowCount;
  if (Math.min(users, itemCount) > maxDenseItems) {
    const what = `${itemCount} items and ${users} users are more than maxDenseItems (${maxDenseItems})`;
    throw new AppError('exhausted.memory', `${what}; raise it, or choose the variant knn or rp3beta`);
  }
  const ridge = ridgeOf(settings);
  if (users < itemCount) return DualEase.fit({ ...request, items: transposeCsr(preferences, itemCount), ridge });
  const request2 = { matrix: preferences, columnCount: itemCount, ridge, threads, signal, onFraction };
  return new DenseWeights(await easeWeights(request2));
}
