import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectedLeaf, type TreeNode } from '../tests/boosted-trees';
import { aGame } from '../tests/games';
import { explainRow } from './explain-row';
import { shapleyValues } from './shapley-values';

interface Interventional {
  readonly background: number[][];
  readonly x: number[][];
  readonly phi: number[][];
  readonly base: number;
  readonly fx: number[];
}

interface Boosted {
  readonly base_score: number;
  readonly X: number[][];
  readonly pred: number[];
  readonly contribs_last_col_is_bias: number[][];
  readonly trees_json: TreeNode[];
}

/** Values that XGBoost 1.7.4 and a brute-force computation gave. */
const ORACLE = JSON.parse(readFileSync(join(__dirname, '../tests/shap_reference.json'), 'utf8'));
const FUNCTIONS: readonly (readonly [string, (x: Float64Array) => number])[] = [
  [
    'exact_interventional nonlinear: 2*x0-x1*x2+3*max(x3,0)+sin(x4)*x0',
    (x) => 2 * x[0]! - x[1]! * x[2]! + 3 * Math.max(x[3]!, 0) + Math.sin(x[4]!) * x[0]!,
  ],
  [
    'exact_interventional linear: w=[1.5,-2,0.25,0,4], b=0.7',
    (x) => 1.5 * x[0]! - 2 * x[1]! + 0.25 * x[2]! + 4 * x[4]! + 0.7,
  ],
];
const COLUMNS = [0, 1, 2, 3, 4];

describe('exact values', () => {
  it.each(FUNCTIONS)('are those of the reference: %s', async (name, f) => {
    const { background, x, phi, base, fx } = ORACLE[name] as Interventional;
    for (const [at, row] of x.entries()) {
      const found = await explainRow({
        row: Float64Array.from(row),
        background: Float64Array.from(background.flat()),
        groups: COLUMNS.map((column) => [column]),
        predict: async (rows, count) =>
          Float64Array.from({ length: count }, (_, i) => f(rows.subarray(i * 5, i * 5 + 5))),
      });
      expect(found.method).toBe('exact');
      expect(Math.abs(found.base - base)).toBeLessThan(1e-9);
      expect(Math.abs(found.total - fx[at]!)).toBeLessThan(1e-9);
      for (const column of COLUMNS) expect(Math.abs(found.values[column]! - phi[at]![column]!)).toBeLessThan(1e-9);
    }
  });

  it('are those of XGBoost for its trees', async () => {
    const {
      X,
      pred,
      contribs_last_col_is_bias: contribs,
      trees_json: trees,
      base_score,
    } = ORACLE.xgb_regression as Boosted;
    for (const [at, row] of X.entries()) {
      const game = aGame(5, (members) =>
        trees.reduce((sum, tree) => sum + expectedLeaf(tree, row, (feature) => members[feature] === 1), base_score),
      );
      const found = await shapleyValues(game);
      // XGBoost adds up in float32, whose numbers around 150 are 1.5e-5 apart, over 8 trees
      const all = [...found.values, found.base];
      for (const [column, value] of all.entries()) {
        expect(Math.abs(value - contribs[at]![column]!)).toBeLessThan(2e-4);
      }
      expect(Math.abs(found.total - pred[at]!)).toBeLessThan(2e-4);
    }
  });
});
