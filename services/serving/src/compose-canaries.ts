import { randomUUID } from 'node:crypto';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { TrainingRollback } from './grpc/training-rollback';
import type { CanaryReport } from './guardrail-ports';
import type { ModelLoader } from './model-ports';
import { RedisCanaryCounters } from './storage/redis-canary-counters';
import { RedisCanaryLedger } from './storage/redis-canary-ledger';
import type { Trial, Trials } from './trial-ports';
import { makeCountCanaryOutcomes, type OutcomeCounter } from './use-cases/count-canary-outcomes';
import type { ModelFollower } from './use-cases/follow-models';
import { makeWatchCanaries } from './use-cases/watch-canaries';

/** A replica that judges and is silent for so many rounds is replaced by another. */
const LEASE_ROUNDS = 3;

/** What watching canaries is wired of. */
export interface CanaryWiring {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis', string>;
  readonly stack: Stack;
  readonly loader: ModelLoader;
  readonly trials: Trials;
  readonly follower: ModelFollower;
}

/** What the rest of serving tells and asks about canaries. */
export interface Canaries {
  readonly outcomes: OutcomeCounter;
  /** What was found about canaries lately; empty where nobody can say. */
  readonly reports: () => Promise<readonly CanaryReport[]>;
}

/** Wires the guardrails: what becomes of slates is counted, judged, and a canary that breaches one is taken back. */
export async function composeCanaries(wiring: CanaryWiring): Promise<Canaries> {
  const { config, platform, stack, loader, trials, follower } = wiring;
  const { redis, clock, logger, privacy } = platform;
  const counters = new RedisCanaryCounters(redis);
  const ledger = new RedisCanaryLedger(redis);
  const known: { canaries: readonly Trial[] } = { canaries: [] };
  const outcomes = makeCountCanaryOutcomes({
    ...{ counters, loader, clock, userKeyOf: privacy.userKeyOf, canaries: () => known.canaries },
  });
  const everyMs = config.guardrailPollMs;
  const watch = makeWatchCanaries({
    ...{ known, counters, ledger, follower, clock, logger, counter: outcomes, trials: () => trials.all() },
    rollback: new TrainingRollback(() => platform.client('training')),
    replica: randomUUID(),
    leaseMs: LEASE_ROUNDS * everyMs,
  });
  const onFailure = (err: unknown) => logger.warn({ err }, 'canaries cannot be judged at the moment');
  await stack.open('guardrails of canaries', () => keepDoing({ everyMs, work: watch.round, onFailure }));
  return { outcomes, reports: () => ledger.reports().catch(() => []) };
}
