import { judgeCanary } from '../domain/judge-canary';
import type { ModelVersion } from '../domain/model-version';
import { judgePromotion } from '../domain/promotion';
import { checkTerms, type PromotionTerms } from '../domain/promotion-terms';
import type { Trainer } from '../domain/trainer';
import type { Clock, ModelRegistry, MovedVersion, StageMove } from '../ports';

interface MovePorts {
  readonly registry: ModelRegistry;
  readonly publishStageChanges: () => Promise<unknown>;
  readonly clock: Clock;
}

/** The metric of models whose trainer this build does not have. */
const DEFAULT_METRIC = 'ndcg@10';

/** Where a version should go, and what decides whether it may. */
export type Promotion = StageMove & { readonly terms: PromotionTerms };

/**
 * Moves a version to a stage and tells the fleet. Production wants evidence or an override (`judgePromotion`), and so does a canary (`judgeCanary`), which the registry asks
 * for while nothing else of the model can move. Moving a version to where it stands changes nothing.
 */
export function makePromoteModel(ports: MovePorts & { readonly trainers: ReadonlyMap<string, Trainer> }) {
  return async ({ terms, ...move }: Promotion): Promise<MovedVersion> => {
    checkTerms(terms);
    const metric = terms.metric || (ports.trainers.get(move.model)?.mainMetric.name ?? DEFAULT_METRIC);
    const judge = move.to === 'canary' ? judgeCanary : judgePromotion;
    const moved = await ports.registry.move(
      move,
      (one) => judge({ ...one, terms: { ...terms, metric } }),
      ports.clock(),
    );
    await ports.publishStageChanges();
    return moved;
  };
}

/** Puts the version back that was in production before, and tells the fleet. */
export function makeRollbackModel(ports: MovePorts) {
  return async (move: Omit<StageMove, 'to' | 'version'>): Promise<ModelVersion> => {
    const version = await ports.registry.rollback(move, ports.clock());
    await ports.publishStageChanges();
    return version;
  };
}
