import { isAppError } from '@attune/errors';
import { type LearningCycle, runIdOf } from '../../domain/learning/learning-cycle';
import { DEFAULT_TERMS } from '../../domain/promotion-terms';
import type { ModelRegistry, RunStore } from '../../ports';
import type { makePromoteModel } from '../promote-model';
import { BY_ITSELF } from './decide-models';

/** The evaluation that a cycle's proof made. */
export function proofIdOf({ cycleId }: Pick<LearningCycle, 'cycleId'>): string {
  return `${cycleId}-proof`;
}

/** What became of a move: done, or refused with a reason; `taken` where another version stands in the way for now. */
export type Moved = { readonly kind: 'done' | 'taken' | 'refused'; readonly reason: string };

/**
 * Makes the moves of a challenger on the ladder. What lets it in is the proof of its cycle, or, where that does not show it to be better,
 * that it is the recipe in production with newer data (ADR 0024); never an override.
 */
export function makeMoveChallenger(parts: {
  readonly registry: Pick<ModelRegistry, 'get'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly promoteModel: ReturnType<typeof makePromoteModel>;
}) {
  const { registry, runs, promoteModel } = parts;

  async function move(
    cycle: LearningCycle,
    to: 'shadow' | 'canary' | 'production' | 'retired',
    { reason, canaryShare = 0 }: { readonly reason: string; readonly canaryShare?: number },
  ): Promise<Moved> {
    const { model, version } = cycle.challenger!;
    const run = await runs.get(runIdOf(cycle));
    const evidence = [proofIdOf(cycle), ...(run?.evaluationId === undefined ? [] : [run.evaluationId])];
    let refusal = 'no evaluation speaks for it';
    for (const evaluationId of evidence) {
      try {
        const terms = { ...DEFAULT_TERMS, evaluationId };
        const moved = await promoteModel({ model, version, to, actor: BY_ITSELF, reason, canaryShare, terms });
        return { kind: 'done', reason: moved.grounds?.summary ?? '' };
      } catch (error) {
        if (
          isAppError(error, 'failed_precondition.canary_taken') ||
          isAppError(error, 'failed_precondition.shadow_taken')
        )
          return { kind: 'taken', reason: error.message };
        if (!isAppError(error, 'failed_precondition') && !isAppError(error, 'not_found.evaluation')) throw error;
        refusal = error.message;
      }
    }
    return { kind: 'refused', reason: refusal };
  }

  /** Takes a challenger that was not good enough off the ladder; one that is in production stays there. */
  async function retire(cycle: LearningCycle): Promise<void> {
    if (cycle.challenger === undefined) return;
    const { stage } = await registry.get(cycle.model, cycle.challenger.version);
    if (stage === 'production' || stage === 'retired') return;
    await move(cycle, 'retired', { reason: `learning cycle ${cycle.cycleId}: ${cycle.outcome}` });
  }

  return { move, retire };
}
