import { AppError } from '@attune/errors';
import type { NamedValues, OptimizerSettings } from './engine';
import { initialValues, seedFor } from './initializer';
import type { Net } from './net';
import { type Moment, momentsOf } from './optimizer';
import {
  layOutParameters,
  layOutStatistics,
  type ParameterLayout,
  type Place,
  type RowLayout,
} from './parameter-layout';

const STEP = ':step';

/** Everything that training moves, in rows. */
export interface DenseRows {
  readonly values: Float32Array<ArrayBuffer>;
  readonly moments: Readonly<Partial<Record<Moment, Float32Array<ArrayBuffer>>>>;
  readonly statistics: Float32Array<ArrayBuffer>;
}

/** Names of a net's state and how they lie in `DenseRows`. */
export class DenseLayout {
  readonly parameters: ParameterLayout;
  readonly statistics: RowLayout;
  readonly moments: readonly Moment[];

  constructor(
    private readonly net: Net,
    optimizer: OptimizerSettings,
  ) {
    this.parameters = layOutParameters(net);
    this.statistics = layOutStatistics(net);
    this.moments = momentsOf(optimizer);
  }

  /** Rows of zeros. */
  empty(): DenseRows {
    const row = () => new Float32Array(this.parameters.size);
    return {
      values: row(),
      moments: Object.fromEntries(this.moments.map((moment) => [moment, row()])),
      statistics: new Float32Array(this.statistics.size),
    };
  }

  /** Rows as they are before the first step. */
  initial(seed: number): DenseRows {
    const rows = this.empty();
    for (const { name, tensor, start, end } of this.parameters.places) {
      if (tensor.origin.kind !== 'parameter') continue;
      rows.values.set(initialValues(tensor.origin.initializer, end - start, seedFor(name, seed)), start);
    }
    for (const { tensor, start, end } of this.statistics.places) {
      if (tensor.origin.kind === 'statistic') rows.statistics.fill(tensor.origin.initial, start, end);
    }
    return rows;
  }

  /** Rows under the names of `CompiledNet.state`. */
  save(rows: DenseRows, step: number): NamedValues {
    const state: NamedValues = { [STEP]: Float32Array.of(step) };
    for (const [name, row, { start, end }] of this.#parts(rows)) state[name] = row.slice(start, end);
    return state;
  }

  /** Fills rows from a state; returns the number of steps it had. */
  load(state: Readonly<NamedValues>, rows: DenseRows): number {
    const parts = [...this.#parts(rows)];
    const expected = new Set([STEP, ...parts.map(([name]) => name)]);
    const problems = Object.keys(state).flatMap((name) => (expected.has(name) ? [] : [`"${name}" is not of this net`]));
    for (const [name, , { start, end }] of parts) {
      const size = state[name]?.length;
      if (size !== end - start) problems.push(`"${name}" has ${size ?? 'no'} values instead of ${end - start}`);
    }
    const step = state[STEP]?.[0];
    if (step === undefined) problems.push(`"${STEP}" is missing`);
    if (problems.length > 0) {
      throw new AppError('invalid.state', `the state does not fit net "${this.net.name}": ${problems.join('; ')}`);
    }
    for (const [name, row, { start }] of parts) row.set(state[name]!, start);
    return step!;
  }

  *#parts(rows: DenseRows): Generator<readonly [string, Float32Array, Place]> {
    for (const place of this.parameters.places) {
      yield [place.name, rows.values, place];
      for (const moment of this.moments) yield [`${place.name}:${moment}`, rows.moments[moment]!, place];
    }
    for (const place of this.statistics.places) yield [place.name, rows.statistics, place];
  }
}
