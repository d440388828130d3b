import { filterInteractions, type Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { type GraphSession, openGraphSession } from '@attune/onnx';
import { vectorOf } from '../golden-inputs';
import type { Checkpoint, CheckpointStore, FittedModel, OnProgress, PreviousModel } from '../model';
import { parseSettings } from '../parse-settings';
import { type NcfSettings, ncfSettings } from './ncf-settings';
import { NEURAL_CF } from './neural-cf';

const USERS = 80;
const ITEMS = 48;
const TASTES = 4;

/**
 * Users have one of four tastes and like eight items each: mostly of their taste, popular ones more often. The last user and the
 * last item have nothing. One liked item per user, of the user's taste, is kept for the test.
 */
function worldOf(seed: number) {
  const uniform = seededUniform(seed);
  const [userIndex, itemIndex]: [number[], number[]] = [[], []];
  const held = new Map<number, number>();
  for (let user = 0; user < USERS - 1; user++) {
    const taste = user % TASTES;
    const liked = new Set<number>();
    while (liked.size < 8) {
      const item = Math.floor((ITEMS - 1) * uniform() ** 1.5);
      if (item % TASTES === taste || uniform() < 0.05) liked.add(item);
    }
    const own = [...liked].filter((item) => item % TASTES === taste);
    held.set(user, own[Math.floor(uniform() * own.length)]!);
    for (const item of [...liked].sort((a, b) => a - b)) {
      userIndex.push(user);
      itemIndex.push(item);
    }
  }
  const all: Interactions = {
    userCount: USERS,
    itemCount: ITEMS,
    userIndex: Int32Array.from(userIndex),
    itemIndex: Int32Array.from(itemIndex),
    value: new Float32Array(userIndex.length).fill(1),
    timeMs: new Float64Array(userIndex.length).fill(Number.NaN),
  };
  const training = filterInteractions(all, (e) => held.get(all.userIndex[e]!) !== all.itemIndex[e]);
  return { all, training, held };
}

const WORLD = worldOf(11);

const settingsOf = (more: Partial<NcfSettings> = {}): NcfSettings =>
  ncfSettings.parse({
    embedding: 8,
    hidden: '16-8',
    dropout: 0,
    epochs: 10,
    batchSize: 200,
    learningRate: 0.03,
    l2: 0.0005,
    initStd: 0.1,
    pretrain: 'none',
    ...more,
  });

const fit = (settings: NcfSettings, more: Partial<Parameters<typeof NEURAL_CF.fit>[0]> = {}): Promise<FittedModel> =>
  NEURAL_CF.fit({ data: { interactions: WORLD.training }, settings, ...more });

/** The share of users whose held-out item is among the six best of those that they do not have in training. */
function hitRate(scoreOf: (user: number, item: number) => number): number {
  let hits = 0;
  for (const [user, target] of WORLD.held) {
    const liked = new Set<number>();
    WORLD.all.userIndex.forEach((u, e) => {
      if (u === user) liked.add(WORLD.all.itemIndex[e]!);
    });
    const better = Array.from({ length: ITEMS }, (_, item) => item).filter(
      (item) => !liked.has(item) && scoreOf(user, item) >= scoreOf(user, target),
    );
    if (better.length < 6) hits++;
  }
  return hits / WORLD.held.size;
}

const ALL_USERS = Int32Array.from({ length: USERS }, (_, user) => user);

/** Keeps what it is given, as a store would: a copy. */
class MemoryCheckpoints implements CheckpointStore {
  kept: Checkpoint | undefined;
  saves = 0;
  constructor(private readonly stopAfter = Number.POSITIVE_INFINITY) {}
  async load() {
    return this.kept;
  }
  async save(checkpoint: Checkpoint) {
    this.kept = structuredClone(checkpoint);
    if (++this.saves >= this.stopAfter) throw new Error('killed');
  }
}

describe('neural_cf', () => {
  it.each(['gmf', 'mlp', 'neumf'] as const)('as %s finds tastes that popularity cannot', async (variant) => {
    await using model = await fit(settingsOf({ variant }));
    const scores = await model.scoreAll(ALL_USERS);
    const counts = new Float64Array(ITEMS);
    for (const item of WORLD.training.itemIndex) counts[item]!++;
    const popularity = hitRate((_, item) => counts[item]!);
    const found = hitRate((user, item) => scores[user * ITEMS + item]!);
    // six of the forty items that a user has not: popularity hits a fifth, whoever knows the taste more than half
    expect(found).toBeGreaterThan(2 * popularity);
  });

  it('begins a neumf at a gmf and an mlp where asked for, and is good before it is tuned', async () => {
    const settings = settingsOf({ pretrain: 'gmf-mlp', pretrainEpochs: 10, epochs: 1, fineTuneRate: 0.01 });
    const phases = new Set<string>();
    await using model = await fit(settings, { onProgress: ({ phase }) => phases.add(phase) });
    const scores = await model.scoreAll(ALL_USERS);
    expect(hitRate((user, item) => scores[user * ITEMS + item]!)).toBeGreaterThan(0.5);
    expect([...phases]).toEqual(['training gmf', 'training mlp', 'training neumf']);
  });

  it.each(['gmf', 'neumf'] as const)('begins a %s at a solved factorization, and is good at once', async (variant) => {
    await using model = await fit(settingsOf({ variant, pretrain: 'als', epochs: 1, learningRate: 1e-6 }));
    const scores = await model.scoreAll(ALL_USERS);
    expect(hitRate((user, item) => scores[user * ITEMS + item]!)).toBeGreaterThan(0.5);
  });

  it('gives equal bytes for equal seeds on one thread, and others for another seed', async () => {
    const scoresOf = async (settings: NcfSettings) => {
      await using model = await fit(settings);
      return await model.scoreAll(ALL_USERS);
    };
    const first = await scoresOf(settingsOf({ epochs: 2 }));
    expect(await scoresOf(settingsOf({ epochs: 2 }))).toEqual(first);
    expect(await scoresOf(settingsOf({ epochs: 2, seed: 2 }))).not.toEqual(first);
  });

  it.each([1, 3, 4])('goes on after a kill in step %i as if nothing had happened', async (stopAfter) => {
    const settings = settingsOf({ pretrain: 'gmf-mlp', pretrainEpochs: 2, epochs: 2, patience: 2 });
    await using whole = await fit(settings, { checkpoints: new MemoryCheckpoints() });
    const killed = new MemoryCheckpoints(stopAfter);
    await expect(fit(settings, { checkpoints: killed })).rejects.toThrow('killed');
    const checkpoints = new MemoryCheckpoints();
    checkpoints.kept = killed.kept;
    await using resumed = await fit(settings, { checkpoints });
    expect(checkpoints.saves).toBe(6 - stopAfter);
    expect(await resumed.scoreAll(ALL_USERS)).toEqual(await whole.scoreAll(ALL_USERS));
    expect(resumed.metrics).toEqual(whole.metrics);
  });

  it('refuses a checkpoint of another training', async () => {
    const checkpoints = new MemoryCheckpoints(1);
    await expect(fit(settingsOf(), { checkpoints })).rejects.toThrow('killed');
    await expect(fit(settingsOf({ seed: 9 }), { checkpoints })).rejects.toMatchObject({
      code: 'failed_precondition.checkpoint_mismatch',
    });
  });

  it('stops early where held-out interactions are ranked no better, and keeps the best epoch', async () => {
    const ndcgs: number[] = [];
    const settings = settingsOf({ epochs: 60, patience: 2, schedule: 'constant', l2: 0, dropout: 0 });
    const onProgress: OnProgress = ({ metrics }) => {
      if (metrics?.held_out_ndcg !== undefined) ndcgs.push(metrics.held_out_ndcg);
    };
    await using model = await fit(settings, { onProgress });
    expect(ndcgs.length).toBeLessThan(60);
    expect(model.metrics.held_out_ndcg).toBe(Math.max(...ndcgs));
    expect(model.metrics.epochs).toBe(ndcgs.length - 2);
  });

  it('scores users and items that it never saw: finite, a user by common taste, an item as a rare one', async () => {
    await using model = await fit(settingsOf());
    const scores = await model.scoreAll(ALL_USERS);
    expect(scores.every(Number.isFinite)).toBe(true);
    const unseenUser = scores.subarray((USERS - 1) * ITEMS, USERS * ITEMS);
    const mean = (items: readonly number[]) => items.reduce((sum, item) => sum + unseenUser[item]!, 0) / items.length;
    // items are numbered by falling popularity
    expect(mean([0, 1, 2, 3, 4, 5, 6, 7])).toBeGreaterThan(mean([39, 40, 41, 42, 43, 44, 45, 46]));
    const average = (item: number) => ALL_USERS.reduce((sum, user) => sum + scores[user * ITEMS + item]!, 0) / USERS;
    const best = Math.max(...Array.from({ length: 8 }, (_, item) => average(item)));
    expect(average(ITEMS - 1)).toBeLessThan(best);
  });

  it('begins at an earlier version, whose users and items may have other rows', async () => {
    const settings = settingsOf();
    await using earlier = await fit(settings);
    const pairs = earlier.graphs!().find(({ name }) => name === 'pairs')!;
    const { readModel } = await import('@attune/onnx');
    const stored = readModel(pairs.model).initializers;
    const previous: PreviousModel = {
      settings: { ...settings },
      tensor: (name) => {
        const found = stored.find((tensor) => tensor.name === name);
        return found && new Float32Array(found.raw.slice().buffer);
      },
      userRows: Int32Array.from({ length: USERS }, (_, user) => user),
      itemRows: Int32Array.from({ length: ITEMS }, (_, item) => item),
    };
    const oneEpoch = settingsOf({ epochs: 1, fineTuneRate: 0.01 });
    await using warm = await fit(oneEpoch, { previous });
    await using cold = await fit(oneEpoch);
    const hits = async (model: FittedModel) => {
      const scores = await model.scoreAll(ALL_USERS);
      return hitRate((user, item) => scores[user * ITEMS + item]!);
    };
    expect(warm.metrics.begun_at_previous).toBe(1);
    expect(await hits(warm)).toBeGreaterThan((await hits(cold)) + 0.2);
    await using other = await fit(settingsOf({ epochs: 1, embedding: 12 }), { previous });
    expect(other.metrics.begun_at_previous).toBe(0);
  });

  it('trains where there is one user, or one item, and so no negative', async () => {
    const one = (userCount: number, itemCount: number): Interactions => {
      const pairs = Array.from({ length: userCount * itemCount }, (_, at) => at);
      return {
        userCount,
        itemCount,
        userIndex: Int32Array.from(pairs, (at) => Math.floor(at / itemCount)),
        itemIndex: Int32Array.from(pairs, (at) => at % itemCount),
        value: new Float32Array(pairs.length).fill(1),
        timeMs: new Float64Array(pairs.length).fill(Number.NaN),
      };
    };
    for (const interactions of [one(1, 1), one(1, 5), one(5, 1)]) {
      await using model = await fit(settingsOf({ epochs: 1, pretrain: 'als' }), { data: { interactions } });
      const { userCount, itemCount } = interactions;
      const scores = await model.scoreAll(Int32Array.from({ length: userCount }, (_, user) => user));
      expect(scores).toHaveLength(userCount * itemCount);
      expect(scores.every(Number.isFinite)).toBe(true);
    }
  });

  it('says which engine trains, and why', async () => {
    const told: unknown[] = [];
    const logger = { info: (facts: Readonly<Record<string, unknown>>) => told.push(facts) };
    await using model = await fit(settingsOf({ epochs: 1, engine: 'onnxruntime' }), { logger });
    expect(model.metrics.epochs).toBe(1);
    expect(told).toEqual([{ engine: 'onnxruntime', device: expect.any(String), reason: expect.any(String) }]);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fit(settingsOf(), { signal })).rejects.toMatchObject({ code: 'cancelled.training' });
  });

  it('refuses data without a positive interaction, and settings that are wrong, all at once', async () => {
    const none = { ...WORLD.training, value: WORLD.training.value.map(() => -1) };
    await expect(fit(settingsOf(), { data: { interactions: none } })).rejects.toMatchObject({
      code: 'failed_precondition.dataset_no_positives',
    });
    const wrong = { variant: 'gnn', hidden: '256,128', dropout: 1, negatives: 0, rank: 3 };
    expect(() => parseSettings(NEURAL_CF, wrong)).toThrow(
      expect.objectContaining({
        code: 'invalid.settings',
        violations: ['variant', 'hidden', 'dropout', 'negatives', 'rank'].map((name) =>
          expect.objectContaining({ field: `settings.${name}` }),
        ),
      }),
    );
  });
});

