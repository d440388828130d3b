import { itemFacts } from '../domain/blocks/item-facts';
import { type FeatureReading, readFeatures, selectFeatures } from '../domain/feature-reading';
import { schemaHashOfView } from '../domain/feature-registry';
import type { PlacedFeature } from '../domain/feature-view';
import type { FeatureEntity, StatesAtHand } from '../domain/features/feature';
import { requireCount, requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, Clock, StatesAnswer } from '../ports';
import type { ReadStates } from './read-states';

/** A user and an item. */
export interface Pair {
  readonly userId: string;
  readonly itemId: string;
}

/** Whose features, and which; no names stand for all of the entity. Pairs are for features of a user and an item. */
export interface FeatureQuestion {
  readonly entity: FeatureEntity;
  readonly entityIds: readonly string[];
  readonly pairs: readonly Pair[];
  readonly featureNames: readonly string[];
  readonly withVersions: boolean;
}

/** Which state was read, at which version; 0 where nothing was known. */
export interface StateVersion {
  readonly view: string;
  readonly entityId: string;
  readonly version: number;
}

/** The features of one entity or pair; an empty id stands for what is not part of it. */
export interface FeatureRow extends Pair {
  readonly readings: readonly FeatureReading[];
  readonly versions: readonly StateVersion[];
}

/** One row per entity or pair, in the order of the question. */
export interface FeatureAnswer {
  readonly rows: readonly FeatureRow[];
  readonly schemaHash: string;
  readonly readAt: Date;
}

interface Needs {
  readonly readStates: ReadStates;
  readonly clock: Clock;
}

const MAX_ENTITIES = 1_000;

/** Reads features of many entities or pairs by one read of states. */
export function makeGetFeatures({ readStates, clock }: Needs) {
  return async (question: FeatureQuestion, options: CallOptions = {}): Promise<FeatureAnswer> => {
    const selected = checked(question);
    const subjects = subjectsOf(question);
    const withAuthors = selected.some(({ feature }) => feature.needsAuthor);
    const distinct = (ids: readonly string[]) => [...new Set(ids.filter((id) => id !== ''))];
    const states = await readStates(
      {
        userIds: distinct(subjects.map(({ userId }) => userId)),
        itemIds: distinct(subjects.map(({ itemId }) => itemId)),
        withAuthors,
      },
      options,
    );
    const readAt = clock();
    const rows = subjects.map((pair): FeatureRow => {
      const own = statesOf(states, pair);
      const readings = readFeatures(selected, { states: own, itemId: pair.itemId }, readAt.getTime());
      return { ...pair, readings, versions: question.withVersions ? versionsOf(pair, own, withAuthors) : [] };
    });
    return { rows, schemaHash: schemaHashOfView(question.entity), readAt };
  };
}

function subjectsOf({ entity, entityIds, pairs }: FeatureQuestion): readonly Pair[] {
  if (entity === 'user_item') return pairs;
  return entityIds.map((id) => (entity === 'user' ? { userId: id, itemId: '' } : { userId: '', itemId: id }));
}

function statesOf(states: StatesAnswer, { userId, itemId }: Pair): StatesAtHand {
  return {
    ...(userId === '' ? undefined : states.ofUser(userId)),
    ...(itemId === '' ? undefined : states.ofItem(itemId)),
  };
}

function versionsOf({ userId, itemId }: Pair, states: StatesAtHand, withAuthors: boolean): StateVersion[] {
  const { user, userGraph, item, author, authorGraph } = states;
  const authorId = withAuthors ? (item?.part(itemFacts).facts?.authorId ?? '') : '';
  const all = [
    { view: 'user', entityId: userId, state: user },
    { view: 'user_graph', entityId: userId, state: userGraph },
    { view: 'item', entityId: itemId, state: item },
    { view: 'user', entityId: authorId, state: author },
    { view: 'user_graph', entityId: authorId, state: authorGraph },
  ];
  return all
    .filter(({ entityId }) => entityId !== '')
    .map(({ view, entityId, state }) => ({ view, entityId, version: state?.version ?? 0 }));
}

function checked({ entity, entityIds, pairs, featureNames }: FeatureQuestion): readonly PlacedFeature[] {
  const isPairs = entity === 'user_item';
  requireCount(isPairs ? 'pairs' : 'entity_ids', isPairs ? pairs.length : entityIds.length, MAX_ENTITIES);
  const ids = isPairs
    ? pairs.flatMap(({ userId, itemId }, index) => [
        { field: `pairs[${index}].user_id`, id: userId },
        { field: `pairs[${index}].item_id`, id: itemId },
      ])
    : entityIds.map((id, index) => ({ field: `entity_ids[${index}]`, id }));
  const selected = selectFeatures(entity, featureNames);
  const whose = { user: 'users', item: 'items', user_item: 'a user and an item' }[entity];
  requireNone([
    ...ids.flatMap(({ field, id }) => {
      const description = idProblem(id);
      return description === undefined ? [] : [{ field, description }];
    }),
    ...selected.flatMap((found, index) => {
      const description = `is not a feature of ${whose}; ListFeatures tells which there are`;
      return found === undefined ? [{ field: `feature_names[${index}]`, description }] : [];
    }),
  ]);
  return selected as readonly PlacedFeature[];
}
