import { LIVE_INPUTS, normalizeRows, OUTPUT_NAMES } from '@attune/onnx';
import * as ort from 'onnxruntime-node';
import type { Engine } from '../engine';
import type { FactorTables } from '../model-tables';
import { countTensor, type Feeds, type RunnableGraph, scoresOf, tensorOver } from '../open-graph';
import type { Job, JobAnswer, RowsOverItems } from '../protocol';

type VectorJob = Extract<Job, { do: 'by_vector' }>;
type Measure = VectorJob['measure'];

/** Far below every score, and finite: what is shifted by it is never among the best while anything else is left. */
const OUT_OF_SIGHT = -1e30;
const FIRST_CAPACITY = 64;

/** Which scan a live graph does, and how many vectors are worth scanning with at once. */
export interface Scan {
  readonly bits: 8 | 32;
  readonly batchLimit: number;
}

/**
 * Runs a live retrieval graph, with the rows that came after the artifact. The artifact's items lie in shared memory and are never
 * written; what came later lies in this thread alone, and is changed between runs.
 */
export class LiveRetrieval implements Engine {
  readonly batchLimit: number;
  readonly #constant: Feeds;
  readonly #inverseLengths: ort.Tensor;
  /** Rows behind the artifact's items: as they are, and with length 1. */
  #more: Record<Measure, Float32Array<ArrayBuffer>>;
  #moreCount = 0;
  #ones: ort.Tensor | undefined;
  #shift: Float32Array<ArrayBuffer> | undefined;

  private constructor(
    private readonly session: RunnableGraph,
    private readonly tables: FactorTables,
    scan: Scan,
    tensors: { readonly items: ort.Tensor; readonly inverseLengths: ort.Tensor },
  ) {
    this.batchLimit = scan.batchLimit;
    this.#constant = scan.bits === 8 ? { [LIVE_INPUTS.items]: tensors.items } : {};
    this.#inverseLengths = tensors.inverseLengths;
    this.#more = { dot: new Float32Array(0), cosine: new Float32Array(0) };
  }

  static async open(session: RunnableGraph, tables: FactorTables, scan: Scan): Promise<LiveRetrieval> {
    const { items, inverseLengths, rank } = tables;
    return new LiveRetrieval(session, tables, scan, {
      items: await tensorOver(items, [items.length / rank, rank]),
      inverseLengths: await tensorOver(inverseLengths, [inverseLengths.length]),
    });
  }

  async run(jobs: readonly Job[]): Promise<readonly JobAnswer[]> {
    const asked = jobs as readonly VectorJob[];
    const count = Math.max(...asked.map((job) => job.count));
    const results = await this.session.run(this.#feeds(asked, count));
    const scores = scoresOf(results[OUTPUT_NAMES.scores]);
    const rows = results[OUTPUT_NAMES.itemIndices]!.data as Int32Array;
    const width = scores.length / asked.length;
    return asked.map((job, place) => {
      const [first, end] = [place * width, place * width + Math.min(job.count, width)];
      return this.#seen(rows.slice(first, end) as Int32Array<ArrayBuffer>, scores.slice(first, end));
    });
  }

  async overlay({ slots, vectors, replacedRows }: RowsOverItems): Promise<void> {
    const { rank } = this.tables;
    const needed = slots.reduce((most, slot) => Math.max(most, slot + 1), this.#moreCount);
    const more = { dot: withRoom(this.#more.dot, needed * rank), cosine: withRoom(this.#more.cosine, needed * rank) };
    const normalized = normalizeRows(vectors, rank);
    for (const [at, slot] of slots.entries()) {
      more.dot.set(vectors.subarray(at * rank, (at + 1) * rank), slot * rank);
      more.cosine.set(normalized.subarray(at * rank, (at + 1) * rank), slot * rank);
    }
    this.#more = more;
    this.#moreCount = needed;
    if (replacedRows.length === 0) return;
    this.#shift ??= new Float32Array(this.tables.inverseLengths.length);
    for (const row of replacedRows) this.#shift[row] = OUT_OF_SIGHT;
  }

  #feeds(jobs: readonly VectorJob[], count: number): Feeds {
    const { rank, inverseLengths } = this.tables;
    const vectors = new Float32Array(jobs.length * rank);
    for (const [place, { vector }] of jobs.entries()) vectors.set(vector, place * rank);
    const { measure } = jobs[0]!;
    const more = this.#more[measure].subarray(0, this.#moreCount * rank);
    const isAdjusted = measure === 'cosine' || this.#shift !== undefined;
    const itemCount = inverseLengths.length;
    return {
      ...this.#constant,
      [LIVE_INPUTS.vector]: new ort.Tensor('float32', vectors, [jobs.length, rank]),
      [LIVE_INPUTS.k]: countTensor(count),
      [LIVE_INPUTS.more]: new ort.Tensor('float32', more, [this.#moreCount, rank]),
      [LIVE_INPUTS.isAdjusted]: new ort.Tensor('bool', Uint8Array.of(isAdjusted ? 1 : 0), [1]),
      [LIVE_INPUTS.scale]: isAdjusted ? this.#scaleFor(measure) : NONE,
      [LIVE_INPUTS.shift]: isAdjusted
        ? new ort.Tensor('float32', (this.#shift ??= new Float32Array(itemCount)), [itemCount])
        : NONE,
    };
  }

  #scaleFor(measure: Measure): ort.Tensor {
    if (measure === 'cosine') return this.#inverseLengths;
    const { length } = this.tables.inverseLengths;
    return (this.#ones ??= new ort.Tensor('float32', new Float32Array(length).fill(1), [length]));
  }

  /** Without rows that were replaced, which only come where more is asked than there is. */
  #seen(rows: Int32Array<ArrayBuffer>, scores: Float32Array<ArrayBuffer>): JobAnswer {
    let end = scores.length;
    while (end > 0 && scores[end - 1]! < OUT_OF_SIGHT / 2) end--;
    return end === scores.length ? { rows, scores } : { rows: rows.slice(0, end), scores: scores.slice(0, end) };
  }
}

const NONE = new ort.Tensor('float32', Float32Array.of(0), [1]);

function withRoom(table: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (length <= table.length) return table;
  const larger = new Float32Array(Math.max(length, table.length * 2, FIRST_CAPACITY));
  larger.set(table);
  return larger;
}
