import { AppError } from '@attune/errors';
import { aVersion } from '../../../tests/a-version';
import type { LearningCycle } from '../../domain/learning/learning-cycle';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import type { ModelStage, ModelVersion } from '../../domain/model-version';
import type { TrainingRun } from '../../domain/run';
import { TRAINERS } from '../../domain/trainers';
import type { Proof } from '../../learning-ports';
import type { Dataset, ModelRegistry } from '../../ports';
import { makeAdvanceCycle } from './advance-cycle';
import { makeMoveChallenger } from './move-challenger';
import { makeProveChallenger } from './prove-challenger';
import { makeWatchTrial } from './watch-trial';

const START_MS = Date.parse('2026-01-08T12:00:00Z');
const HOUR_MS = 3_600_000;
const settings = {
  ...{ shadowMs: HOUR_MS, canaryMs: HOUR_MS, canaryShare: 0.1, canaryLeastSlates: 0, canaryMaxMs: HOUR_MS },
} as LearningSettings;
const dataset: Dataset = {
  ...{ datasetId: 'd', kind: 'interactions', objectKeys: [], itemObjectKeys: [], followObjectKeys: [] },
  ...{ rowCount: 1, featureSchemaHash: '' },
};
const sound: Proof = {
  checks: [{ name: 'better', passed: true, reason: 'it is' }],
  measurement: { method: 'm', caveat: '', userCount: 100, metrics: [], comparisons: [] },
};
const begun: LearningCycle = {
  ...{
    cycleId: 'c',
    model: 'als',
    stage: 'training',
    reason: 'it is old',
    actor: 'learning',
    settings: {},
    checks: [],
  },
  ...{ outcome: '', startedAt: new Date(START_MS), failureCount: 0, champion: aVersion(1).ref },
  steps: [{ stage: 'training', at: new Date(START_MS), reason: 'it is old' }],
};

/** A fleet in memory whose every write can be the last one before a crash: it is done, and its answer never comes. */
class Fleet {
  nowMs = START_MS;
  cycle = begun;
  run: TrainingRun | undefined;
  readonly versions = new Map<number, ModelVersion>([[1, aVersion(1, { stage: 'production' })]]);
  readonly done: string[] = [];
  #writes = 0;

  constructor(
    private readonly crashAfter: number,
    private readonly proof: Proof | AppError = sound,
  ) {}

