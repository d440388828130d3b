// Training of the NCF tower (two embeddings of 128, hidden layers 256-128-64, batch 1,024, tables of MovieLens 1M's size, random
// data) in ONNX Runtime with our sparse tables, beside PyTorch on as many threads. PyTorch runs three ways: dense Adam as it comes,
// Adam(fused=True), and SparseAdam for the tables beside fused Adam for the tower; the ratio is to the fastest. All take turns, so that a
// busy machine is busy for all; CPU time per step is told too, which a busy machine moves less.
// Run after a build: node bench/ncf-training.bench.ts [rounds] [threads]; ATTUNE_PYTHON names the Python with torch.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { seededUniform } from '@attune/kernels';
import {
  binaryCrossEntropyWithLogits,
  type CompiledNet,
  type EmbeddingTable,
  linear,
  mlp,
  Net,
  onnxRuntimeEngine,
  openEmbeddingTable,
} from '@attune/nn';
import { alternate, type Contestant, median } from './cpp-yardstick.ts';

const rounds = Number(process.argv[2] ?? 9);
const threadCounts = process.argv[3] === undefined ? [1, 2] : [Number(process.argv[3])];
const PYTHON = process.env.ATTUNE_PYTHON ?? 'python3';
const SCRIPT = join(import.meta.dirname, 'yardsticks', 'ncf_training.py');
const STEPS = 10;
const SHAPE = { users: 6_040, items: 3_706, width: 128, hidden: [256, 128, 64], batch: 1_024, batches: 32 };
const LEARNING_RATE = 1e-3;
const VARIANTS = ['dense', 'fused', 'sparse'] as const;

interface Setting {
  readonly dropout: number;
  readonly batchNorm: boolean;
  readonly threads: number;
}

/** A contestant that also keeps its CPU time, in milliseconds per turn. */
interface Measured extends Contestant {
  readonly cpu: number[];
}

function tower({ dropout, batchNorm }: Setting): Net {
  const net = new Net('ncf');
  const rows = [net.rows('user', ['batch', SHAPE.width]), net.rows('item', ['batch', SHAPE.width])];
  const hidden = mlp(net, rows, { name: 'mlp', hidden: SHAPE.hidden, dropout, batchNorm });
  const logits = linear(net, hidden, { name: 'out', width: 1 });
  net.loss(binaryCrossEntropyWithLogits(logits, net.input('label', ['batch', 1])));
  return net;
}

/** Batches of random users, items and labels. */
function randomBatches() {
  const uniform = seededUniform(1);
  const draw = (below: number) => Int32Array.from({ length: SHAPE.batch }, () => Math.floor(uniform() * below));
  return Array.from({ length: SHAPE.batches }, () => ({
    user: draw(SHAPE.users),
    item: draw(SHAPE.items),
    label: Float32Array.from(draw(2)),
  }));
}

function aTable(name: string, rows: number): EmbeddingTable {
  const optimizer = { kind: 'adam' } as const;
  return openEmbeddingTable({
    name,
    rows,
    width: SHAPE.width,
    initializer: { kind: 'normal', std: 0.01 },
    seed: 1,
    optimizer,
  });
}

/** Our training, a turn of some steps at a time. */
class Ours implements Measured {
  readonly cpu: number[] = [];
  readonly #users = aTable('user', SHAPE.users);
  readonly #items = aTable('item', SHAPE.items);
  readonly #batches = randomBatches();
  readonly #compiled: CompiledNet;
  #step = 0;

  private constructor(compiled: CompiledNet) {
    this.#compiled = compiled;
  }

  static async open(setting: Setting): Promise<Ours> {
    const options = { optimizer: { kind: 'adam' }, seed: 1, threads: setting.threads } as const;
    return new Ours(await onnxRuntimeEngine().compile(tower(setting), options));
  }

  async step(): Promise<number> {
    const begin = performance.now();
    const cpuBegin = process.cpuUsage();
    for (let step = 0; step < STEPS; step++) await this.#oneStep();
    const { user, system } = process.cpuUsage(cpuBegin);
    this.cpu.push((user + system) / 1000);
    return performance.now() - begin;
  }

