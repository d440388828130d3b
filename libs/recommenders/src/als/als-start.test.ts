import type { Interactions } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { readModel } from '@attune/onnx';
import type { FittedModel, PreviousModel } from '../model';
import { parseSettings } from '../parse-settings';
import { ALS } from './als';
import type { AlsSettings } from './als-settings';

const SETTINGS = { rank: 8, iterations: 6, threads: 1 };

/** Users of three tastes; more users and items leave what the others chose as it is. */
function aCommunity(userCount: number, itemCount: number): Interactions {
  const userIndex: number[] = [];
  const itemIndex: number[] = [];
  for (let user = 0; user < userCount; user++) {
    for (let item = 0; item < itemCount; item++) {
      const uniform = seededUniform(1000 * user + item)();
      if (uniform >= (user % 3 === item % 3 ? 0.4 : 0.02)) continue;
      userIndex.push(user);
      itemIndex.push(item);
    }
  }
  return {
    userCount,
    itemCount,
    userIndex: Int32Array.from(userIndex),
    itemIndex: Int32Array.from(itemIndex),
    value: new Float32Array(userIndex.length).fill(1),
    timeMs: new Float64Array(userIndex.length).fill(Number.NaN),
  };
}

function fit(interactions: Interactions, settings: Partial<AlsSettings> = {}, previous?: PreviousModel) {
  return ALS.fit({ data: { interactions }, settings: parseSettings(ALS, { ...SETTINGS, ...settings }), previous });
}

/** What a stored version of a model says, to data in which the first rows are its rows. */
function previousOf(model: FittedModel, known: Interactions, now: Interactions, rank = 8): PreviousModel {
  const [retrieval] = model.graphs!();
  const tensors = readModel(retrieval!.model).initializers;
  const rows = (count: number, knownCount: number) =>
    Int32Array.from({ length: count }, (_, row) => (row < knownCount ? row : -1));
  return {
    settings: { ...SETTINGS, rank },
    tensor: (name) => {
      const stored = tensors.find((tensor) => tensor.name === name);
      return stored && new Float32Array(Uint8Array.from(stored.raw).buffer);
    },
    userRows: rows(now.userCount, known.userCount),
    itemRows: rows(now.itemCount, known.itemCount),
  };
}

describe('a refit of als from an earlier version', () => {
  const [before, now] = [aCommunity(90, 50), aCommunity(96, 54)];

  it('reaches in one iteration what training anew reaches in six', async () => {
    await using earlier = await fit(before);
    await using anew = await fit(now);
    await using coldOnce = await fit(now, { iterations: 1 });
    await using refit = await fit(now, { iterations: 1 }, previousOf(earlier, before, now));
    expect(refit.metrics.users_from_previous).toBe(90);
    expect(refit.metrics.loss).toBeLessThan(1.02 * anew.metrics.loss!);
    expect(coldOnce.metrics.loss).toBeGreaterThan(1.1 * anew.metrics.loss!);
  });

  it('gives new users and new items scores that follow their taste', async () => {
    await using earlier = await fit(before);
    await using refit = await fit(now, { iterations: 2 }, previousOf(earlier, before, now));
    const scores = await refit.scoreAll(Int32Array.from({ length: now.userCount }, (_, user) => user));
    const meanOf = (users: (user: number) => boolean, items: (item: number) => boolean, sameTaste: boolean) => {
      let [sum, pairs] = [0, 0];
      for (let user = 0; user < now.userCount; user++) {
        for (let item = 0; item < now.itemCount; item++) {
          if (!users(user) || !items(item) || (user % 3 === item % 3) !== sameTaste) continue;
          sum += scores[user * now.itemCount + item]!;
          pairs++;
        }
      }
      return sum / pairs;
    };
    const all = () => true;
    for (const [users, items] of [
      [(user: number) => user >= 90, all],
      [all, (item: number) => item >= 50],
    ] as const) {
      expect(meanOf(users, items, true)).toBeGreaterThan(4 * meanOf(users, items, false));
    }
  });

  it('starts anew, and says so, when the earlier vectors have another length', async () => {
    await using earlier = await fit(before, { rank: 16 });
    await using refit = await fit(now, {}, previousOf(earlier, before, now, 16));
    await using anew = await fit(now);
    expect(refit.metrics).toEqual(anew.metrics);
    expect(refit.metrics.users_from_previous).toBe(0);
  });
});
