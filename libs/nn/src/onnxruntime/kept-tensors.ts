import * as ort from 'onnxruntime-node';
import type { DenseLayout, DenseRows } from '../dense-state';
import type { OrtValues, Session } from './session';
import { SLOTS } from './training-graph';

/** What an engine keeps, as tensors of ONNX Runtime over the rows themselves: these lie still, so they are wrapped once. */
export class KeptTensors {
  readonly #inputs = new Map<Session, WeakMap<DenseRows, OrtValues>>();
  readonly #outputs = new WeakMap<DenseRows, OrtValues>();

  constructor(private readonly layout: DenseLayout) {}

  /** Those of the rows, and of parameters and statistics in them, that a graph asks for. */
  inputs(session: Session, rows: DenseRows): OrtValues {
    const byRows = this.#inputs.get(session) ?? new WeakMap<DenseRows, OrtValues>();
    this.#inputs.set(session, byRows);
    const known = byRows.get(rows) ?? this.#wrap(session, rows);
    byRows.set(rows, known);
    return known;
  }

  /** The rows as results of a step. */
  outputs(rows: DenseRows): OrtValues {
    const known = this.#outputs.get(rows) ?? this.#wrapResults(rows);
    this.#outputs.set(rows, known);
    return known;
  }

  #wrap(session: Session, rows: DenseRows): OrtValues {
    const wanted: [string, Float32Array][] = [[SLOTS.values, rows.values]];
    for (const moment of this.layout.moments) wanted.push([SLOTS.moment(moment), rows.moments[moment]!]);
    for (const { name, start, end } of this.layout.parameters.places) {
      wanted.push([name, rows.values.subarray(start, end)]);
    }
    for (const { name, start, end } of this.layout.statistics.places) {
      wanted.push([name, rows.statistics.subarray(start, end)]);
    }
    const asked = wanted.filter(([name]) => session.graph.inputs.has(name));
    // what is kept does not depend on the batch
    return Object.fromEntries(asked.map(([name, values]) => [name, session.tensor(name, values, 1)]));
  }

  #wrapResults({ values, moments, statistics }: DenseRows): OrtValues {
    const rows: [string, Float32Array][] = [
      [SLOTS.nextValues, values],
      [SLOTS.nextStatistics, statistics],
      ...this.layout.moments.map((moment): [string, Float32Array] => [SLOTS.nextMoment(moment), moments[moment]!]),
    ];
    const used = rows.filter(([, row]) => row.length > 0);
    return Object.fromEntries(used.map(([name, row]) => [name, new ort.Tensor('float32', row, [row.length])]));
  }
}
