import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TOPICS, type training } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { Handlers } from '@attune/grpc';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import type { TrainingConfig } from './config';
import type { LearningSettings } from './domain/learning/learning-settings';
import { TRAINERS } from './domain/trainers';
import type { VersionEvaluator } from './evaluation-ports';
import { makeOnAlert } from './events/on-alert';
import { makeLearningHandlers } from './grpc/learning-handlers';
import { ChildChallengerProver } from './jobs/child-challenger-prover';
import { memoryLimitMb } from './jobs/memory';
import { servingTrialReports } from './jobs/serving-trial-reports';
import type { ChallengerProver, TrialReports } from './learning-ports';
import type { DatasetBuilder, ModelRegistry, RunStore } from './ports';
import { PostgresEvaluationStore } from './storage/postgres-evaluation-store';
import { PostgresLearningCycles } from './storage/postgres-learning-cycles';
import { PostgresArrivals, PostgresLearningAlerts, PostgresLearningRounds } from './storage/postgres-learning-facts';
import { makeAdvanceCycle } from './use-cases/learning/advance-cycle';
import { makeDecideModels, makeExplainRetraining, makeRetrain } from './use-cases/learning/decide-models';
import { makeGatherFacts } from './use-cases/learning/gather-facts';
import { makeKeepLearning } from './use-cases/learning/keep-learning';
import { makeMoveChallenger } from './use-cases/learning/move-challenger';
import { makeNoteAlerts } from './use-cases/learning/note-alerts';
import { makeProveChallenger } from './use-cases/learning/prove-challenger';
import { makeStartCycle } from './use-cases/learning/start-cycle';
import { makeWatchTrial } from './use-cases/learning/watch-trial';
import type { makePromoteModel } from './use-cases/promote-model';
import type { makeStartTraining } from './use-cases/start-training';

const GROUP = 'training';

/** What a test may put in place of the real thing. */
export interface LearningOverrides {
  readonly prover?: ChallengerProver;
  readonly trialReports?: TrialReports;
  /** Is given the look at every cycle and decision, instead of a timer. */
  readonly onLearning?: (look: () => Promise<boolean>) => void;
}

/** What continuous learning needs. */
export interface LearningNeeds {
  readonly config: TrainingConfig;
  readonly platform: PlatformOf<'event-log' | 'object-store', string>;
  readonly stack: Stack;
  readonly registry: ModelRegistry;
  readonly runs: RunStore;
  readonly datasets: DatasetBuilder;
  readonly evaluator: VersionEvaluator;
  readonly startTraining: ReturnType<typeof makeStartTraining>;
  readonly promoteModel: ReturnType<typeof makePromoteModel>;
  readonly overrides: LearningOverrides;
}

/** What continuous learning adds to the service. */
export interface Learning {
  readonly handlers: Partial<Handlers<training.TrainingServiceServer>>;
  readonly subscription: Subscription;
}

/** Wires how models are trained again, proved and replaced without anyone: one replica at a time looks after it. */
export async function composeLearning(needs: LearningNeeds): Promise<Learning> {
  const { config, platform, registry, runs, startTraining } = needs;
  const { database, eventLog, clock, logger } = platform;
  const settings = settingsOf(config);
  const cycles = new PostgresLearningCycles(database);
  const alerts = new PostgresLearningAlerts(database);
  const arrivals = new PostgresArrivals(database);
  const rounds = new PostgresLearningRounds(database);
  const gatherFacts = makeGatherFacts({ registry, cycles, alerts, arrivals, trainers: TRAINERS });
  const startCycle = makeStartCycle({
    ...{ cycles, arrivals, trainers: TRAINERS, settings, clock, newCycleId: randomUUID },
  });
  const deciding = { gatherFacts, startCycle, rounds, settings, clock };
  const { proveChallenger, watchTrial, moveChallenger } = composeProof(needs, { settings, cycles, alerts });
  const keepLearning = makeKeepLearning({
    ...{ cycles, alerts, arrivals, clock, decideModels: makeDecideModels(deciding) },
    advanceCycle: makeAdvanceCycle({
      ...{ cycles, runs, registry, startTraining, proveChallenger, watchTrial, moveChallenger, clock },
      onBroken: (err, cycleId) => logger.error({ err, cycleId }, 'a learning cycle failed'),
    }),
    onStuck: (err, cycleId) => logger.warn({ err, cycleId }, 'a learning cycle cannot go on now; it is tried again'),
  });
  await lookAgainAndAgain(needs, keepLearning);
  return {
    handlers: makeLearningHandlers({
      ...{ cycles, retrain: makeRetrain(deciding), explainRetraining: makeExplainRetraining(deciding) },
    }),
    subscription: await eventLog.subscribe({
      ...{ topic: TOPICS.alerts.name, group: GROUP, handle: makeOnAlert(makeNoteAlerts({ alerts })) },
    }),
  };
}

