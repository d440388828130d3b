import type { ModelVersion } from '../domain/model-version';
import type { Clock, ModelRegistry, StageMove } from '../ports';

interface MovePorts {
  readonly registry: ModelRegistry;
  readonly publishStageChanges: () => Promise<unknown>;
  readonly clock: Clock;
}

/** Moves a version to a stage and tells the fleet. Moving it to where it stands changes nothing. */
export function makePromoteModel(ports: MovePorts) {
  return async (move: StageMove): Promise<ModelVersion> => {
    const version = await ports.registry.move(move, ports.clock());
    await ports.publishStageChanges();
    return version;
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
