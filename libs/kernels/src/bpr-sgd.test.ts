import { type BprSgd, type BprStep, openBprSgd } from './bpr-sgd';
import { buildCsr, type Csr } from './csr';
import { seededNormal, seededUniform } from './seeded-normal';

const STEP: BprStep = { learningRate: 0.05, regularization: 0.01, biasRegularization: 0.01, popularNegatives: 0 };
const [USERS, ITEMS, RANK] = [150, 60, 8];

/** Users of three tastes, among items of which the first of each taste are the more popular; one choice of each is held out. */
function aCommunity(): { users: Csr; heldOut: readonly (readonly [number, number])[] } {
  const uniform = seededUniform(4);
  const rows: number[] = [];
  const columns: number[] = [];
  const heldOut: (readonly [number, number])[] = [];
  for (let user = 0; user < USERS; user++) {
    const own: number[] = [];
    for (let item = 0; item < ITEMS; item++) {
      const popularity = 1 - item / ITEMS;
      if (uniform() < popularity * (user % 3 === item % 3 ? 0.9 : 0.05)) own.push(item);
    }
    const [held] = own.splice(Math.floor(uniform() * own.length), 1);
    heldOut.push([user, held!]);
    for (const item of own) {
      rows.push(user);
      columns.push(item);
    }
  }
  return {
    users: buildCsr({ rowCount: USERS, rows: Int32Array.from(rows), columns: Int32Array.from(columns) }),
    heldOut,
  };
}

function start(users: Csr, seed = 1): BprSgd {
  const sgd = openBprSgd({ users, itemCount: ITEMS, rank: RANK, seed });
  const normal = seededNormal(seed);
  for (const table of [sgd.state.userFactors, sgd.state.itemFactors]) {
    for (const at of table.keys()) table[at] = 0.1 * normal();
  }
  return sgd;
}

/** How often the held-out item is above one that the user has not chosen. */
function areaUnderCurve({ users, heldOut }: ReturnType<typeof aCommunity>, score: (u: number, i: number) => number) {
  let above = 0;
  let pairs = 0;
  for (const [user, held] of heldOut) {
    const chosen = new Set(users.indices.subarray(users.offsets[user]!, users.offsets[user + 1]!)).add(held);
    for (let item = 0; item < ITEMS; item++) {
      if (chosen.has(item)) continue;
      pairs++;
      if (score(user, held) > score(user, item)) above++;
    }
  }
  return above / pairs;
}

describe('openBprSgd', () => {
  it('descends to a ranking of held-out choices that beats popularity', () => {
    const community = aCommunity();
    const sgd = start(community.users);
    const losses = Array.from({ length: 30 }, () => sgd.descend(community.users.indices.length, STEP));
    // nothing is known at first, so the loss of a comparison is ln 2
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]!);
    const { userFactors, itemFactors, itemBiases } = sgd.state;
    const learned = areaUnderCurve(community, (user, item) => {
      let score = itemBiases[item]!;
      for (let c = 0; c < RANK; c++) score += userFactors[user * RANK + c]! * itemFactors[item * RANK + c]!;
      return score;
    });
    const counts = new Int32Array(ITEMS);
    for (const item of community.users.indices) counts[item]!++;
    const popular = areaUnderCurve(community, (_, item) => counts[item]!);
    expect(popular).toBeGreaterThan(0.5);
    expect(learned).toBeGreaterThan(popular + 0.1);
  });

  it.each([0, 1])('takes the gradient step of the paper (share of popular negatives: %d)', (popularNegatives) => {
    // of two items the user chose one, so each draw is the same pair
    const users = buildCsr({ rowCount: 2, rows: Int32Array.of(0, 1), columns: Int32Array.of(0, 1) });
    const sgd = openBprSgd({ users, itemCount: 2, rank: 8, seed: 3 });
    const { userFactors: p, itemFactors: q, itemBiases: b } = sgd.state;
    const normal = seededNormal(1);
    for (const table of [p, q, b]) for (const at of table.keys()) table[at] = normal();
    const before = { p: p.slice(), q: q.slice(), b: b.slice() };
    const loss = sgd.descend(1, { ...STEP, popularNegatives });
    const user = before.p.subarray(0, 8).every((x, c) => x === p[c]) ? 1 : 0;
    const [i, j] = [user, 1 - user];
    let x = before.b[i]! - before.b[j]!;
    for (let c = 0; c < 8; c++) x += before.p[user * 8 + c]! * (before.q[i * 8 + c]! - before.q[j * 8 + c]!);
    const gradient = 1 / (1 + Math.exp(x));
    expect(loss).toBeCloseTo(Math.log(1 + Math.exp(-x)), 5);
    expect(b[i]).toBeCloseTo(before.b[i]! + 0.05 * (gradient - 0.01 * before.b[i]!), 5);
    for (let c = 0; c < 8; c++) {
      const [pc, qi, qj] = [before.p[user * 8 + c]!, before.q[i * 8 + c]!, before.q[j * 8 + c]!];
      expect(p[user * 8 + c]).toBeCloseTo(pc + 0.05 * (gradient * (qi - qj) - 0.01 * pc), 5);
      expect(q[i * 8 + c]).toBeCloseTo(qi + 0.05 * (gradient * pc - 0.01 * qi), 5);
      expect(q[j * 8 + c]).toBeCloseTo(qj + 0.05 * (-gradient * pc - 0.01 * qj), 5);
    }
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    const { users } = aCommunity();
    const factorsOf = (seed: number) => {
      const sgd = start(users, seed);
      sgd.descend(1_000, STEP);
      return sgd.state.itemFactors.slice();
    };
    expect(factorsOf(1)).toEqual(factorsOf(1));
    expect(factorsOf(1)).not.toEqual(factorsOf(2));
  });

  it('passes over users who have chosen everything', () => {
    const users = buildCsr({ rowCount: 1, rows: Int32Array.of(0, 0), columns: Int32Array.of(0, 1) });
    const sgd = openBprSgd({ users, itemCount: 2, rank: 8, seed: 1 });
    expect(sgd.descend(100, STEP)).toBeCloseTo(0);
    expect(sgd.state.itemBiases).toEqual(new Float32Array(2));
  });

  it('refuses rows that do not ascend and a matrix without entries', () => {
    const open = (columns: number[]) => () =>
      openBprSgd({
        users: buildCsr({ rowCount: 1, rows: new Int32Array(columns.length), columns: Int32Array.from(columns) }),
        itemCount: 3,
        rank: 8,
        seed: 1,
      });
    expect(open([2, 1])).toThrow(expect.objectContaining({ code: 'invalid.matrix' }));
    expect(open([1, 1])).toThrow(expect.objectContaining({ code: 'invalid.matrix' }));
    expect(open([])).toThrow(expect.objectContaining({ code: 'invalid.matrix' }));
  });
});
