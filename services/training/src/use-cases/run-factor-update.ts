import type { FactorUpdate, LearnedFactors, NewInteraction } from '../domain/factor-update';
import type { Clock, DatasetBuilder, ModelRegistry, RunStore } from '../ports';
import { factorsLearned } from '../telemetry';
import type {
  FactorPublisher,
  FactorRefitter,
  FactorUpdates,
  NewInteractions,
  RefitQuestion,
  TrainingConsents,
} from '../update-ports';
import { spaceInProduction } from './start-factor-update';

/** What a round of learning needs. */
export interface RunFactorUpdateParts {
  readonly registry: Pick<ModelRegistry, 'get' | 'versions'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly datasets: Pick<DatasetBuilder, 'find'>;
  readonly interactions: Pick<NewInteractions, 'ofUpdate' | 'subjectsOf' | 'removeOf'>;
  readonly updates: Pick<FactorUpdates, 'get' | 'learned' | 'keep' | 'factorsOf' | 'end'>;
  readonly consents: TrainingConsents;
  readonly refitter: FactorRefitter;
  readonly publisher: FactorPublisher;
  readonly userKeyOf: (userId: string) => string;
  readonly clock: Clock;
}

/**
 * Makes the use case: a round learns, keeps what it learned whole, and publishes it. Each step may be cut off and done again: what is
 * kept is not learned twice, and what is published twice are the same records.
 */
export function makeRunFactorUpdate(parts: RunFactorUpdateParts) {
  return async function runFactorUpdate(updateId: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { updates, publisher, clock } = parts;
    const update = await updates.get(updateId);
    if (update === undefined || (update.state !== 'queued' && update.state !== 'learned')) return;
    if (update.state === 'queued') {
      const learned = await learn(parts, update, signal);
      signal.throwIfAborted();
      if (learned === undefined) return updates.end(updateId, 'dropped', clock());
      if (!(await updates.keep(updateId, learned))) return;
    }
    // as it is kept: without those who were forgotten meanwhile
    const kept = await updates.factorsOf(updateId);
    await publisher.publish(update, kept);
    await updates.end(updateId, 'published', clock());
    factorsLearned({ users: kept.users.length, items: kept.items.length });
  };
}

/** Undefined where another version is in production by now: its space is another. */
async function learn(
  parts: RunFactorUpdateParts,
  { updateId, ref }: FactorUpdate,
  signal: AbortSignal,
): Promise<LearnedFactors | undefined> {
  const space = await spaceInProduction(parts);
  if (space?.ref.digest !== ref.digest) return undefined;
  const { datasetId } = await parts.registry.get(ref.model, ref.version);
  const dataset = await parts.datasets.find(datasetId);
  const subjects = await parts.interactions.subjectsOf(updateId);
  const found = await parts.interactions.ofUpdate(updateId, space);
  const asked = [...new Set([...subjects.userIds, ...found.map(({ userId }) => userId)])];
  const refusing = await parts.consents.refusing(asked, { signal });
  await parts.interactions.removeOf([...refusing]);
  const interactions = found.filter(({ userId }) => !refusing.has(userId));
  const keys = new Map(asked.map((userId) => [userId, parts.userKeyOf(userId)]));
  const keyOf = (userId: string) => keys.get(userId)!;
  const userKeys = subjects.userIds.filter((userId) => !refusing.has(userId)).map(keyOf);
  const question: Omit<RefitQuestion, 'learned'> = {
    ...{ digest: ref.digest, userKeys, itemIds: subjects.itemIds },
    ...(dataset === undefined ? {} : { dataset }),
    interactions: interactions.map((one) => rowOf(one, keyOf)),
  };
  const everybody = [...new Set(question.interactions.map(({ userKey }) => userKey))];
  const learned = await parts.updates.learned(ref.digest, everybody);
  return parts.refitter.refit({ ...question, learned }, { signal });
}

function rowOf({ userId, itemId, type, value, occurredAt }: NewInteraction, userKeyOf: (userId: string) => string) {
  const row = { userKey: userKeyOf(userId), itemId, type, timeMs: occurredAt.getTime() };
  return value === undefined ? row : { ...row, value };
}
