import { aRequest, NOW, waiting } from '../../../tests/fixtures/a-request';
import type { UserPrior } from '../../domain/live-vector';
import type { BorrowedModel, ModelShelf } from '../../model-ports';
import type { KeptUser, KeptUserReader } from '../../user-ports';
import { nobodyKnown } from '../user-state';
import { liveVectorHydrator } from './live-vector-hydrator';

const prior: UserPrior = { rank: 2, covariance: Float32Array.of(1, 0, 0, 1), weightOf: (strength) => strength };
const trainedAt = new Date(NOW.getTime() - 3_600_000);
const ITEMS = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
const nobody: KeptUser = { ...nobodyKnown(), refused: undefined, rejected: [] };
const liked = (item: number, atMs = NOW.getTime()) => ({ item, strength: 1, atMs });

function setUp(kept: Partial<KeptUser> | Error, model: Partial<BorrowedModel> = {}) {
  let borrowed = 0;
  const rules: unknown[] = [];
  const borrow: ModelShelf['borrow'] = (_kind, _userId, given) => {
    rules.push(given);
    borrowed++;
    return {
      ref: { name: 'als', version: '1', digest: 'd1' },
      trainedAt,
      userPrior: prior,
      vectorOfUser: (userId: string) => (userId === 'ann' ? Float32Array.of(0.5, 0) : undefined),
      vectorOfItem: (item: number) => ITEMS[item],
      [Symbol.dispose]: () => void borrowed--,
      ...model,
    } as BorrowedModel;
  };
  const user = { ...nobody, ...(kept instanceof Error ? {} : kept) };
  const users: KeptUserReader = {
    kept: async () => (kept instanceof Error ? Promise.reject(kept) : { ...user }),
    lastKnown: () => (kept instanceof Error ? undefined : user),
  };
  const hydrator = liveVectorHydrator({ users, models: { borrow } });
  return {
    borrowed: () => borrowed,
    rules,
    vectorOf: async (userId = 'ann') => (await hydrator.hydrate(aRequest({ userId }), waiting)).vector,
  };
}

describe('hydrators/live_vector', () => {
  it('moves the vector of the training toward what was liked since, in the space of that version', async () => {
    const { vectorOf, borrowed } = setUp({ recents: [liked(1)] });
    const vector = await vectorOf();
    expect(vector).toMatchObject({ digest: 'd1', learnedToMs: NOW.getTime() });
    expect(vector!.vector[0]).toBeCloseTo(0.5);
    expect(vector!.vector[1]).toBeCloseTo(0.8);
    expect(borrowed()).toBe(0);
  });

  it('asks no version on trial about a user who refuses experiments, whatever was planned before that was known', async () => {
    const [refusing, other] = [setUp({ refused: ['experiments'] }), setUp({ refused: [] })];
    await Promise.all([refusing.vectorOf(), other.vectorOf()]);
    expect([refusing.rules, other.rules]).toEqual([
      [{ canaries: false, pinned: {} }],
      [{ canaries: true, pinned: {} }],
    ]);
  });

  it('folds in a user whom the model does not know', async () => {
    expect((await setUp({ recents: [liked(0)] }).vectorOf('nobody'))!.vector[0]).toBeCloseTo(0.8);
  });

  it('leaves the user to the training where nothing is known beside it, or of the items', async () => {
    expect(await setUp({}).vectorOf()).toBeUndefined();
    expect(await setUp({ recents: [liked(9)] }).vectorOf()).toBeUndefined();
    expect(await setUp({ hidden: new Set([1]) }).vectorOf('nobody')).toBeUndefined();
  });

  it('begins where a later update of the factors has the user, and nowhere that another version does', async () => {
    const later = { digest: 'd1', vector: Float32Array.of(0, 2), learnedToMs: NOW.getTime() };
    expect(await setUp({ vector: later }).vectorOf()).toBe(later);
    const moved = await setUp({ vector: later, recents: [liked(0)] }).vectorOf();
    expect([...moved!.vector]).toEqual([expect.closeTo(0.8), 2]);
    expect(await setUp({ vector: { ...later, digest: 'd0' } }).vectorOf()).toBeUndefined();
  });

  it('knows of a user who was forgotten nothing that was learned before', async () => {
    const later = { digest: 'd1', vector: Float32Array.of(0, 2), learnedToMs: NOW.getTime() - 2 };
    const forgottenAt = new Date(NOW.getTime() - 1);
    const vector = await setUp({ vector: later, forgottenAt, recents: [liked(0)] }).vectorOf();
    expect([...vector!.vector]).toEqual([expect.closeTo(0.8), 0]);
  });

  it('takes the like back with the hide', async () => {
    const vector = await setUp({ recents: [liked(0)], hidden: new Set([0]) }).vectorOf();
    expect(vector!.vector[0]).toBeLessThan(0.1);
  });

  it('does without where no model is loaded, the artifact does not say enough, or nobody can be read', async () => {
    expect(await setUp({ recents: [liked(1)] }, { userPrior: undefined }).vectorOf()).toBeUndefined();
    expect(await setUp(new Error('away')).vectorOf()).toBeUndefined();
  });

  it('sees an item where an update of the factors has put it', async () => {
    const at = { item: ITEMS[1]! };
    const { vectorOf } = setUp({ recents: [liked(1)] }, { vectorOfItem: () => at.item });
    expect((await vectorOf('nobody'))!.vector[1]).toBeCloseTo(0.8);
    at.item = Float32Array.of(1, 0);
    expect([...(await vectorOf('nobody'))!.vector]).toEqual([expect.closeTo(0.8), 0]);
  });
});
