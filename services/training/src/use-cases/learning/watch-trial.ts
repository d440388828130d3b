import { isAppError } from '@attune/errors';
import { decideTrial } from '../../domain/learning/decide-trial';
import {
  type LearningCheck,
  type LearningCycle,
  type StageOutcome,
  stageSince,
} from '../../domain/learning/learning-cycle';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import type { ModelVersion } from '../../domain/model-version';
import type { Trainer } from '../../domain/trainer';
import { requireTrainer } from '../../domain/trainers';
import type { VersionEvaluator } from '../../evaluation-ports';
import type { LearningAlerts, TrialReports } from '../../learning-ports';
import type { Clock, DatasetBuilder, ModelRegistry } from '../../ports';
import type { makeMoveChallenger } from './move-challenger';

/** What watching a trial needs. */
export interface WatchTrialParts {
  readonly registry: Pick<ModelRegistry, 'get' | 'history'>;
  readonly reports: TrialReports;
  readonly alerts: Pick<LearningAlerts, 'known'>;
  readonly datasets: DatasetBuilder;
  readonly evaluator: VersionEvaluator;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly moveChallenger: ReturnType<typeof makeMoveChallenger>;
  readonly settings: LearningSettings;
  readonly clock: Clock;
}

type OnTrial = LearningCycle & { readonly stage: 'shadow' | 'canary' };
type Waiting = { readonly signal: AbortSignal };

/** Fewer users than this prove nothing. */
const LEAST_USERS = 30;

/** Makes the use case: looks how a challenger does on live questions, and takes it to the next stage, or off the ladder. */
export function makeWatchTrial(parts: WatchTrialParts) {
  return async function watchTrial(cycle: OnTrial, waiting: Waiting): Promise<StageOutcome> {
    const challenger = await parts.registry.get(cycle.model, cycle.challenger!.version);
    // moved, and not noted: the process ended in between
    if (cycle.stage === 'shadow' && challenger.stage === 'canary') {
      return { kind: 'enter', stage: 'canary', reason: 'it serves a share of the users' };
    }
    const sight = await sightOf(parts, cycle, challenger, waiting);
    const decision = decideTrial(sight, parts.settings, parts.clock());
    if (decision.kind === 'wait') return { kind: 'stay' };
    if (decision.kind === 'reject') return { kind: 'enter', stage: 'rejected', reason: decision.reason };
    const reason = `learning cycle ${cycle.cycleId}: ${decision.reason}`;
    if (cycle.stage === 'shadow') {
      const { canaryShare } = parts.settings;
      const moved = await parts.moveChallenger.move(cycle, 'canary', { reason, canaryShare });
      if (moved.kind === 'taken') return { kind: 'stay' };
      if (moved.kind === 'refused') return { kind: 'enter', stage: 'rejected', reason: moved.reason };
      return { kind: 'enter', stage: 'canary', reason: decision.reason };
    }
    const last = await askAgain(parts, cycle, challenger, waiting);
    const checks = [...cycle.checks.filter(({ name }) => name !== last.name), last];
    if (!last.passed) return { kind: 'enter', stage: 'rejected', reason: `${last.name}: ${last.reason}`, checks };
    const moved = await parts.moveChallenger.move(cycle, 'production', { reason });
    if (moved.kind !== 'done') return { kind: 'enter', stage: 'rejected', reason: moved.reason, checks };
    return { kind: 'enter', stage: 'promoted', reason: `${decision.reason}; ${moved.reason}`, checks };
  };
}

async function sightOf(
  { registry, reports, alerts }: WatchTrialParts,
  cycle: OnTrial,
  { ref, stage: registered }: ModelVersion,
  waiting: Waiting,
) {
  const [history, serving, told] = await Promise.all([
    registered === cycle.stage ? [] : registry.history({ model: cycle.model, limit: 20 }),
    reports.of(ref, waiting),
    alerts.known(),
  ]);
  const last = history.find((change) => change.ref.version === ref.version);
  return {
    ...{ stage: cycle.stage, since: stageSince(cycle), registered, ...serving },
    movedBecause: last === undefined ? '' : `${last.reason} (${last.actor})`,
    alerts: told
      .filter(({ isOpen, model, version }) => isOpen && model === cycle.model && version === String(ref.version))
      .map(({ summary }) => summary),
  };
}

/** The same question once more, of what happened after the challenger was made: whatever it knew, it cannot have known that. */
async function askAgain(
  { datasets, evaluator, trainers }: WatchTrialParts,
  cycle: OnTrial,
  { ref, createdAt }: ModelVersion,
  { signal }: Waiting,
): Promise<LearningCheck> {
  const check = (passed: boolean, reason: string) => ({ name: 'asked_again', passed, reason });
  const { dataset: need, mainMetric } = requireTrainer(trainers, cycle.model);
  if (need.kind !== 'interactions') return check(true, 'a model of examples is asked once, before its trial');
  try {
    const dataset = await datasets.build({ need, signal, onProgress: () => undefined });
    const found = await evaluator.evaluate({
      ...{ trainer: cycle.model, digest: ref.digest, dataset, askedFrom: createdAt, mayAskWhatWasSeen: false },
      ...{ champion: cycle.champion!, metrics: [], signal, onProgress: () => undefined },
    });
    const gain = found.comparisons[0]?.gains.find(({ name }) => name === mainMetric.name);
    if (gain === undefined || found.userCount < LEAST_USERS) {
      return check(
        true,
        `${found.userCount} users did something since it was made, and fewer than ${LEAST_USERS} say nothing`,
      );
    }
    const figures = `${mainMetric.name} gain ${gain.value.toFixed(4)} (${gain.low.toFixed(4)} to ${gain.high.toFixed(4)})`;
    const what = `${figures} over ${found.userCount} users, of what happened after it was made`;
    return gain.high < 0 ? check(false, `${what}: it is shown to be worse`) : check(true, what);
  } catch (error) {
    if (isAppError(error, 'failed_precondition')) return check(true, `not asked: ${error.message}`);
    throw error;
  }
}
