import { type FeatureReading, readFeatures, type SelectedFeature, selectFeatures } from '../domain/feature-reading';
import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import type { FeatureEntity } from '../domain/features/feature';
import { requireCount, requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, Clock, EventStore, FeatureProjection, States } from '../ports';
import { projectionMissed } from '../telemetry';

/** Whose features, and which; no names stand for all of the entity. */
export interface FeatureQuestion {
  readonly entity: FeatureEntity;
  readonly entityIds: readonly string[];
  readonly featureNames: readonly string[];
}

/** One row per entity, in the order of the question. */
export interface FeatureAnswer {
  readonly rows: readonly { readonly entityId: string; readonly readings: readonly FeatureReading[] }[];
  readonly schemaHash: string;
}

interface Needs {
  readonly projection: FeatureProjection;
  readonly store: EventStore;
  readonly clock: Clock;
  /** Called when the projection turned out not to be whole. */
  readonly onProjectionMissing: () => void;
}

const MAX_ENTITIES = 1_000;

/** Reads features of many entities: one read of the projection, or of the store where the projection is out of order. */
export function makeGetFeatures(needs: Needs) {
  return async (question: FeatureQuestion, options: CallOptions = {}): Promise<FeatureAnswer> => {
    const view = VIEWS[question.entity];
    const selected = checked(view, question);
    const states = await statesOf(needs, view, question.entityIds, options);
    const nowMs = needs.clock().getTime();
    const rows = question.entityIds.map((entityId) => ({
      entityId,
      readings: readFeatures(selected, states.get(entityId), nowMs),
    }));
    return { rows, schemaHash: view.schemaHash };
  };
}

function checked(view: FeatureView, { entityIds, featureNames }: FeatureQuestion): readonly SelectedFeature[] {
  requireCount('entity_ids', entityIds.length, MAX_ENTITIES);
  const selected = selectFeatures(view, featureNames);
  requireNone([
    ...entityIds.flatMap((id, index) => {
      const description = idProblem(id);
      return description === undefined ? [] : [{ field: `entity_ids[${index}]`, description }];
    }),
    ...selected.flatMap((found, index) => {
      const description = `is not a feature of ${view.entity}s; ListFeatures tells which there are`;
      return found === undefined ? [{ field: `feature_names[${index}]`, description }] : [];
    }),
  ]);
  return selected as readonly SelectedFeature[];
}

async function statesOf(
  { projection, store, onProjectionMissing }: Needs,
  view: FeatureView,
  entityIds: readonly string[],
  options: CallOptions,
): Promise<States> {
  try {
    const states = await projection.get(view, entityIds);
    if (states !== undefined) return states;
    onProjectionMissing();
    projectionMissed('not_whole');
  } catch (error) {
    projectionMissed('unavailable', error);
  }
  return store.states(view, entityIds, options);
}
