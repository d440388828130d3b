import type { CanaryReport } from '../guardrail-ports';
import type { LoadedModel, ModelLoader, RefusedArtifact } from '../model-ports';
import type { SurfaceBook, SurfacesState } from '../surface-ports';
import type { ModelFollower } from './follow-models';

/** What `getServingState` needs. */
export interface ServingStateParts {
  readonly loader: Pick<ModelLoader, 'loaded'>;
  readonly models: Pick<ModelFollower, 'refused'>;
  /** Until when a version has learned, by its digest, where it has since its training. */
  readonly learnedTo: (digest: string) => Date | undefined;
  readonly stages: readonly string[];
  readonly surfaces: Pick<SurfaceBook, 'state'>;
  readonly canaries: { reports(): Promise<readonly CanaryReport[]> };
  /** Interactions that the consumer has still to handle. */
  readonly pending: () => Promise<number>;
}

/** How this process serves. */
export interface ServingState {
  readonly models: readonly LoadedModel[];
  readonly refused: readonly RefusedArtifact[];
  readonly stages: readonly string[];
  readonly surfaces: SurfacesState;
  readonly canaries: readonly CanaryReport[];
  readonly pendingCount: number;
}

/** Makes the use case: which models this process serves, which it refused, and how it is. */
export function makeGetServingState({
  loader,
  models,
  learnedTo,
  stages,
  surfaces,
  canaries,
  pending,
}: ServingStateParts) {
  return async function getServingState(): Promise<ServingState> {
    return {
      models: loader.loaded().map((model) => ({ ...model, learnedTo: learnedTo(model.ref.digest) })),
      refused: models.refused(),
      stages,
      surfaces: surfaces.state(),
      canaries: await canaries.reports(),
      pendingCount: await pending(),
    };
  };
}
