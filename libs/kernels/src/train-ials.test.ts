import { buildCsr, type Csr, transposeCsr } from './csr';
import { type IalsExposures, type IalsSettings, rowRegularization } from './ials-settings';
import { seededNormal, seededUniform } from './seeded-normal';
import { type TrainIalsRequest, trainIals } from './train-ials';

function aMatrix({ userCount = 120, itemCount = 90, density = 0.08, seed = 1 } = {}): Csr {
  const uniform = seededUniform(seed);
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  for (let user = 0; user < userCount; user++) {
    for (let item = 0; item < itemCount; item++) {
      // popular items and users of a taste, so that there is structure to find
      const taste = user % 3 === item % 3 ? 2 : 0.5;
      if (uniform() >= density * taste) continue;
      rows.push(user);
      columns.push(item);
      values.push(0.5 + 2 * uniform());
    }
  }
  return buildCsr({
    rowCount: userCount,
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
    values: Float32Array.from(values),
  });
}

function aRequest(overrides: Partial<TrainIalsRequest> = {}): TrainIalsRequest {
  return {
    users: aMatrix(),
    itemCount: 90,
    rank: 12,
    iterations: 4,
    regularization: 0.01,
    alpha0: 0.2,
    initStd: 0.5,
    seed: 7,
    threads: 2,
    ...overrides,
  };
}

/** Plain double-precision iALS, row by row with Gaussian elimination: slow and obviously right. */
function referenceIals(users: Csr, itemCount: number, settings: IalsSettings & { exposures?: IalsExposures }) {
  const { rank, alpha0, seed, initStd, iterations, exposures } = settings;
  const normal = seededNormal(seed);
  const start = () => Math.fround(normal() * (initStd / Math.sqrt(rank)));
  let itemFactors = Array.from({ length: itemCount }, () => Array.from({ length: rank }, start));
  let userFactors: number[][] = [];
  const solveSide = (matrix: Csr, others: number[][], own?: Float32Array, their?: Float32Array) => {
    const gram = (a: number, b: number) =>
      others.reduce((total, row, i) => total + (their?.[i] ?? 1) * row[a]! * row[b]!, 0);
    const g = Array.from({ length: rank }, (_, a) => Array.from({ length: rank }, (_, b) => alpha0 * gram(a, b)));
    return Array.from({ length: matrix.rowCount }, (_, row) => {
      const [first, last] = [matrix.offsets[row]!, matrix.offsets[row + 1]!];
      const lambda = rowRegularization(settings, last - first, others.length);
      const exposure = own?.[row] ?? 1;
      const system = g.map((line, a) => [...line.map((x, b) => exposure * x + (a === b ? lambda : 0)), 0]);
      for (let e = first; e < last; e++) {
        const other = others[matrix.indices[e]!]!;
        const weight = matrix.values[e]!;
        for (let a = 0; a < rank; a++) {
          for (let b = 0; b < rank; b++) system[a]![b]! += Math.abs(weight) * other[a]! * other[b]!;
          system[a]![rank]! += Math.max(0, weight) * other[a]!;
        }
      }
      return eliminate(system);
    });
  };
  const items = transposeCsr(users, itemCount);
  for (let i = 0; i < iterations; i++) {
    userFactors = solveSide(users, itemFactors, exposures?.users, exposures?.items);
    itemFactors = solveSide(items, userFactors, exposures?.items, exposures?.users);
  }
  return { userFactors: userFactors.flat(), itemFactors: itemFactors.flat() };
}

function eliminate(system: number[][]): number[] {
  const n = system.length;
  for (let k = 0; k < n; k++) {
    for (let row = 0; row < n; row++) {
      if (row === k) continue;
      const factor = system[row]![k]! / system[k]![k]!;
      for (let c = k; c <= n; c++) system[row]![c]! -= factor * system[k]![c]!;
    }
  }
  return system.map((line, k) => line[n]! / line[k]!);
}

