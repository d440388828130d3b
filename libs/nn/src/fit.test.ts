import { aGmf, aTower } from '../tests/nets';
import type { Checkpoint } from './checkpoint';
import type { CompiledNet, NamedValues, OptimizerSettings } from './engine';
import { epochOrder } from './epoch-order';
import { fitNet } from './fit';
import type { FitBatch, FitProgress, FitRequest } from './fit-request';
import { onnxRuntimeEngine } from './onnxruntime/onnx-engine';
import { type EmbeddingTable, openEmbeddingTable } from './tables/embedding-table';

const USERS = 12;
const ITEMS = 9;
const optimizer: OptimizerSettings = { kind: 'adam', weightDecay: { kind: 'decoupled', rate: 0.01 } };

let compiled: CompiledNet;
let untrained: NamedValues;

beforeAll(async () => {
  compiled = await onnxRuntimeEngine().compile(aTower(), { optimizer, seed: 7, threads: 1 });
  untrained = await compiled.state();
});
afterAll(() => compiled[Symbol.asyncDispose]());

/** What a training begins with. Compiling is slow, so that all share a net; its state is all that it has. */
async function aTraining() {
  await compiled.restore(untrained);
  return { compiled, tables: { user: aTable('user', USERS), item: aTable('item', ITEMS) } };
}

function aTable(name: string, rows: number, width = 6): EmbeddingTable {
  return openEmbeddingTable({ name, rows, width, initializer: { kind: 'normal', std: 0.3 }, seed: 7, optimizer });
}

type Training = Awaited<ReturnType<typeof aTraining>>;

/** There are three kinds of users and of items, and each kind likes its own. */
const likes = (user: number, item: number) => (user % 3 === item % 3 ? 1 : 0);

/** All pairs in a new order each epoch, 16 at a time; the last batch is smaller. */
function* batches(epoch: number): Generator<FitBatch> {
  const order = epochOrder(USERS * ITEMS, { seed: 3, epoch });
  for (let start = 0; start < order.length; start += 16) {
    const pairs = order.subarray(start, start + 16);
    yield {
      feeds: { label: Float32Array.from(pairs, (pair) => likes(Math.floor(pair / ITEMS), pair % ITEMS)) },
      indices: { user: pairs.map((pair) => Math.floor(pair / ITEMS)), item: pairs.map((pair) => pair % ITEMS) },
    };
  }
}

const schedule = { kind: 'cosine', learningRate: 0.02, warmUp: 3, total: 42 } as const;
const BATCHES = 7;

async function fit(training: Training, more: Partial<FitRequest> = {}) {
  return await fitNet({ ...training, epochs: 6, batches, schedule, ...more });
}

/** Everything that a training moved, by name. */
async function everything({ compiled, tables }: Training): Promise<Record<string, Float32Array>> {
  return { ...(await compiled.state()), ...tables.user.state(), ...tables.item.state() };
}

/** Keeps all checkpoints of a run; begins with the given one. */
function aStore(first?: Checkpoint) {
  const saved: Checkpoint[] = [];
  return {
    saved,
    load: async () => first,
    save: async (checkpoint: Checkpoint) => {
      // what a file would hold
      saved.push({ ...structuredClone(checkpoint), state: JSON.parse(JSON.stringify(checkpoint.state)) });
    },
  };
}

