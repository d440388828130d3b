import type { experiment as wire } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import type { ExperimentConfig } from './config';
import { makePublishExperimentChanges } from './events/publish-experiment-changes';
import { publishExposures } from './events/publish-exposures';
import { makeExperimentHandlers } from './grpc/experiment-handlers';
import { makeUnitHandlers } from './grpc/unit-handlers';
import type { ModelMover } from './ports';
import { PostgresExperimentStore } from './storage/postgres-experiment-store';
import { PostgresFactReader } from './storage/postgres-fact-reader';
import { makeAdvanceRollout } from './use-cases/advance-rollout';
import { makeAnalyseExperiment } from './use-cases/analyse-experiment';
import { makeAssignUnit } from './use-cases/assign-unit';
import { makeCreateExperiment } from './use-cases/create-experiment';
import { makeGetResults } from './use-cases/get-results';
import { makeLiveDefinitions } from './use-cases/live-definitions';
import { makeMoveExperiment } from './use-cases/move-experiment';
import { makeRolloutModel } from './use-cases/rollout-model';
import { makeTakeBackModels } from './use-cases/take-back-models';
import { makeUpdateExperiment } from './use-cases/update-experiment';
import { makeWatchExperiments } from './use-cases/watch-experiments';

/** How soon a replica knows of what another one changed, and a change that could not be told is told again. */
const REFRESH_EVERY_MS = 1_000;
/** Those who ask within it share one answer. */
const RESULTS_MAX_AGE_MS = 1_000;
const HOUR_MS = 3_600_000;
const ALPHA = 0.05;

/** The platform of this service. */
export type ExperimentPlatform = PlatformOf<'event-log', string>;

/** Is given the round of the job that watches experiments, which is then done by hand alone. True: this replica had the lock. */
export type OnWatch = (watch: () => Promise<boolean>) => void;

/** What the wiring needs. */
export interface ComposeExperimentsNeeds {
  readonly config: ExperimentConfig;
  readonly platform: ExperimentPlatform;
  readonly stack: Stack;
  readonly models: ModelMover;
  readonly onWatch: OnWatch | undefined;
}

/** Wires experiments, assignment and analysis. */
export async function composeExperiments(
  needs: ComposeExperimentsNeeds,
): Promise<Partial<Handlers<wire.ExperimentServiceServer>>> {
  const { config, platform, stack, models } = needs;
  const { database, eventLog, privacy, clock, logger } = platform;
  const experiments = new PostgresExperimentStore(database);
  const live = makeLiveDefinitions(experiments);
  const publishChanges = makePublishExperimentChanges({ experiments, eventLog, clock });
  const refresh = async () => {
    await live.refresh();
    await publishChanges();
  };
  const onStale = (err: unknown) =>
    logger.warn({ err }, 'experiments cannot be read or told to the fleet; it is tried again every second');
  // the change is stored: what follows from it comes later where it cannot come now
  const afterChange = () => refresh().catch(onStale);
  await live.refresh();
  await stack.open('refresh of experiments', () =>
    keepDoing({ everyMs: REFRESH_EVERY_MS, work: refresh, onFailure: onStale }),
  );

  const analyse = makeAnalyseExperiment({
    ...{ experiments, facts: new PostgresFactReader(database), clock },
    settings: {
      attributionMs: config.experimentAttributionHours * HOUR_MS,
      factMs: config.experimentFactDays * 24 * HOUR_MS,
      terms: { alpha: ALPHA, tunedFor: config.experimentTunedForUnits },
    },
  });
  const rolloutModel = makeRolloutModel(models);
  const changing = { experiments, afterChange, clock };
  const takeBackModels = makeTakeBackModels({ experiments, rolloutModel, onFailure });
  const moveExperiment = makeMoveExperiment({
    ...{ ...changing, rolloutModel },
    // the end is stored: the job takes back what cannot be taken back now
    takeBackModels: (experimentId) => takeBackModels(experimentId).catch(onStale),
  });
  const advanceRollout = makeAdvanceRollout({ ...changing, analyse, moveExperiment, rolloutModel });
  await watch(
    needs,
    makeWatchExperiments({
      ...{ experiments, analyse, moveExperiment, advanceRollout, takeBackModels, clock },
      onFailure,
    }),
  );
  function onFailure(experimentId: string, err: unknown) {
    logger.warn({ err, experimentId }, 'an experiment could not be judged or moved; it is tried again');
  }
  return {
    ...makeExperimentHandlers({
      ...{ experiments, moveExperiment },
      createExperiment: makeCreateExperiment(changing),
      updateExperiment: makeUpdateExperiment(changing),
    }),
    ...makeUnitHandlers({
      assignUnit: makeAssignUnit({ live, exposures: publishExposures(eventLog, privacy.userKeyOf), clock }),
      getResults: makeGetResults({ analyse, clock, maxAgeMs: RESULTS_MAX_AGE_MS }),
    }),
  };
}

async function watch(
  { config, platform: { database, logger }, stack, onWatch }: ComposeExperimentsNeeds,
  watchExperiments: ReturnType<typeof makeWatchExperiments>,
): Promise<void> {
  const work = (options: { readonly signal: AbortSignal }) =>
    inOneReplica(database, 'watch', () => watchExperiments(options));
  if (onWatch !== undefined) {
    onWatch(() => work({ signal: new AbortController().signal }));
    return;
  }
  await stack.open('watch over experiments', () =>
    keepDoing({
      ...{ everyMs: config.experimentWatchMs, work },
      onFailure: (err) => logger.warn({ err }, 'experiments are not watched; it is tried again'),
    }),
  );
}