describe('the graphs of neural_cf', () => {
  it.each(['gmf', 'mlp', 'neumf'] as const)('answer for %s what the trained net answers', async (variant) => {
    await using model = await fit(settingsOf({ variant, epochs: 3 }));
    const graphs = new Map(model.graphs!().map(({ name, model: bytes }) => [name, bytes]));
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    await using rank = await openGraphSession(graphs.get('rank')!);
    await using retrieval = await openGraphSession(graphs.get('retrieval')!);
    await using pairs = await openGraphSession(graphs.get('pairs')!);
    for (const user of [0, 37, USERS - 1]) {
      // `pairs` is the net unfolded, with normalizations as they were trained
      const unfolded = await scoresFrom(pairs, {
        user_indices: vectorOf('int32', ...items.map(() => user)),
        item_indices: vectorOf('int32', ...items),
      });
      const ranked = await scoresFrom(rank, {
        user_index: vectorOf('int32', user),
        item_indices: vectorOf('int32', ...items),
      });
      const scored = await model.scoreAll(Int32Array.of(user));
      for (const item of items) {
        expect(Math.abs(ranked[item]! - unfolded[item]!)).toBeLessThan(1e-5);
        expect(Math.abs(scored[item]! - unfolded[item]!)).toBeLessThan(1e-5);
      }
      const answer = await retrieval.run({ user_index: vectorOf('int32', user), k: vectorOf('int64', 7) });
      const best = items.toSorted((a, b) => ranked[b]! - ranked[a]!).slice(0, 7);
      expect(answer.item_indices!.data).toEqual(best);
      expect(answer.scores!.dims).toEqual([1, 7]);
    }
  });

  it('score pairs as they score all', async () => {
    await using model = await fit(settingsOf({ epochs: 1 }));
    const all = await model.scoreAll(Int32Array.of(5, 9));
    const pairs = await model.scorePairs(Int32Array.of(5, 9, 5), Int32Array.of(3, ITEMS - 1, 0));
    for (const [at, expected] of [all[3]!, all[2 * ITEMS - 1]!, all[0]!].entries()) {
      expect(pairs[at]).toBeCloseTo(expected, 5);
    }
  });
});

async function scoresFrom(
  session: GraphSession,
  inputs: Parameters<GraphSession['run']>[0],
): Promise<readonly number[]> {
  const { scores } = await session.run(inputs);
  return scores!.data;
}
