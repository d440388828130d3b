import { randomUUID } from 'node:crypto';
import type { monitoring } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { keepDoing } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import type { AuditStore } from './audit-ports';
import { budgetFindings } from './domain/budget/budget-findings';
import { fairnessFindings } from './domain/fairness/fairness-findings';
import { makeDriftHandler } from './grpc/drift-handler';
import { TrainingProfiles } from './grpc/training-profiles';
import type { MonitoringParts } from './monitoring-part';
import { PostgresBudgetStore } from './storage/postgres-budget-store';
import { PostgresCauseReader } from './storage/postgres-cause-reader';
import { PostgresJudgeStore } from './storage/postgres-judge-store';
import { PostgresSeriesStore } from './storage/postgres-series-store';
import { makeDetect, type WholeDetector } from './use-cases/detect';
import { makeDistributionDetectors } from './use-cases/detect-in-distributions';
import { makeSeriesDetectors } from './use-cases/detect-in-series';
import { makeSkewDetector } from './use-cases/detect-skew';
import { makeGetDrift } from './use-cases/get-drift';
import { makeListBudgets } from './use-cases/list-budgets';
import { makeMeasureSkew } from './use-cases/measure-skew';
import type { makeTakeFindings } from './use-cases/take-findings';

const HOUR_MS = 3_600_000;
/** A third of the time between rounds at most, for the other detectors wait for it. */
const LOOK_BACK_MS = 5_000;

/** What detection is wired with. */
export interface DetectionNeeds {
  readonly takeFindings: ReturnType<typeof makeTakeFindings>;
  readonly audits: AuditStore;
}

/** Wires detection: rounds in one replica at a time, and the question how far a model has drifted. */
export async function composeDetection(
  { config, platform, stack, onDetect }: MonitoringParts,
  { takeFindings, audits }: DetectionNeeds,
): Promise<{ readonly handlers: Partial<Handlers<monitoring.MonitoringServiceServer>> }> {
  const { database, clock, logger } = platform;
  const series = new PostgresSeriesStore(database);
  const onFull = (metric: string) => logger.warn({ metric }, 'there are more series than can be watched for drift');
  const onUnreadable = (metric: string, err: unknown) =>
    logger.warn({ metric, err }, 'what judges of drift wrote down cannot be read; they look back over two weeks again');
  const following = {
    ...{ series, onFull, stopwatch: () => performance.now(), lookBackMs: LOOK_BACK_MS },
    ...{ judges: new PostgresJudgeStore(database), newLine: randomUUID, onUnreadable },
  };
  const causes = new PostgresCauseReader(database);
  const profiles = new TrainingProfiles(() => platform.client('training'), clock);
  const measureSkew = makeMeasureSkew({ series, profiles, production: causes });
  const detect = makeDetect({
    detectors: [...makeSeriesDetectors(series), ...makeDistributionDetectors(following), makeSkewDetector(measureSkew)],
    whole: [
      fairness(audits, config.monitoringAuditHours),
      budgets(makeListBudgets({ budgets: new PostgresBudgetStore(database), clock })),
    ],
    ...{ causes, take: takeFindings, clock },
    onFailure: (detector, err) => logger.warn({ err, detector }, 'a detector failed; what it judges stays as it is'),
  });
  const work = (options: { readonly signal: AbortSignal }) => inOneReplica(database, 'detect', () => detect(options));
  if (onDetect === undefined) {
    await stack.open('detection', () =>
      keepDoing({
        ...{ everyMs: config.monitoringDetectMs, work },
        onFailure: (err) => logger.warn({ err }, 'a round of detection failed; it is tried again'),
      }),
    );
  } else {
    onDetect(() => work({ signal: new AbortController().signal }));
  }
  return { handlers: makeDriftHandler(makeGetDrift({ series, measureSkew, clock })) };
}

/** The last audits of the schedule hold until the next ones are due, and as long again. */
function fairness(audits: AuditStore, everyHours: number): WholeDetector {
  return {
    kind: 'fairness',
    find: async (now) =>
      fairnessFindings(await audits.latestScheduled(new Date(now.getTime() - 2 * everyHours * HOUR_MS))),
  };
}

function budgets(listBudgets: ReturnType<typeof makeListBudgets>): WholeDetector {
  return { kind: 'budget', find: async (now) => budgetFindings(await listBudgets(), now) };
}