function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  let difference = 0;
  let size = 0;
  expected.forEach((x, i) => {
    difference += (actual[i]! - x) ** 2;
    size += x * x;
  });
  return Math.sqrt(difference / size);
}

describe('trainIals', () => {
  it.each([4, 8, 12, 20, 64])('agrees with a plain double-precision implementation at rank %d', async (rank) => {
    const request = aRequest({ rank });
    const trained = await trainIals(request);
    const reference = referenceIals(request.users, request.itemCount, request);
    expect(relativeError(trained.userFactors, reference.userFactors)).toBeLessThan(1e-3);
    expect(relativeError(trained.itemFactors, reference.itemFactors)).toBeLessThan(1e-3);
  });

  it('agrees with the plain implementation on rows longer than one packed chunk', async () => {
    const request = aRequest({ users: aMatrix({ userCount: 300, density: 0.5 }), rank: 16, iterations: 2 });
    const trained = await trainIals(request);
    const reference = referenceIals(request.users, request.itemCount, request);
    expect(relativeError(trained.itemFactors, reference.itemFactors)).toBeLessThan(1e-3);
  });

  it('agrees with the plain implementation where some weights speak against their pair, with an objective that falls', async () => {
    const liked = aMatrix();
    const against = aMatrix({ seed: 2 });
    const rowsOf = ({ offsets, rowCount }: Csr) =>
      Array.from({ length: rowCount }, (_, row) => new Array(offsets[row + 1]! - offsets[row]!).fill(row)).flat();
    const users = buildCsr({
      rowCount: 120,
      rows: Int32Array.of(...rowsOf(liked), ...rowsOf(against)),
      columns: Int32Array.of(...liked.indices, ...against.indices),
      values: Float32Array.of(...liked.values, ...against.values.map((weight) => -weight)),
    });
    const losses: number[] = [];
    const request = aRequest({ users, onIteration: ({ loss }) => losses.push(loss) });
    const trained = await trainIals(request);
    const reference = referenceIals(users, request.itemCount, request);
    expect(relativeError(trained.userFactors, reference.userFactors)).toBeLessThan(1e-3);
    expect(relativeError(trained.itemFactors, reference.itemFactors)).toBeLessThan(1e-3);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses.every((loss) => loss > 0)).toBe(true);
  });

  it('agrees with the plain implementation where rows have exposures, with an objective that falls', async () => {
    const uniform = seededUniform(11);
    const exposures = {
      users: Float32Array.from({ length: 120 }, () => 0.2 + 2 * uniform()),
      items: Float32Array.from({ length: 90 }, () => 0.2 + 2 * uniform()),
    };
    const losses: number[] = [];
    const request = aRequest({ exposures, onIteration: ({ loss }) => losses.push(loss) });
    const trained = await trainIals(request);
    const reference = referenceIals(request.users, request.itemCount, request);
    expect(relativeError(trained.userFactors, reference.userFactors)).toBeLessThan(1e-3);
    expect(relativeError(trained.itemFactors, reference.itemFactors)).toBeLessThan(1e-3);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    const without = await trainIals(aRequest());
    expect(relativeError(without.itemFactors, [...trained.itemFactors])).toBeGreaterThan(0.05);
  });

  it('refuses exposures that are not positive or not one for each row', async () => {
    const items = new Float32Array(90).fill(1);
    for (const users of [new Float32Array(119).fill(1), new Float32Array(120)]) {
      await expect(trainIals(aRequest({ exposures: { users, items } }))).rejects.toMatchObject({
        code: 'invalid.exposures',
      });
    }
  });

  it('gives the same bytes for one thread and for three', async () => {
    const users = aMatrix({ userCount: 700 });
    const one = await trainIals(aRequest({ users, threads: 1 }));
    const three = await trainIals(aRequest({ users, threads: 3 }));
    expect(three.userFactors).toEqual(one.userFactors);
    expect(three.itemFactors).toEqual(one.itemFactors);
  });

  it('gives other factors for another seed', async () => {
    const one = await trainIals(aRequest({ seed: 1 }));
    const two = await trainIals(aRequest({ seed: 2 }));
    expect(two.itemFactors).not.toEqual(one.itemFactors);
  });

  it('reports an objective that falls from one iteration to the next', async () => {
    const losses: number[] = [];
    await trainIals(aRequest({ iterations: 6, onIteration: ({ loss }) => losses.push(loss) }));
    expect(losses).toHaveLength(6);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
  });

  it('gives zeros to a user without interactions', async () => {
    const users = buildCsr({ rowCount: 3, rows: Int32Array.of(0, 2), columns: Int32Array.of(1, 0) });
    const { userFactors } = await trainIals(aRequest({ users, itemCount: 2, rank: 4 }));
    expect([...userFactors.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });

  it('goes on from the items of an iteration to the factors of a run-through', async () => {
    let halfWay: Float32Array | undefined;
    const through = await trainIals(
      aRequest({
        closeUsers: true,
        onIteration: ({ iteration, factors }) => {
          if (iteration === 2) halfWay = factors().itemFactors;
        },
      }),
    );
    const resumed = await trainIals(
      aRequest({ closeUsers: true, start: { side: 'items', factors: halfWay!, iterationsDone: 2 } }),
    );
    expect(resumed).toEqual(through);
  });

  it('begins lower from the users of an earlier training than from random items', async () => {
    const { userFactors } = await trainIals(aRequest());
    const firstLoss = async (overrides: Partial<TrainIalsRequest>) => {
      let first = 0;
      await trainIals(aRequest({ ...overrides, iterations: 1, onIteration: ({ loss }) => (first = loss) }));
      return first;
    };
    const warm = await firstLoss({ start: { side: 'users', factors: userFactors } });
    expect(warm).toBeLessThan(0.95 * (await firstLoss({})));
  });

  it.each([
    ['of another size', new Float32Array(12)],
    ['that are not finite', new Float32Array(90 * 12).fill(Number.NaN)],
  ])('refuses to start from factors %s', async (_, factors) => {
    const training = trainIals(aRequest({ start: { side: 'items', factors } }));
    await expect(training).rejects.toMatchObject({ code: 'invalid.factors' });
  });

  it('stops in the middle when it is cancelled', async () => {
    const controller = new AbortController();
    const training = trainIals(
      aRequest({ iterations: 1_000_000, signal: controller.signal, onIteration: () => controller.abort() }),
    );
    await expect(training).rejects.toMatchObject({ code: 'cancelled.kernel' });
  });

  it('does not start when it is already cancelled', async () => {
    await expect(trainIals(aRequest({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'cancelled.kernel',
    });
  });

  it('names every setting that is wrong at once', async () => {
    const training = trainIals(aRequest({ rank: 6, alpha0: Number.NaN, regularization: 0 }));
    await expect(training).rejects.toMatchObject({
      code: 'invalid.ials_settings',
      violations: [{ field: 'rank' }, { field: 'regularization' }, { field: 'alpha0' }],
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0])(
    'refuses the weight %d',
    async (weight) => {
      const users = buildCsr({
        rowCount: 1,
        rows: Int32Array.of(0),
        columns: Int32Array.of(0),
        values: Float32Array.of(weight),
      });
      await expect(trainIals(aRequest({ users, itemCount: 1 }))).rejects.toMatchObject({ code: 'invalid.matrix' });
    },
  );

  it('fails instead of returning factors that are not numbers', async () => {
    const users = buildCsr({
      rowCount: 2,
      rows: Int32Array.of(0, 1),
      columns: Int32Array.of(0, 1),
      values: Float32Array.of(3e38, 3e38),
    });
    const training = trainIals(aRequest({ users, itemCount: 2, initStd: 1e3 }));
    await expect(training).rejects.toMatchObject({ code: 'internal.diverged' });
  });
});
