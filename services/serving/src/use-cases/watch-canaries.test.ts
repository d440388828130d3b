import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import { type CanaryOutcomes, SLOW_MS, type SlateOutcomes } from '../domain/canary-guardrails';
import type { CanaryReport, OwedRollback } from '../guardrail-ports';
import type { RefusedArtifact } from '../model-ports';
import type { Trial } from '../trial-ports';
import { makeWatchCanaries } from './watch-canaries';

const ref = { name: 'als', version: '2', digest: 'digest-2' };
const canary: Trial = { ref, stage: 'canary', canaryShare: 0.1, sequence: 5, since: 5 };
const outcomes = (degraded: number): SlateOutcomes => ({
  slates: 1_000,
  degraded,
  slow: SLOW_MS.map(() => 0),
  clicked: 100,
});
const healthy: CanaryOutcomes = { canary: outcomes(5), production: outcomes(5) };
const harmful: CanaryOutcomes = { canary: outcomes(500), production: outcomes(5) };

function setUp(found: CanaryOutcomes, { mayJudge = true }: { readonly mayJudge?: boolean } = {}) {
  const world = {
    trials: [canary, { ...canary, ref: { ...ref, version: '9' }, stage: 'shadow' }] as Trial[],
    reports: [] as CanaryReport[],
    owed: [] as OwedRollback[],
    demoted: [] as OwedRollback[],
    refused: [] as RefusedArtifact[],
    problem: undefined as AppError | undefined,
    warnings: [] as string[],
    flushes: 0,
  };
  const watch = makeWatchCanaries({
    known: { canaries: [] },
    trials: async () => world.trials,
    counter: { flush: async () => void world.flushes++ },
    counters: { read: async () => found },
    ledger: {
      mayJudge: async () => mayJudge,
      report: async (report) => void world.reports.push(report),
      reports: async () => world.reports,
      owe: async (rollback) => void world.owed.push(rollback),
      settle: async () => void world.owed.splice(0),
      owed: async () => [...world.owed],
    },
    rollback: {
      demote: async (rollback) => {
        if (world.problem) throw world.problem;
        world.demoted.push(rollback);
      },
    },
    follower: {
      endTrial: async (trial) => {
        world.trials = world.trials.map((one) =>
          one.ref.version === trial.ref.version ? { ...one, stage: 'none' } : one,
        );
      },
      refused: () => world.refused,
    },
    replica: 'r1',
    leaseMs: 1_000,
    clock: () => new Date(0),
    logger: { warn: (_, message) => void world.warnings.push(message), error: () => undefined },
  });
  return { world, watch };
}

describe('watching canaries', () => {
  it('reports one that does no harm, and leaves it', async () => {
    const { world, watch } = setUp(healthy);
    await watch.round(waiting);
    expect(watch.canaries()).toEqual([canary]);
    expect(world.reports).toMatchObject([{ ref, share: 0.1, verdict: 'within' }]);
    expect([world.demoted, world.trials[0]!.stage]).toEqual([[], 'canary']);
  });

  it('ends one that does harm, tells training why, and judges it no more', async () => {
    const { world, watch } = setUp(harmful);
    await watch.round(waiting);
    await watch.round(waiting);
    expect(world.reports).toMatchObject([
      { verdict: 'rolled_back', reason: expect.stringMatching(/^guardrail errors: 50 %/) },
    ]);
    expect(world.demoted).toEqual([{ ref, since: 5, reason: world.reports[0]!.reason }]);
    expect([world.trials[0]!.stage, world.owed, watch.canaries()]).toEqual(['none', [], []]);
  });

  it('ends it while training is away, tells it later, and complains once', async () => {
    const { world, watch } = setUp(harmful);
    world.problem = new AppError('unavailable.training', 'away');
    for (let round = 0; round < 3; round++) await watch.round(waiting);
    expect([world.trials[0]!.stage, world.owed.length, world.warnings.length]).toEqual(['none', 1, 1]);
    world.problem = undefined;
    await watch.round(waiting);
    expect([world.owed, world.demoted.length]).toEqual([[], 1]);
  });

  it('does not insist where the version is somewhere else by now', async () => {
    const { world, watch } = setUp(harmful);
    world.problem = new AppError('failed_precondition.stage', 'als v2 is in production');
    await watch.round(waiting);
    expect(world.owed).toEqual([]);
  });

  it('ends one whose artifact cannot be served, but not for what may pass', async () => {
    const { world, watch } = setUp(healthy);
    const refusal = (problem: AppError) => ({ ref, refusedAt: new Date(0), problem });
    world.refused = [refusal(new AppError('unavailable.object_store', 'away'))];
    await watch.round(waiting);
    expect(world.demoted).toEqual([]);
    world.refused = [refusal(new AppError('data_loss.artifact', 'retrieval.onnx is damaged'))];
    await watch.round(waiting);
    expect(world.demoted[0]!.reason).toMatch(/artifact was refused: retrieval.onnx is damaged/);
  });

  it('hands over what it counted, and leaves the judging to the replica that holds the lease', async () => {
    const { world, watch } = setUp(harmful, { mayJudge: false });
    await watch.round(waiting);
    expect([world.flushes, world.reports, world.demoted]).toEqual([1, [], []]);
  });
});
