import { seededUniform } from '@attune/kernels';
import { binaryCrossEntropyWithLogits, linear, mlp, Net, onnxRuntimeEngine, openEmbeddingTable } from '@attune/nn';

const STEPS = 320;
const WARM_UP = 20;
const LEARNING_RATE = 0.001;

/** The sizes of a training step. */
export interface StepShape {
  readonly users: number;
  readonly items: number;
  readonly width: number;
  readonly batch: number;
}

/** Milliseconds of a step, in the tower and in its tables: a tenth of the steps is faster, since a busy machine only adds. */
export interface TableShare {
  readonly threads: number;
  readonly towerMs: number;
  readonly tablesMs: number;
}

function tower(width: number): Net {
  const net = new Net('ncf');
  const rows = [net.rows('user', ['batch', width]), net.rows('item', ['batch', width])];
  const hidden = mlp(net, rows, { name: 'mlp', hidden: [256, 128, 64], dropout: 0.2, batchNorm: true });
  const logits = linear(net, hidden, { name: 'out', width: 1 });
  net.loss(binaryCrossEntropyWithLogits(logits, net.input('label', ['batch', 1])));
  return net;
}

const quick = (times: number[]): number => times.sort((a, b) => a - b)[Math.floor(times.length / 10)]!;

/** Times the tables of a step of neural collaborative filtering within the step, by Adam. Tables run on one thread. */
export async function tableShare(shape: StepShape, threads: number): Promise<TableShare> {
  const optimizer = { kind: 'adam' } as const;
  await using compiled = await onnxRuntimeEngine().compile(tower(shape.width), { optimizer, seed: 1, threads });
  const initializer = { kind: 'normal', std: 0.01 } as const;
  const table = (name: string, rows: number) =>
    openEmbeddingTable({ name, rows, width: shape.width, initializer, seed: 1, optimizer });
  const tables = { user: table('user', shape.users), item: table('item', shape.items) };
  const uniform = seededUniform(1);
  const draw = (below: number) => Int32Array.from({ length: shape.batch }, () => Math.floor(uniform() * below));
  const [towerMs, tablesMs]: [number[], number[]] = [[], []];
  for (let step = 0; step < STEPS; step++) {
    const [user, item, label] = [draw(shape.users), draw(shape.items), Float32Array.from(draw(2))];
    const start = performance.now();
    const rows = { user: tables.user.gather([user])[0]!, item: tables.item.gather([item])[0]! };
    const gathered = performance.now();
    const { rowGradients } = await compiled.step({ ...rows, label }, { learningRate: LEARNING_RATE });
    const stepped = performance.now();
    tables.user.apply([{ indices: user, gradients: rowGradients.user! }], LEARNING_RATE);
    tables.item.apply([{ indices: item, gradients: rowGradients.item! }], LEARNING_RATE);
    if (step < WARM_UP) continue;
    towerMs.push(stepped - gathered);
    tablesMs.push(performance.now() - stepped + (gathered - start));
  }
  return { threads, towerMs: quick(towerMs), tablesMs: quick(tablesMs) };
}
