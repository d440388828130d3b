import { openSparseTable, type SparseTable } from '@attune/kernels';
import { type CompiledNet, initialValues, onnxRuntimeEngine, seedFor } from '@attune/nn';
import type { PreferenceBatch } from '../negatives/preference-batches';
import { buildNcfNet, type TableShape, tableShapes } from './ncf-net';
import type { NcfSettings } from './ncf-settings';
import type { NcfTensors } from './ncf-stages';

const TABLE_OPTIMIZER = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, l2: 0 } as const;
const PREDICTED_AT_ONCE = 8_192;
/** In front of the names of what the optimizer of a table remembers. */
const MEMORY = 'memory:';

/** How many rows the tables have. */
export interface NcfSize {
  readonly userCount: number;
  readonly itemCount: number;
}

interface Table extends TableShape {
  readonly rows: SparseTable;
}

/** A net and its tables while they are trained. */
export class NcfTrainee implements AsyncDisposable {
  private constructor(
    private readonly compiled: CompiledNet,
    private readonly tables: readonly Table[],
  ) {}

  /** With random vectors and layers, the same for the same seed. */
  static async open(settings: NcfSettings, size: NcfSize): Promise<NcfTrainee> {
    const { seed, threads, weightDecay, initStd } = settings;
    const compiled = await onnxRuntimeEngine().compile(buildNcfNet(settings), {
      optimizer: { kind: 'adam', weightDecay: { kind: 'decoupled', rate: weightDecay } },
      seed,
      threads,
    });
    const tables = tableShapes(settings).map((shape) => {
      const count = shape.side === 'user' ? size.userCount : size.itemCount;
      const rows = openSparseTable({ rows: count, width: shape.width, optimizer: TABLE_OPTIMIZER });
      const initializer = { kind: 'normal', std: initStd } as const;
      rows.values.set(initialValues(initializer, rows.values.length, seedFor(shape.name, seed)));
      return { ...shape, rows };
    });
    return new NcfTrainee(compiled, tables);
  }

  /** One step, the tables of the factorization at a rate of their own; returns the loss of the batch before it. */
  async step({ users, items, labels }: PreferenceBatch, learningRate: number, gmfRate = learningRate): Promise<number> {
    const feeds = { labels, ...this.#gather(users, items) };
    const { loss, rowGradients } = await this.compiled.step(feeds, { learningRate });
    for (const { name, side, isGmf, rows } of this.tables) {
      rows.apply(
        [{ indices: side === 'user' ? users : items, gradients: rowGradients[name]! }],
        isGmf ? gmfRate : learningRate,
      );
    }
    return loss;
  }

  /** Log-odds of pairs as the net sees them: [n]. */
  async predict(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const logits = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += PREDICTED_AT_ONCE) {
      const end = start + PREDICTED_AT_ONCE;
      const feeds = this.#gather(users.subarray(start, end), items.subarray(start, end));
      logits.set((await this.compiled.predict(feeds)).logits!, start);
    }
    return logits;
  }

  /** Copies of tables, parameters and statistics, by name: what the trained model is. */
  async tensors(): Promise<NcfTensors> {
    const state = Object.entries(await this.compiled.state()).filter(([name]) => !name.includes(':'));
    const values = this.tables.map(({ name, rows }) => [name, Float32Array.from(rows.values)] as const);
    return Object.fromEntries([...state, ...values]);
  }

  /** Replaces what `tensors` names and the model has; the optimizers' memories stay as they are. */
  async load(tensors: NcfTensors): Promise<void> {
    const state = await this.compiled.state();
    for (const name of Object.keys(state)) state[name] = tensors[name] ?? state[name]!;
    await this.compiled.restore(state);
    for (const { name, rows } of this.tables) if (tensors[name] !== undefined) rows.values.set(tensors[name]);
  }

  /** Everything that a training goes on from, the optimizers' memories included. */
  async snapshot(): Promise<NcfTensors> {
    const all: Record<string, Float32Array> = await this.compiled.state();
    for (const { name, rows } of this.tables) {
      all[name] = Float32Array.from(rows.values);
      for (const [of, values] of Object.entries(rows.memory)) all[`${MEMORY}${name}:${of}`] = Float32Array.from(values);
    }
    return all;
  }

  /** Goes back to a snapshot. */
  async restore(snapshot: NcfTensors): Promise<void> {
    const state = await this.compiled.state();
    for (const name of Object.keys(state)) state[name] = snapshot[name]!;
    await this.compiled.restore(state);
    for (const { name, rows } of this.tables) {
      rows.values.set(snapshot[name]!);
      for (const [of, values] of Object.entries(rows.memory)) values.set(snapshot[`${MEMORY}${name}:${of}`]!);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compiled[Symbol.asyncDispose]();
  }

  #gather(users: Int32Array, items: Int32Array): Record<string, Float32Array> {
    return Object.fromEntries(
      this.tables.map(({ name, side, rows }) => [name, rows.gather([side === 'user' ? users : items])[0]!]),
    );
  }
}