  /** Notes a write; the one that is named ends the process. */
  write<T>(what: string, answer: T): T {
    this.done.push(what);
    if (++this.#writes === this.crashAfter) throw new AppError('unavailable.crash', 'the process died');
    return answer;
  }

  move(version: number, stage: ModelStage): void {
    if (stage === 'production') this.versions.set(1, { ...this.versions.get(1)!, stage: 'retired' });
    this.versions.set(version, { ...this.versions.get(version)!, stage });
  }

  readonly registry = {
    get: async (_: string, version = 2) => this.versions.get(version)!,
    versions: async ({ stage }: { stage?: ModelStage }) =>
      [...this.versions.values()].filter((one) => one.stage === stage),
    history: async () => [],
  } as Pick<ModelRegistry, 'get' | 'versions' | 'history'>;

  advance(): Promise<void> {
    const { registry } = this;
    const clock = () => new Date(this.nowMs);
    const runs = { get: async () => this.run };
    const cycles = {
      move: async (cycle: LearningCycle, from: string) => {
        if (this.cycle.stage !== from) return false;
        this.cycle = cycle;
        return this.write(`cycle ${cycle.stage}`, true);
      },
    };
    const moveChallenger = makeMoveChallenger({
      ...{ registry, runs },
      promoteModel: async ({ version, to }) => {
        const known = this.versions.get(version!)!;
        if (known.stage === to) return { version: known };
        this.move(version!, to);
        return this.write(`registry ${to}`, { version: this.versions.get(version!)! });
      },
    });
    const datasets = { find: async () => dataset, build: async () => dataset };
    const common = { registry, datasets, trainers: TRAINERS, moveChallenger, settings, clock };
    const advanceCycle = makeAdvanceCycle({
      ...{ cycles, runs, registry, moveChallenger, clock, onBroken: () => undefined },
      startTraining: async ({ runId }) => {
        this.run ??= { runId, state: 'succeeded', version: aVersion(2).ref, datasetId: 'd' } as TrainingRun;
        this.versions.set(2, aVersion(2));
        return this.write('training', this.run);
      },
      proveChallenger: makeProveChallenger({
        ...{ ...common, cycles },
        prover: {
          prove: async () => {
            if (this.proof instanceof AppError) throw this.proof;
            return this.proof;
          },
        },
        evaluations: { save: async ({ evaluationId }) => this.write(`evaluation ${evaluationId}`, undefined) },
      }),
      watchTrial: makeWatchTrial({
        ...common,
        reports: { of: async () => ({}) },
        alerts: { known: async () => [] },
        evaluator: { evaluate: () => Promise.reject(new AppError('failed_precondition.no_fresh_data', 'nothing new')) },
      }),
    });
    return advanceCycle(this.cycle, { signal: new AbortController().signal });
  }

  /** Looks again and again, an hour apart; a process that died is started anew. */
  async live(looks = 8): Promise<void> {
    for (let look = 0; look < looks; look++) {
      await this.advance().catch((error: AppError) => this.done.push(error.code));
      this.nowMs += HOUR_MS;
    }
  }
}

const WRITES = [
  ...['training', 'cycle proving', 'evaluation c-proof', 'cycle proving', 'registry shadow', 'cycle shadow'],
  ...['registry canary', 'cycle canary', 'registry production', 'cycle promoted'],
];

describe('a learning cycle', () => {
  it('goes from training into production, step by step', async () => {
    const fleet = new Fleet(0);
    await fleet.live();
    expect(fleet.done).toEqual(WRITES);
    expect(fleet.cycle).toMatchObject({ stage: 'promoted', challenger: { version: 2 }, failureCount: 0 });
    expect(fleet.cycle.steps.map(({ stage }) => stage)).toEqual([
      'training',
      'proving',
      'shadow',
      'canary',
      'promoted',
    ]);
  });

  it.each(WRITES.map((what, at) => [at + 1, what] as const))(
    'ends the same where the process dies after write %i, %s',
    async (crashAfter) => {
      const fleet = new Fleet(crashAfter);
      await fleet.live(12);
      expect(fleet.done).toContain('unavailable.crash');
      expect(fleet.cycle.stage).toBe('promoted');
      expect(fleet.versions.get(2)!.stage).toBe('production');
      expect(fleet.done.filter((what) => what === 'training')).toHaveLength(1);
      expect(fleet.done.filter((what) => what === 'registry production')).toHaveLength(1);
    },
  );

  it('takes a challenger off the ladder that fails a check, with the reason', async () => {
    const fleet = new Fleet(0, { checks: [{ name: 'latency', passed: false, reason: '3.1 times as long' }] });
    await fleet.live();
    expect(fleet.cycle).toMatchObject({ stage: 'rejected', outcome: 'latency: 3.1 times as long', failureCount: 1 });
    expect(fleet.versions.get(2)!.stage).toBe('retired');
    expect(fleet.versions.get(1)!.stage).toBe('production');
  });

  it('rejects an artifact that ends the process which asks it', async () => {
    const fleet = new Fleet(0, new AppError('internal.proof_crashed', 'the process that asked it ended'));
    await fleet.live();
    expect(fleet.cycle).toMatchObject({ stage: 'rejected', outcome: expect.stringContaining('numbers: the process') });
  });

  it('tries again where a peer is away, and fails where trying again does not help', async () => {
    const away = new Fleet(0, new AppError('unavailable.feature_store', 'it is away'));
    await away.live(3);
    expect(away.cycle.stage).toBe('proving');
    const broken = new Fleet(0, new AppError('failed_precondition.dataset_too_large', 'it does not fit'));
    await broken.live(3);
    expect(broken.cycle).toMatchObject({ stage: 'failed', outcome: 'it failed in proving: it does not fit' });
  });
});
