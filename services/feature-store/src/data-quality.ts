import { randomInt } from 'node:crypto';
import { INTERACTION_TYPES } from '@attune/contracts';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import type { FeatureStoreConfig } from './config';
import { AcceptanceWatch } from './domain/quality/acceptance-watch';
import { QualityCounts } from './domain/quality/quality-counts';
import { Quarantines } from './domain/quality/quarantines';
import { RejectionShares } from './domain/quality/rejection-shares';
import { UserRates } from './domain/quality/user-rates';
import { publishQualityFindings } from './events/publish-quality-findings';
import { postgresQualityStore } from './storage/postgres-quality-store';
import { makeFlushQualityCounts } from './use-cases/flush-quality-counts';
import { makeJudgeQualityHours } from './use-cases/judge-quality-hours';
import { makeKeepQuarantines } from './use-cases/keep-quarantines';

/** How often hours that are over are looked for. */
const JUDGE_MS = 60_000;

type QualityPlatform = PlatformOf<'event-log', string>;

/** Wires what watches incoming data, and starts what keeps its counts, its quarantines and its findings up to date. */
export async function openDataQuality(config: FeatureStoreConfig, platform: QualityPlatform, stack: Stack) {
  const { clock, database, eventLog } = platform;
  const types = INTERACTION_TYPES;
  const quality = postgresQualityStore(database);
  const counts = new QualityCounts(types);
  const quarantines = new Quarantines();
  const shares = new RejectionShares({
    rejectedShare: config.quarantineRejectedShare,
    minEvents: config.quarantineMinEvents,
    windowMs: config.quarantineWindowMs,
  });
  const rates = new UserRates({ limitPerMinute: config.userEventsPerMinute, seed: randomInt(2 ** 31) });
  const watch = new AcceptanceWatch({ types, rates, counts, shares, quarantines });
  const quarantineMs = config.quarantineForMs;
  const keepQuarantines = makeKeepQuarantines({ quarantines, shares, store: quality, clock, quarantineMs });
  const { qualityDays } = config;
  const tell = publishQualityFindings(eventLog);
  const judge = makeJudgeQualityHours({ store: quality, types, tell, clock, keptDays: qualityDays });
  const flush = makeFlushQualityCounts({ counts, store: quality, clock });
  // A producer that is in quarantine is refused from the first call on.
  await keepQuarantines();
  stack.defer('counts of incoming data', flush);
  await keepUp(platform, stack, { name: 'counts of incoming data', everyMs: config.qualityFlushMs, work: flush });
  await keepUp(platform, stack, {
    name: 'quarantines',
    everyMs: config.quarantinePollMs,
    work: async () => {
      for (const one of await keepQuarantines()) platform.logger.warn(one, 'a producer is in quarantine now');
    },
  });
  await keepUp(platform, stack, {
    name: 'findings about incoming data',
    everyMs: JUDGE_MS,
    work: async () => {
      for (const { message, hour } of await judge()) platform.logger.warn({ hour }, message);
    },
  });
  return { watch, quality, types, qualityDays };
}

/** Keeps something up to date until the stop. */
function keepUp({ logger }: Pick<QualityPlatform, 'logger'>, stack: Stack, kept: Kept): Promise<unknown> {
  const { name, everyMs, work } = kept;
  const onFailure = (err: unknown) => logger.warn({ err }, `${name}: could not be kept up to date; trying again`);
  return stack.open(`rounds of ${name}`, () => keepDoing({ everyMs, work, onFailure }));
}

interface Kept {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<void>;
}
