import {
  type FactorSpace,
  type FactorUpdate,
  isDue,
  UPDATED_MODEL,
  type UpdateSettings,
} from '../domain/factor-update';
import type { Clock, ModelRegistry, RunStore } from '../ports';
import { factorUpdateStarted } from '../telemetry';
import type { FactorUpdates, NewInteractions, UpdateQueue } from '../update-ports';
import { inProduction } from './in-production';

/** What starting rounds needs. */
export interface StartFactorUpdateParts {
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly interactions: Pick<NewInteractions, 'waiting'>;
  readonly updates: Pick<FactorUpdates, 'enter' | 'last' | 'begin'>;
  readonly queue: UpdateQueue;
  readonly clock: Clock;
  readonly newUpdateId: () => string;
  readonly settings: UpdateSettings;
}

/** The most that one round learns from: an import of millions becomes several. */
const MOST_INTERACTIONS = 100_000;

/**
 * Makes the use case: begins a round of learning where one is due. Called after every batch of interactions and every few seconds, by
 * any replica: of those that find it due one begins it.
 */
export function makeStartFactorUpdate(parts: StartFactorUpdateParts) {
  return async function startFactorUpdate(): Promise<FactorUpdate | undefined> {
    const { interactions, updates, queue, clock, newUpdateId, settings } = parts;
    const space = await spaceInProduction(parts);
    if (space === undefined) return undefined;
    await updates.enter(space);
    const waiting = await interactions.waiting(space, settings.interactions);
    const now = clock();
    if (!isDue(waiting, await updates.last(space), now, settings)) return undefined;
    const update = await updates.begin({ updateId: newUpdateId(), space, now, most: MOST_INTERACTIONS });
    if (update === undefined) return undefined;
    factorUpdateStarted(update.interactionCount);
    await queue.add(update.updateId);
    return update;
  };
}

/** The version whose factors are learned, with the moment from which on its data set knows nothing. */
export async function spaceInProduction({
  registry,
  runs,
}: Pick<StartFactorUpdateParts, 'registry' | 'runs'>): Promise<FactorSpace | undefined> {
  const version = await inProduction(registry, UPDATED_MODEL);
  if (version === undefined) return undefined;
  // the data set was read after its run was asked for, and repetitions are told apart
  const run = await runs.get(version.runId);
  // a run that held the newest back knows nothing of it
  const since = run?.to !== undefined && run.to < run.createdAt ? run.to : run?.createdAt;
  return { ref: version.ref, since: since ?? version.createdAt };
}
