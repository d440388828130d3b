import type { experiment as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import { METRIC_PATTERNS, METRICS } from '../domain/metrics/metric-catalogue';
import { experimentFromWire, stateFromWire, toExperiment } from '../experiment-message';
import type { ExperimentStore } from '../ports';
import type { makeCreateExperiment } from '../use-cases/create-experiment';
import type { MoveExperiment } from '../use-cases/move-experiment';
import type { makeUpdateExperiment } from '../use-cases/update-experiment';

type ExperimentHandlers = Pick<
  Handlers<wire.ExperimentServiceServer>,
  | 'createExperiment'
  | 'startExperiment'
  | 'stopExperiment'
  | 'updateExperiment'
  | 'getExperiment'
  | 'listExperiments'
  | 'listExperimentChanges'
  | 'listMetrics'
>;

const MOST_REASON = 1_000;

/** Handlers of the RPCs about experiments themselves. */
export function makeExperimentHandlers(use: {
  readonly experiments: ExperimentStore;
  readonly createExperiment: ReturnType<typeof makeCreateExperiment>;
  readonly updateExperiment: ReturnType<typeof makeUpdateExperiment>;
  readonly moveExperiment: MoveExperiment;
}): ExperimentHandlers {
  return {
    createExperiment: async ({ experiment }, { caller }) => ({
      experiment: toExperiment(await use.createExperiment(experimentFromWire(named(experiment)), caller ?? 'unknown')),
    }),
    updateExperiment: async ({ experiment, reason }, { caller }) => {
      checkReason(reason);
      const wanted = experimentFromWire(named(experiment));
      return { experiment: toExperiment(await use.updateExperiment({ wanted, reason, actor: caller ?? 'unknown' })) };
    },
    startExperiment: async ({ experimentId, reason }, { caller }) => {
      checkMove(experimentId, reason);
      return {
        experiment: toExperiment(await use.moveExperiment.start({ experimentId, reason, actor: caller ?? 'unknown' })),
      };
    },
    stopExperiment: async ({ experimentId, pause, reason }, { caller }) => {
      checkMove(experimentId, reason);
      const move = { experimentId, reason, actor: caller ?? 'unknown' };
      return {
        experiment: toExperiment(await (pause ? use.moveExperiment.pause(move) : use.moveExperiment.stop(move))),
      };
    },
    getExperiment: async ({ experimentId }) => {
      checkId(experimentId);
      return { experiment: toExperiment(await use.experiments.get(experimentId)) };
    },
    listExperiments: async (request) => listExperiments(use.experiments, request),
    listExperimentChanges: async (request) => listChanges(use.experiments, request),
    listMetrics: async () => ({
      metrics: METRICS.map(({ name, kind, description, higherIsBetter }) => ({
        ...{ name, kind, higherIsBetter },
        description: `${description}${familyOf(name)}`,
      })),
    }),
  };
}

/** A metric that stands for a family says how the others are named. */
function familyOf(name: string): string {
  const pattern = METRIC_PATTERNS.find((one) => one.startsWith('p<') && /^p\d+:/.test(name));
  return pattern === undefined ? '' : ` Others: ${pattern}.`;
}

async function listExperiments(
  experiments: ExperimentStore,
  request: wire.ListExperimentsRequest,
): Promise<wire.ListExperimentsResponse> {
  const size = pageSize(request.pageSize, 50);
  const question = `experiments:${request.state}`;
  const place = placeOf(request.pageToken, question);
  const state = stateFromWire(request.state);
  const found = await experiments.list({
    ...(state === undefined ? {} : { state }),
    ...(place === undefined ? {} : { after: { createdAtMs: Number(place[0]), experimentId: String(place[1]) } }),
    limit: size + 1,
  });
  const { rows, nextPageToken } = page(found, {
    ...{ size, question },
    placeAfter: ({ createdAtMs, definition }) => [createdAtMs, definition.experimentId],
  });
  return { experiments: rows.map(toExperiment), nextPageToken };
}

async function listChanges(
  experiments: ExperimentStore,
  request: wire.ListExperimentChangesRequest,
): Promise<wire.ListExperimentChangesResponse> {
  const { experimentId } = request;
  checkId(experimentId);
  const size = pageSize(request.pageSize, 50);
  const question = `changes:${experimentId}`;
  const place = placeOf(request.pageToken, question);
  // an experiment that does not exist is told apart from one without a history
  await experiments.get(experimentId);
  const found = await experiments.changes({
    experimentId,
    ...(place === undefined ? {} : { beforeSequence: Number(place[0]) }),
    limit: size + 1,
  });
  const { rows, nextPageToken } = page(found, { size, question, placeAfter: ({ sequence }) => [sequence] });
  const changes = rows.map(({ eventId: _, experiment, ...change }) => ({
    ...change,
    experiment: toExperiment(experiment),
  }));
  return { changes, nextPageToken };
}

function named(experiment: wire.Experiment | undefined): wire.Experiment {
  const v = validate();
  v.check('experiment', experiment === undefined, 'is missing: an experiment is required');
  v.throwIfAny();
  return experiment!;
}

function checkMove(experimentId: string, reason: string): void {
  checkId(experimentId);
  checkReason(reason);
}

function checkReason(reason: string): void {
  const v = validate();
  v.text('reason', reason, { max: MOST_REASON });
  v.throwIfAny();
}

/** Names an experiment, as far as an id can be asked for. */
export function checkId(experimentId: string): void {
  const v = validate();
  v.id('experiment_id', experimentId, { max: 64 });
  v.throwIfAny();
}
