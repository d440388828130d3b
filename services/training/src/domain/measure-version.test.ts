import type { InteractionTable } from '@attune/interactions';
import { aTable, testStrength } from '../../tests/an-interaction-table';
import { type MeasureVersionRequest, measureVersion } from './measure-version';
import type { StoredVersion } from './version-scorer';

const DAY_MS = 86_400_000;
const USERS = Array.from({ length: 40 }, (_, user) => `u${user}`);

/**
 * Everybody liked `old`, some liked `mid` too; on day 10 the even users like `a`, the odd ones `b`. Six other items nobody asks for.
 */
function twoTastes(): InteractionTable {
  const before = USERS.flatMap((user, n) => [
    { user, item: 'old', day: 1 },
    ...(n % 4 === 0 ? [{ user, item: 'mid', day: 2 }] : []),
  ]);
  const others = Array.from({ length: 6 }, (_, n) => ({ user: 'somebody', item: `x${n}`, day: 3 }));
  const after = USERS.map((user, n) => ({ user, item: n % 2 === 0 ? 'a' : 'b', day: 10 }));
  return aTable(
    ...before,
    ...others,
    { user: 'somebody', item: 'a', day: 3 },
    { user: 'somebody', item: 'b', day: 3 },
    ...after,
  );
}

/** A stored version that scores an item for a user by a rule. */
function aStored(
  rule: (user: string, item: string) => number,
  known: { readonly users?: readonly string[]; readonly items?: readonly string[] } = {},
): StoredVersion {
  const userKeys = known.users ?? USERS;
  const itemIds = known.items ?? ['old', 'mid', 'a', 'b', 'x0', 'x1', 'x2', 'x3', 'x4', 'x5'];
  return {
    userKeys,
    itemIds,
    scores: async (users) =>
      users.map(({ row }) => (row < 0 ? undefined : Float32Array.from(itemIds, (item) => rule(userKeys[row]!, item)))),
  };
}

const isEven = (user: string) => Number(user.slice(1)) % 2 === 0;
const right = (user: string, item: string) => Number(item === (isEven(user) ? 'a' : 'b'));
const wrong = (user: string, item: string) => -right(user, item);

const measureIt = (overrides: Partial<MeasureVersionRequest> = {}) =>
  measureVersion({
    definition: { needs: [] },
    table: twoTastes(),
    strengthOf: testStrength,
    version: aStored(right),
    champion: { number: 1, stored: aStored(wrong) },
    askedFromMs: 5 * DAY_MS,
    mayAskWhatWasSeen: false,
    metrics: [],
    ...overrides,
  });

const metricOf = (estimates: readonly { name: string; value: number }[], name: string) =>
  estimates.find((one) => one.name === name)?.value;

describe('measureVersion', () => {
  it('asks what users did after both trainings, the version and the one in production alike, and compares user by user', async () => {
    const { userCount, metrics, comparisons, caveat, askedFrom } = await measureIt();
    expect({ userCount, caveat, askedFrom }).toEqual({ userCount: 40, caveat: '', askedFrom: new Date(5 * DAY_MS) });
    expect(metricOf(metrics, 'mrr@10')).toBe(1);
    expect(comparisons.map(({ opponent, method }) => [opponent, method])).toEqual([
      ['1', 'artifact'],
      ['popularity', 'baseline'],
    ]);
    // nine items that a user does not have, of which the right one comes last: 1/9; or eight
    const gain = comparisons[0]!.gains.find(({ name }) => name === 'mrr@10')!;
    expect(gain.value).toBeGreaterThan(0.87);
    expect(gain.low).toBeGreaterThan(0.86);
  });

  it('counts users and items that a version does not know against it', async () => {
    const halfTheUsers = aStored(right, { users: USERS.filter(isEven) });
    // the item of an unknown user ranks last of nine, or of eight
    const ofHalf = metricOf((await measureIt({ version: halfTheUsers })).metrics, 'mrr@10');
    expect(ofHalf).toBeGreaterThan(0.5);
    expect(ofHalf).toBeLessThan(0.57);
    const withoutB = aStored(right, { items: ['old', 'mid', 'a', 'x0'] });
    const { metrics } = await measureIt({ version: withoutB });
    // the odd users' item ranks last of nine or eight
    expect(metricOf(metrics, 'mrr@10')).toBeLessThan(0.57);
    expect(metricOf(metrics, 'mrr@10')).toBeGreaterThan(0.5);
  });

  it('measures the metrics that are asked for, at their lengths', async () => {
    const { metrics } = await measureIt({ metrics: ['recall@3', 'coverage@10'] });
    expect(metrics.map(({ name }) => name).sort()).toEqual(['coverage@10', 'recall@3']);
  });

  it('says that nothing is new when nothing is, and since when', async () => {
    await expect(measureIt({ askedFromMs: 10 * DAY_MS })).rejects.toMatchObject({
      code: 'failed_precondition.no_fresh_data',
      message: expect.stringContaining('1970-01-11T00:00:00.000Z'),
    });
  });

  it('asks what the versions have seen where a data set is named, and says that it proves nothing', async () => {
    const { caveat, askedFrom, userCount } = await measureIt({ askedFromMs: 10 * DAY_MS, mayAskWhatWasSeen: true });
    expect(caveat).toMatch(/remember/);
    expect(askedFrom).toBeUndefined();
    expect(userCount).toBe(41);
  });

  it('does not ask about what a user had before and liked again', async () => {
    const table = aTable(
      ...USERS.flatMap((user, n) => [
        { user, item: 'old', day: 1 },
        { user, item: 'old', day: 10 },
        ...(n < 3 ? [{ user, item: 'a', day: 10 }] : []),
      ]),
      { user: 'somebody', item: 'a', day: 1 },
    );
    expect((await measureIt({ table })).userCount).toBe(3);
  });
});
