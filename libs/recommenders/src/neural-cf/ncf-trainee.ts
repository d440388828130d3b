import { type CompiledNet, type EmbeddingTable, type EngineLogger, openEmbeddingTable, openEngine } from '@attune/nn';
import { buildNcfNet, tableShapes } from './ncf-net';
import type { NcfSettings } from './ncf-settings';
import type { NcfTensors, Stage } from './ncf-stages';

const PREDICTED_AT_ONCE = 8_192;

/** How many rows the tables have. */
export interface NcfSize {
  readonly userCount: number;
  readonly itemCount: number;
}

/** A net and its tables while they are trained. */
export class NcfTrainee implements AsyncDisposable {
  private constructor(
    readonly compiled: CompiledNet,
    readonly tables: Readonly<Record<string, EmbeddingTable>>,
    private readonly settings: NcfSettings,
  ) {}

  /** With random vectors and layers, the same for the same seed. */
  static async open(
    { settings, learningRate, gmfRate }: Stage,
    size: NcfSize,
    logger?: EngineLogger,
  ): Promise<NcfTrainee> {
    const { seed, threads, weightDecay, initStd } = settings;
    const engine = await openEngine({ preferred: settings.engine, ...(logger && { logger }) });
    const compiled = await engine.compile(buildNcfNet(settings), {
      optimizer: { kind: 'adam', weightDecay: { kind: 'decoupled', rate: weightDecay } },
      seed,
      threads,
    });
    const tables = tableShapes(settings).map(({ name, side, width, isGmf }) => {
      const rows = side === 'user' ? size.userCount : size.itemCount;
      const initializer = { kind: 'normal', std: initStd } as const;
      const table = openEmbeddingTable({ name, rows, width, initializer, seed, optimizer: { kind: 'adam' } });
      return [name, isGmf ? atShareOfRate(table, gmfRate / learningRate) : table] as const;
    });
    return new NcfTrainee(compiled, Object.fromEntries(tables), settings);
  }

  /** What the tables look up for pairs, by the names of rows. */
  indicesOf(users: Int32Array, items: Int32Array): Record<string, Int32Array> {
    return Object.fromEntries(
      tableShapes(this.settings).map(({ name, side }) => [name, side === 'user' ? users : items]),
    );
  }

  /** Log-odds of pairs as the net sees them: [n]. */
  async predict(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    const logits = new Float32Array(users.length);
    for (let start = 0; start < users.length; start += PREDICTED_AT_ONCE) {
      const end = start + PREDICTED_AT_ONCE;
      const indices = this.indicesOf(users.subarray(start, end), items.subarray(start, end));
      const rows = Object.entries(indices).map(
        ([name, list]) => [name, this.tables[name]!.gather([list])[0]!] as const,
      );
      logits.set((await this.compiled.predict(Object.fromEntries(rows))).logits!, start);
    }
    return logits;
  }

  /** Copies of tables, parameters and statistics, by name: what the trained model is. */
  async tensors(): Promise<NcfTensors> {
    const state = Object.entries(await this.compiled.state()).filter(([name]) => !name.includes(':'));
    const values = Object.entries(this.tables).map(([name, table]) => [name, Float32Array.from(table.values)] as const);
    return Object.fromEntries([...state, ...values]);
  }

  /** Replaces what `tensors` names and the model has; the optimizers' memories stay as they are. */
  async load(tensors: NcfTensors): Promise<void> {
    const state = await this.compiled.state();
    for (const name of Object.keys(state)) state[name] = tensors[name] ?? state[name]!;
    await this.compiled.restore(state);
    for (const [name, table] of Object.entries(this.tables)) {
      if (tensors[name] !== undefined) table.values.set(tensors[name]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.compiled[Symbol.asyncDispose]();
  }
}

/** The same table, which learns at a multiple of the learning rate. */
function atShareOfRate(table: EmbeddingTable, share: number): EmbeddingTable {
  return { ...table, apply: (parts, learningRate) => table.apply(parts, learningRate * share) };
}
