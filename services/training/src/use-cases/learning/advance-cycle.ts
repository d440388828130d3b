import { isAppError, toAppError } from '@attune/errors';
import { enter, isOver, type LearningCycle, runIdOf, type StageOutcome } from '../../domain/learning/learning-cycle';
import { DEFAULT_TERMS } from '../../domain/promotion-terms';
import type { LearningCycles } from '../../learning-ports';
import type { Clock, ModelRegistry, RunStore } from '../../ports';
import { learningMoved } from '../../telemetry';
import { inProduction } from '../in-production';
import type { makeStartTraining } from '../start-training';
import { BY_ITSELF } from './decide-models';
import type { makeMoveChallenger } from './move-challenger';
import type { makeProveChallenger } from './prove-challenger';
import type { makeWatchTrial } from './watch-trial';

/** What taking a cycle on needs. */
export interface AdvanceCycleParts {
  readonly cycles: Pick<LearningCycles, 'move'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly registry: Pick<ModelRegistry, 'versions'>;
  readonly startTraining: ReturnType<typeof makeStartTraining>;
  readonly proveChallenger: ReturnType<typeof makeProveChallenger>;
  readonly watchTrial: ReturnType<typeof makeWatchTrial>;
  readonly moveChallenger: ReturnType<typeof makeMoveChallenger>;
  readonly clock: Clock;
  /** Told of what ends a cycle that nobody foresaw. */
  readonly onBroken: (error: unknown, cycleId: string) => void;
}

type Waiting = { readonly signal: AbortSignal };

/**
 * Makes the use case: takes a cycle on as far as it can go now. Every step may be done again: what it moves outside it moves first, and
 * finds it moved the second time. What passes by itself (a peer that is away) is tried again; anything else ends the cycle with its reason.
 */
export function makeAdvanceCycle(parts: AdvanceCycleParts) {
  return async function advanceCycle(cycle: LearningCycle, waiting: Waiting): Promise<void> {
    let at: LearningCycle | undefined = cycle;
    while (at !== undefined && !isOver(at)) at = await step(parts, at, waiting);
  };
}

/** The cycle at its next stage; undefined where it stays where it is for now. */
async function step(
  parts: AdvanceCycleParts,
  cycle: LearningCycle,
  waiting: Waiting,
): Promise<LearningCycle | undefined> {
  const outcome = await nextOf(parts, cycle, waiting).catch((error: unknown): StageOutcome => {
    if (waiting.signal.aborted || isAppError(error, 'unavailable') || isAppError(error, 'deadline')) throw error;
    parts.onBroken(error, cycle.cycleId);
    return { kind: 'enter', stage: 'failed', reason: `it failed in ${cycle.stage}: ${toAppError(error).message}` };
  });
  if (outcome.kind === 'stay') return undefined;
  const { kind: _, stage, ...found } = outcome;
  const next = enter(cycle, stage, { ...found, now: parts.clock() });
  if (stage === 'rejected' || stage === 'failed') await parts.moveChallenger.retire(next);
  if (!(await parts.cycles.move(next, cycle.stage))) return undefined;
  learningMoved({ model: cycle.model, stage });
  return next;
}

async function nextOf(parts: AdvanceCycleParts, cycle: LearningCycle, waiting: Waiting): Promise<StageOutcome> {
  const elsewhere = await movedMeanwhile(parts, cycle);
  if (elsewhere !== undefined) return elsewhere;
  switch (cycle.stage) {
    case 'training':
      return train(parts, cycle);
    case 'proving':
      return parts.proveChallenger(cycle, waiting);
    case 'shadow':
    case 'canary':
      return parts.watchTrial({ ...cycle, stage: cycle.stage }, waiting);
    default:
      return { kind: 'stay' };
  }
}

/** What is in production now must be what the challenger was proved against; the challenger itself is there after a crash at the end. */
async function movedMeanwhile(
  { registry }: AdvanceCycleParts,
  { model, champion, challenger }: LearningCycle,
): Promise<StageOutcome | undefined> {
  const production = (await inProduction(registry, model))?.ref;
  if (production?.version === champion?.version) return undefined;
  if (production !== undefined && production.version === challenger?.version) {
    return { kind: 'enter', stage: 'promoted', reason: `v${production.version} is in production` };
  }
  const now = production === undefined ? 'nothing' : `v${production.version}`;
  const then = champion === undefined ? 'nothing' : `v${champion.version}`;
  return { kind: 'enter', stage: 'rejected', reason: `${now} is in production now, and it began beside ${then}` };
}

async function train({ runs, startTraining }: AdvanceCycleParts, cycle: LearningCycle): Promise<StageOutcome> {
  const run = await runs.get(runIdOf(cycle));
  if (run === undefined) {
    await startTraining({
      ...{ runId: runIdOf(cycle), model: cycle.model, settings: cycle.settings, actor: BY_ITSELF },
      ...(cycle.learnFrom && { from: cycle.learnFrom }),
      ...(cycle.heldOutFrom && { to: cycle.heldOutFrom }),
      ...{ promote: false, promotionTerms: DEFAULT_TERMS, warmStart: cycle.champion !== undefined },
    });
    return { kind: 'stay' };
  }
  switch (run.state) {
    case 'succeeded':
      return {
        ...{ kind: 'enter', stage: 'proving', challenger: run.version! },
        reason: `run ${run.runId} trained v${run.version!.version} on data set ${run.datasetId?.slice(0, 12)}`,
      };
    case 'failed':
      return { kind: 'enter', stage: 'failed', reason: `its training failed: ${run.problem?.message ?? 'no reason'}` };
    case 'cancelled':
      return { kind: 'enter', stage: 'failed', reason: 'its training was cancelled' };
    default:
      return { kind: 'stay' };
  }
}
