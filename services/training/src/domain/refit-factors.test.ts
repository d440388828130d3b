import { strengthOf } from '@attune/contracts';
import { resolvePreferences } from '@attune/interactions';
import { readModel } from '@attune/onnx';
import { MODELS } from '@attune/recommenders';
import { aCommunity } from '../../tests/an-interaction-table';
import { type RefitSubjects, refitFactors, type TrainedFactors } from './refit-factors';

const RANK = 8;
const base = aCommunity({ userCount: 80, itemCount: 40, groups: 2, likes: 12 });
const NOTHING: RefitSubjects = { interactions: [], userKeys: [], itemIds: [], learned: { users: [], items: [] } };
const like = (userKey: string, itemId: string, n = 0) => ({ userKey, itemId, type: 'like', timeMs: 1e13 + n });
let trained: TrainedFactors;

beforeAll(async () => {
  const definition = MODELS.get('als')!;
  const settings = definition.settings.parse({ rank: RANK, iterations: 8, threads: 1 }) as Record<string, unknown>;
  const model = await definition.fit({ data: { interactions: resolvePreferences(base, strengthOf) }, settings });
  const graph = model.graphs!().find(({ name }) => name === 'retrieval')!;
  const tensors = new Map(readModel(graph.model).initializers.map(({ name, raw }) => [name, Uint8Array.from(raw)]));
  const columns = new Float32Array(tensors.get('items')!.buffer);
  const itemFactors = new Float32Array(columns.length);
  for (let c = 0; c < RANK; c++) for (let i = 0; i < 40; i++) itemFactors[i * RANK + c] = columns[c * 40 + i]!;
  const userFactors = new Float32Array(tensors.get('user_factors')!.buffer);
  trained = { settings, metrics: model.metrics, userKeys: base.users, itemIds: base.items, userFactors, itemFactors };
}, 30_000);

const refit = (subjects: Partial<RefitSubjects>, of = trained) =>
  refitFactors(base, of, { ...NOTHING, ...subjects }, strengthOf);
const userAt = (row: number) => trained.userFactors.subarray(row * RANK, (row + 1) * RANK);

describe('refitFactors', () => {
  it('gives a user of whom nothing is new the vector of the training', () => {
    const { users, items } = refit({ userKeys: [base.users[3]!] });
    expect(items).toEqual([]);
    expect(users.map(({ key }) => key)).toEqual([base.users[3]]);
    for (const [c, value] of users[0]!.vector.entries()) expect(value).toBeCloseTo(userAt(3)[c]!, 4);
  });

  it('counts nothing twice that the data set has already', () => {
    const row = base.userIndex.indexOf(3);
    const again = {
      ...{ userKey: base.users[3]!, itemId: base.items[base.itemIndex[row]!]! },
      ...{ type: base.types[base.type[row]!]!, timeMs: base.timeMs[row]! },
    };
    const { users } = refit({ userKeys: [base.users[3]!], interactions: [again] });
    for (const [c, value] of users[0]!.vector.entries()) expect(value).toBeCloseTo(userAt(3)[c]!, 4);
  });

  it('learns items that are new, and of those that are known only the ones of which much is', () => {
    const popular = base.items[0]!;
    const interactions = [0, 2, 4].map((user) => like(base.users[user]!, 'new', user));
    interactions.push(like(base.users[0]!, popular));
    const userKeys = [0, 2, 4].map((user) => base.users[user]!);
    expect(refit({ interactions, userKeys, itemIds: ['new', popular] }).items.map(({ key }) => key)).toEqual(['new']);
    const many = Array.from({ length: 60 }, (_, n) => like(base.users[n]!, popular, n));
    expect(refit({ interactions: many, itemIds: [popular] }).items.map(({ key }) => key)).toEqual([popular]);
  });

  it('begins from what was learned last', () => {
    const placed = { key: 'new', vector: new Float32Array(RANK).fill(0.5) };
    const interactions = [like('somebody', 'new')];
    const learned = { users: [], items: [placed] };
    const { users, items } = refit({ interactions, userKeys: ['somebody'], learned });
    expect(items).toEqual([]);
    // every coordinate of the user points where the only item does
    expect(users[0]!.vector.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0);
    expect(refit({ interactions, userKeys: ['somebody'] }).users).toEqual([]);
  });

  it('takes a like back that was hidden since', () => {
    const row = base.userIndex.indexOf(3);
    const itemId = base.items[base.itemIndex[row]!]!;
    const hide = { ...like(base.users[3]!, itemId), type: 'hide' };
    const [item, { users }] = [base.itemIndex[row]!, refit({ interactions: [hide], userKeys: [base.users[3]!] })];
    const vector = trained.itemFactors.subarray(item * RANK, (item + 1) * RANK);
    const score = (user: Float32Array) => user.reduce((sum, value, c) => sum + value * vector[c]!, 0);
    expect(score(users[0]!.vector)).toBeLessThan(score(userAt(3)));
  });

  it('learns only whom the version does not know where the data set is gone', () => {
    const interactions = [
      ...[0, 2, 4].map((user) => like(base.users[user]!, 'new', user)),
      ...[like('somebody', base.items[0]!), like('somebody', 'new')],
    ];
    const userKeys = [base.users[0]!, 'somebody'];
    const subjects = { ...NOTHING, interactions, userKeys, itemIds: ['new', base.items[0]!] };
    const { users, items } = refitFactors(undefined, trained, subjects, strengthOf);
    expect([users, items].map((rows) => rows.map(({ key }) => key))).toEqual([['somebody'], ['new']]);
  });

  it('learns nobody where nothing is left to learn from', () => {
    expect(refitFactors(undefined, trained, { ...NOTHING, userKeys: ['u'] }, strengthOf)).toEqual(NOTHING.learned);
    const interactions = [{ ...like('u', 'new'), type: 'hide' }];
    expect(refitFactors(undefined, trained, { ...NOTHING, interactions, userKeys: ['u'] }, strengthOf)).toEqual(
      NOTHING.learned,
    );
  });

  it('refuses an artifact that does not say by which objective it was trained', () => {
    expect(() => refit({}, { ...trained, metrics: {} })).toThrow(
      expect.objectContaining({ code: 'failed_precondition.objective' }),
    );
  });
});