/** How challengers are proved, watched and moved. */
function composeProof(
  { config, platform, registry, runs, datasets, evaluator, promoteModel, overrides }: LearningNeeds,
  {
    settings,
    cycles,
    alerts,
  }: {
    readonly settings: LearningSettings;
    readonly cycles: PostgresLearningCycles;
    readonly alerts: PostgresLearningAlerts;
  },
) {
  const { database, clock, logger } = platform;
  const prover =
    overrides.prover ??
    new ChildChallengerProver({
      modulePath: join(__dirname, '..', 'dist', 'jobs', 'proof-child.js'),
      objectStoreUrl: config.objectStoreUrl!,
      memoryMb: memoryLimitMb(config.trainingMemoryMb),
    });
  const reports =
    overrides.trialReports ??
    servingTrialReports(
      () => platform.client('serving'),
      (err) => logger.debug({ err }, 'serving cannot be asked how a trial goes; it is asked again'),
    );
  const moveChallenger = makeMoveChallenger({ registry, runs, promoteModel });
  const evaluations = new PostgresEvaluationStore(database);
  const common = { registry, datasets, trainers: TRAINERS, moveChallenger, settings, clock };
  return {
    moveChallenger,
    proveChallenger: makeProveChallenger({ ...common, cycles, prover, evaluations }),
    watchTrial: makeWatchTrial({ ...common, reports, alerts, evaluator }),
  };
}

/** A process that only queues runs leaves the learning to those that train. */
async function lookAgainAndAgain(
  { config, platform: { database, logger }, stack, overrides }: LearningNeeds,
  keepLearning: ReturnType<typeof makeKeepLearning>,
): Promise<void> {
  const work = (options: { readonly signal: AbortSignal }) =>
    inOneReplica(database, 'learning', () => keepLearning(options));
  if (overrides.onLearning !== undefined) {
    overrides.onLearning(() => work({ signal: new AbortController().signal }));
    return;
  }
  if (!config.learning || config.trainingConcurrency === 0) return;
  await stack.open('continuous learning', async () =>
    keepDoing({
      ...{ everyMs: config.learningLookMs, work },
      onFailure: (err) => logger.warn({ err }, 'models are not looked after; it is tried again'),
    }),
  );
}

const DAY_MS = 24 * 3_600_000;

function settingsOf(config: TrainingConfig): LearningSettings {
  return {
    everyMs: config.learningEveryMs,
    maxAgeMs: config.learningMaxAgeDays * DAY_MS,
    newShare: config.learningNewShare,
    newLeast: config.learningNewLeast,
    proofLeast: config.learningProofLeast,
    heldOutShare: config.learningHeldOutShare,
    historyMs: config.learningHistoryDays * DAY_MS,
    shadowMs: config.learningShadowMs,
    canaryMs: config.learningCanaryMs,
    canaryShare: config.learningCanaryShare,
    canaryLeastSlates: config.learningCanarySlates,
    canaryMaxMs: config.learningCanaryMaxMs,
    backOffMs: config.learningBackOffMs,
    firstModels: config.learningFirstModels,
  };
}
