import type { NewInteraction } from '../domain/factor-update';
import type { Clock, ModelRegistry, RunStore } from '../ports';
import type { KnownItems, NewInteractions } from '../update-ports';
import { spaceInProduction } from './start-factor-update';

/** What taking in interactions needs. */
export interface TakeInInteractionsParts {
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly interactions: Pick<NewInteractions, 'neededSince' | 'add'>;
  readonly items: KnownItems;
  /** Begins a round where one is due. */
  readonly startIfDue: () => Promise<unknown>;
  readonly clock: Clock;
}

/**
 * Makes the use case: keeps what some version may have to learn, and begins a round where enough has come in. Where no version of the
 * model is trained, or being trained, nothing is kept: the data set of the first one will have it all.
 */
export function makeTakeInInteractions(parts: TakeInInteractionsParts) {
  return async function takeInInteractions(batch: readonly NewInteraction[]): Promise<void> {
    const now = parts.clock();
    const since = await parts.interactions.neededSince(now);
    if (since === undefined) return;
    const needed = batch.filter(({ acceptedAt }) => acceptedAt > since);
    if (needed.length === 0) return;
    const space = await spaceInProduction(parts);
    const knows = space === undefined ? () => true : await knownItems(parts.items, space.ref.digest);
    const added = await parts.interactions.add(needed, (itemId) => !knows(itemId), now);
    if (added > 0) await parts.startIfDue();
  };
}

/** While the artifact cannot be read, new items wait like all others: nothing is held up by it. */
function knownItems(items: KnownItems, digest: string): Promise<(itemId: string) => boolean> {
  return items.of(digest).catch(() => () => true);
}
