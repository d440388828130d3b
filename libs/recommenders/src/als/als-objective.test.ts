import { buildCsr, rowRegularization, transposeCsr } from '@attune/kernels';
import { ALS } from './als';
import { objectiveOf } from './als-objective';
import type { AlsSettings } from './als-settings';

const defaults = ALS.settings.parse({}) as AlsSettings;

/** A matrix with `perUser` entries in each row but the last, which is empty. */
function aMatrix({ userCount = 41, itemCount = 100, perUser = 10, weight = 1 } = {}) {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let user = 0; user < userCount - 1; user++) {
    for (let k = 0; k < perUser; k++) {
      rows.push(user);
      columns.push((user * 7 + k) % itemCount);
    }
  }
  const users = buildCsr({
    rowCount: userCount,
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
    values: Float32Array.from(rows, () => weight),
  });
  return { users, items: transposeCsr(users, itemCount) };
}

describe('objectiveOf', () => {
  it('takes settings as they are where they are numbers', () => {
    const { users, items } = aMatrix();
    const settings = { ...defaults, rank: 64, regularization: 0.02, unobservedWeight: 0.3 };
    expect(objectiveOf(settings, users, items)).toEqual({ rank: 64, nu: 1, alpha0: 0.3, regularization: 0.02 });
  });

  it('weighs all unobserved pairs together as a multiple of what was observed, rows without entries left out', () => {
    const { users, items } = aMatrix({ weight: 0.5 });
    // 400 entries of weight 1/2 among 40 users and 100 items
    expect(objectiveOf(defaults, users, items).alpha0).toBeCloseTo((6.754 * 200) / 4_000);
  });

  it('never weighs an unobserved pair like an observed one', () => {
    const { users, items } = aMatrix({ itemCount: 12, perUser: 11 });
    expect(objectiveOf(defaults, users, items).alpha0).toBe(1);
  });

  it('regularizes more the fewer observations there are per row', () => {
    const lambdaOf = (perUser: number) => {
      const { users, items } = aMatrix({ userCount: 201, itemCount: 200, perUser });
      return objectiveOf(defaults, users, items).regularization;
    };
    expect(lambdaOf(10)).toBeCloseTo(0.05874 / 10 ** 0.4);
    expect(lambdaOf(100)).toBeCloseTo(0.05874 / 100 ** 0.4);
  });

  it.each([0, 0.5, 0.75])('keeps the sum of all regularizations what it is at nu 1 (%d)', (nu) => {
    const { users, items } = aMatrix();
    const total = (exponent: number) => {
      const objective = objectiveOf({ ...defaults, nu: exponent }, users, items);
      const rows = [
        { matrix: users, otherCount: items.rowCount },
        { matrix: items, otherCount: users.rowCount },
      ].flatMap(({ matrix, otherCount }) =>
        Array.from({ length: matrix.rowCount }, (_, row) =>
          rowRegularization(objective, matrix.offsets[row + 1]! - matrix.offsets[row]!, otherCount),
        ),
      );
      return rows.reduce((a, b) => a + b, 0);
    };
    expect(total(nu)).toBeCloseTo(total(1), 5);
  });
});