describe('a training', () => {
  it('learns what is liked, by a product of embeddings', async () => {
    await using gmf = await onnxRuntimeEngine().compile(aGmf(), { optimizer, seed: 7, threads: 1 });
    const tables = { user: aTable('user', USERS, 5), item: aTable('item', ITEMS, 5) };
    const rate = { kind: 'constant', learningRate: 0.05 } as const;
    const { losses, epochs, bestEpoch } = await fit({ compiled: gmf, tables }, { epochs: 15, schedule: rate });
    expect([losses.length, epochs, bestEpoch]).toEqual([15, 15, 15]);
    // a guess by the base rate of a third has a loss of 0.64
    expect(losses[0]).toBeGreaterThan(0.6);
    expect(losses.at(-1)).toBeLessThan(0.1);
  });

  it('comes to the same numbers, bit by bit, when it was killed after any epoch and goes on from its checkpoint', async () => {
    // the best epoch comes after the first kill and before the others
    const metrics = [3, 5, 4, 6, 2, 1];
    const earlyStopping = { better: 'higher', patience: 6, evaluate: (epoch: number) => metrics[epoch - 1]! } as const;
    const whole = await aTraining();
    const store = aStore();
    const expected = await fit(whole, { checkpoints: store, earlyStopping });
    const trained = await everything(whole);
    expect(expected.bestEpoch).toBe(4);
    expect(store.saved.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const checkpoint of [store.saved[2]!, store.saved[4]!, store.saved[5]!]) {
      const resumed = await aTraining();
      expect(await fit(resumed, { checkpoints: aStore(checkpoint), earlyStopping })).toEqual(expected);
      expect(await everything(resumed)).toEqual(trained);
    }
  });

  it('keeps a checkpoint every few epochs and at its end, whatever ends it', async () => {
    const store = aStore();
    await fit(await aTraining(), { epochs: 5, checkpoints: store, checkpointEvery: 2 });
    expect(store.saved.map(({ step }) => step)).toEqual([2, 4, 5]);
  });

  it('refuses the checkpoint of another net', async () => {
    const store = aStore();
    await fit(await aTraining(), { epochs: 1, checkpoints: store });
    const state = { ...(store.saved[0]!.state as object), net: 'other' };
    const mismatch = { code: 'failed_precondition.checkpoint_mismatch' };
    await expect(fit(await aTraining(), { checkpoints: aStore({ ...store.saved[0]!, state }) })).rejects.toMatchObject(
      mismatch,
    );
  });

  it('stops when its patience is used up, with the net and the tables of the best epoch', async () => {
    const training = await aTraining();
    const seen: Record<string, Float32Array>[] = [];
    const metrics = [0.5, 0.4, 0.45, 0.41, 0.3, 0.2];
    const result = await fit(training, {
      earlyStopping: {
        better: 'lower',
        patience: 2,
        evaluate: async (epoch) => {
          seen.push(await everything(training));
          return metrics[epoch - 1]!;
        },
      },
    });
    expect(result).toMatchObject({ epochs: 4, bestEpoch: 2, bestMetric: 0.4 });
    const now = await everything(training);
    for (const name of ['user', 'item', 'out.weight', 'mlp.0.norm.mean']) {
      expect(now[name]).toEqual(seen[1]![name]);
      expect(now[name]).not.toEqual(seen[3]![name]);
    }
  });

  it('ends before its next batch when it is cancelled', async () => {
    const controller = new AbortController();
    const training = await aTraining();
    let steps = 0;
    const counted = counting(compiled, () => {
      // the event arrives like one from a queue: not inside of the step
      if (++steps === 3) setImmediate(() => controller.abort());
    });
    await expect(fit({ ...training, compiled: counted }, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled.training',
    });
    expect(steps).toBeLessThanOrEqual(4);
  });

  it('fails when the loss is not a number, and names the epoch and the learning rate', async () => {
    const training = await aTraining();
    const poisoned = function* (epoch: number): Generator<FitBatch> {
      for (const batch of batches(epoch)) {
        if (epoch === 1) batch.feeds.label![0] = Number.NaN;
        yield batch;
      }
    };
    const failure = fit(training, { batches: poisoned, schedule: { kind: 'constant', learningRate: 0.25 } });
    await expect(failure).rejects.toMatchObject({ code: 'internal.diverged' });
    await expect(failure).rejects.toThrow('diverged in epoch 2 with a learning rate of 0.25');
  });

  it('fails when the metric is not a number', async () => {
    const earlyStopping = { better: 'higher', patience: 1, evaluate: () => Number.NaN } as const;
    await expect(fit(await aTraining(), { earlyStopping })).rejects.toThrow('the metric after epoch 1 is NaN');
  });

  it('tells loss, speed, learning rate and metric', async () => {
    const reports: FitProgress[] = [];
    const earlyStopping = { better: 'higher', patience: 9, evaluate: (epoch: number) => epoch } as const;
    const onProgress = (progress: FitProgress) => reports.push(progress);
    const { losses } = await fit(await aTraining(), { epochs: 2, earlyStopping, onProgress });
    expect(reports).toMatchObject([
      { epoch: 1, epochs: 2, steps: BATCHES, isEpochDone: true, metric: 1, loss: losses[0] },
      { epoch: 2, epochs: 2, steps: BATCHES, isEpochDone: true, metric: 2, loss: losses[1] },
    ]);
    expect(reports.every(({ samplesPerSecond }) => samplesPerSecond > 0)).toBe(true);
    expect(reports[1]!.learningRate).toBeLessThan(reports[0]!.learningRate);
  });

  it('sums what one table learns through several inputs, in one step of its optimizer', async () => {
    const { tables } = await aTraining();
    const shared: EmbeddingTable = tables.user;
    const one = function* (): Generator<FitBatch> {
      const rows = Int32Array.of(0, 1);
      yield { feeds: { label: Float32Array.of(1, 0) }, indices: { user: rows, item: rows } };
    };
    await fit({ compiled, tables: { user: shared, item: shared } }, { epochs: 1, batches: one });
    expect(Array.from(shared.memory.updates!.subarray(0, 3))).toEqual([1, 1, 0]);
  });

  it('says what is wrong with what it is given', async () => {
    const training = await aTraining();
    const none = () => [];
    await expect(fit(training, { epochs: 0 })).rejects.toMatchObject({ code: 'invalid.settings' });
    await expect(fit(training, { batches: none })).rejects.toMatchObject({ code: 'failed_precondition.dataset_empty' });
    await expect(fit({ ...training, tables: { user: training.tables.user } as never })).rejects.toThrow(
      'indices of "item", which has no table',
    );
  });
});

/** The net, telling when it took a step. */
function counting(net: CompiledNet, onStep: () => void): CompiledNet {
  return new Proxy(net, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (name === 'step') onStep();
        return member.apply(target, args) as unknown;
      };
    },
  });
}
