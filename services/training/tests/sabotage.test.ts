import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@attune/object-store';
import type { LearningCheck } from '../src/domain/learning/learning-cycle';
import { SABOTAGED_PREDICTORS } from './sabotage/sabotaged-predictors';
import { SABOTAGED_RANKERS } from './sabotage/sabotaged-rankers';
import { Workshop } from './sabotage/workshop';

jest.setTimeout(600_000);
const folder = mkdtempSync(join(tmpdir(), 'sabotage-'));
const store = openObjectStore(pathToFileURL(folder).href);
const shop = new Workshop(store);

afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const failed = (checks: readonly LearningCheck[]) =>
  checks.filter(({ passed }) => !passed).map(({ name, reason }) => `${name}: ${reason}`);

const SABOTAGED = [...SABOTAGED_RANKERS, ...SABOTAGED_PREDICTORS];
/** The check that is made for a kind, and must find it whatever else does. */
const FOUND_BY: Readonly<Record<string, readonly string[]>> = {
  'label leak': ['leak'],
  'shuffled weights': ['better'],
  'constant output': ['numbers'],
  'NaN on rare input': ['numbers'],
  'swapped feature order': ['features', 'reproduced'],
  'slower by 3 x': ['latency'],
  'worse in one segment': ['segments'],
  'truncated table': ['tables'],
  'stale item index': ['recent_items', 'tables'],
  'trained on the future': ['future'],
};
const SOUND = [
  ...[1, 2, 3, 4].map((seed) => ['als', seed] as const),
  ...[1, 2].map((seed) => ['item_item', seed] as const),
  ['popularity', 1] as const,
  ['neural_cf', 1] as const,
  ...[1, 2].map((seed) => ['engagement', seed] as const),
];

describe('the proof of a challenger', () => {
  it('is tried on ten kinds of sabotage, four of each', () => {
    const kinds = Map.groupBy(SABOTAGED, ({ kind }) => kind);
    expect(Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length]))).toEqual(
      Object.fromEntries(Object.keys(FOUND_BY).map((kind) => [kind, 4])),
    );
  });

  it.each(SABOTAGED.map((one) => [one.kind, one.what, one] as const))('rejects %s, %s', async (kind, _, { prove }) => {
    const checks = await prove(shop);
    const against = checks.filter(({ passed }) => !passed).map(({ name }) => name);
    expect(against).not.toEqual([]);
    expect(FOUND_BY[kind]!.filter((name) => against.includes(name))).not.toEqual([]);
  });

  it('lets at least nine of ten sound challengers through', async () => {
    const rejected: string[] = [];
    for (const [model, seed] of SOUND) {
      const checks =
        model === 'engagement'
          ? await shop.predictor(seed, await shop.soundPredictor(seed))
          : await shop.ranker(model, seed, await shop.sound(model, seed));
      const against = failed(checks);
      if (against.length > 0) rejected.push(`${model} ${seed}: ${against.join('; ')}`);
    }
    expect(SOUND).toHaveLength(10);
    expect(rejected.length <= 1 ? [] : rejected).toEqual([]);
  });
});