  async #oneStep(): Promise<void> {
    const batch = this.#batches[this.#step++ % SHAPE.batches]!;
    const feeds = {
      user: this.#users.gather([batch.user])[0]!,
      item: this.#items.gather([batch.item])[0]!,
      label: batch.label,
    };
    const { rowGradients } = await this.#compiled.step(feeds, { learningRate: LEARNING_RATE });
    this.#users.apply([{ indices: batch.user, gradients: rowGradients.user! }], LEARNING_RATE);
    this.#items.apply([{ indices: batch.item, gradients: rowGradients.item! }], LEARNING_RATE);
  }

  async close(): Promise<void> {
    await this.#compiled[Symbol.asyncDispose]();
  }
}

/** PyTorch's training, in a process of its own. */
class Torch implements Measured {
  readonly cpu: number[] = [];
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(setting: Setting, variant: (typeof VARIANTS)[number]) {
    const settings = JSON.stringify({ ...SHAPE, ...setting, variant });
    this.#child = spawn(PYTHON, [SCRIPT, settings], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async step(): Promise<number> {
    this.#child.stdin!.write(`${STEPS}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the yardstick ended');
    const { milliseconds, cpuMilliseconds } = JSON.parse(value) as { milliseconds: number; cpuMilliseconds: number };
    this.cpu.push(cpuMilliseconds);
    return milliseconds;
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
  }
}

async function measure(setting: Setting, withTorch: boolean) {
  const contestants: Record<string, Measured> = { attune: await Ours.open(setting) };
  if (withTorch) for (const variant of VARIANTS) contestants[variant] = new Torch(setting, variant);
  const times = await alternate(contestants, { rounds, steps: 1 });
  const perStep = (turns: readonly number[]) => median(turns) / STEPS;
  const ms = Object.fromEntries(Object.entries(times).map(([name, turns]) => [name, perStep(turns)]));
  // the first turn warms up
  const cpu = Object.fromEntries(Object.entries(contestants).map(([name, { cpu }]) => [name, perStep(cpu.slice(1))]));
  return { setting, ms, cpu };
}

/** The fastest way of PyTorch over ours; above 1 we are faster. */
function ratio(per: Readonly<Record<string, number>>): number | string {
  const torch = VARIANTS.flatMap((variant) => per[variant] ?? []);
  return torch.length === 0 ? 'SKIPPED' : Number((Math.min(...torch) / per.attune!).toFixed(2));
}

async function main(): Promise<void> {
  const withTorch = spawnSync(PYTHON, ['-c', 'import torch']).status === 0;
  if (!withTorch)
    console.log(`SKIPPED: the comparison with PyTorch, because ${PYTHON} has no torch (see ATTUNE_PYTHON)`);
  const results = [];
  for (const threads of threadCounts) {
    for (const parts of [
      { dropout: 0, batchNorm: false },
      { dropout: 0.2, batchNorm: true },
    ]) {
      results.push(await measure({ ...parts, threads }, withTorch));
    }
  }
  const rounded = (x: number | undefined) => (x === undefined ? 'SKIPPED' : Number(x.toFixed(2)));
  console.table(
    results.map(({ setting, ms, cpu }) => ({
      threads: setting.threads,
      'dropout, batch norm': setting.batchNorm,
      'ms a step': rounded(ms.attune),
      'samples/s': Math.round((1000 * SHAPE.batch) / ms.attune!),
      'torch dense': rounded(ms.dense),
      'torch fused': rounded(ms.fused),
      'torch sparse': rounded(ms.sparse),
      'times the fastest': ratio(ms),
      'CPU ms a step': rounded(cpu.attune),
      'by CPU time': ratio(cpu),
    })),
  );
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const report = { benchmark: 'ncf-training', ...machine, rounds, stepsPerTurn: STEPS, shape: SHAPE, results };
  writeFileSync(join(folder, 'ncf-training.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
