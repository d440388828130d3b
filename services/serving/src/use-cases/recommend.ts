import { toAppError } from '@attune/errors';
import type { Decision } from '../domain/decision';
import type { AskedModel, Pipeline, SideEffect } from '../pipeline/parts';
import type { RecommendQuery } from '../pipeline/slate-request';
import { sideEffectFailed } from '../telemetry';
import type { DecideSlate, RecommendCall, SlateTrail } from './decide-slate';

/** What `recommend` needs. */
export interface RecommendParts {
  readonly decide: DecideSlate;
  readonly pipeline: Pick<Pipeline, 'sideEffects'>;
  /** Runs after the answer was given. */
  readonly later: (run: () => void) => void;
}

/** Makes the use case: a ranked slate, always answered from the stages that work, and recorded after the answer. */
export function makeRecommend({ decide, pipeline: { sideEffects }, later }: RecommendParts) {
  return async function recommend(query: RecommendQuery, call: RecommendCall): Promise<Decision> {
    const trail: SlateTrail = { asked: [] };
    const decision = await decide(query, call, trail);
    // Callers send a slow call to a second replica and cancel the loser: nobody gets its slate, so nothing was decided (ADR 0030).
    if (call.signal.aborted) throw toAppError(call.signal.reason);
    later(() => {
      if (call.signal.aborted) return;
      for (const effect of sideEffects) attempt(effect, decision, trail.asked);
    });
    return decision;
  };
}

// Nobody waits for a side effect any more, so its failure can only be counted.
function attempt({ name, after }: SideEffect, decision: Decision, asked: readonly AskedModel[]): void {
  try {
    after(decision, asked);
  } catch (error) {
    sideEffectFailed(name, toAppError(error).code);
  }
}
