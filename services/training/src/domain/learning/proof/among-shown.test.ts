import type { Scorer } from '@attune/evaluation';
import { resolvePreferences } from '@attune/interactions';
import { seededNormal } from '@attune/kernels';
import { type AnInteraction, aTable, testStrength } from '../../../../tests/an-interaction-table';
import { measureBeside } from '../../measure-beside';
import { questionsSince } from '../../questions';
import { type AmongShown, compareAmongShown } from './among-shown';
import { checkBetter, holdsAmongShown } from './check-gain';
import { checkSegments, type PartGain } from './check-segments';

const [USERS, ITEMS, SHOWN, CHOSEN] = [80, 100, 12, 3];
const DAY_MS = 86_400_000;
const normal = seededNormal(3);
const draw = () => Float32Array.from({ length: USERS * ITEMS }, normal);
const taste = draw();
/** What a model that is right to some degree says of everybody and every item. */
const guess = (noise: number) => draw().map((error, pair) => taste[pair]! + noise * error);
const scorer = (scores: Float32Array): Scorer => ({
  scoreAll: async (users) =>
    Float32Array.from([...users].flatMap((user) => [...scores.subarray(user * ITEMS, (user + 1) * ITEMS)])),
  scorePairs: async (users, items) => Float32Array.from(users, (user, at) => scores[user * ITEMS + items[at]!]!),
});
const champion = guess(1);

/** Everybody once liked an item; a day later they are shown the champion's best, and like the best of those. */
function history({ isShown }: { readonly isShown: boolean }): readonly AnInteraction[] {
  const items = Array.from({ length: ITEMS }, (_, item) => item);
  return Array.from({ length: USERS }, (_, user) => user).flatMap((user) => {
    const by = (scores: Float32Array) => (a: number, b: number) =>
      scores[user * ITEMS + b]! - scores[user * ITEMS + a]!;
    const shown = items.slice(1).sort(by(champion)).slice(0, SHOWN);
    const liked = shown.toSorted(by(taste)).slice(0, CHOSEN);
    const row = (type: string, day: number) => (item: number) => ({ user: `u${user}`, item: `i${item}`, type, day });
    return [row('like', 0)(0), ...(isShown ? shown.map(row('impression', 2)) : []), ...liked.map(row('like', 2))];
  });
}

/** Compares a challenger with the champion among all items, and among what was shown. */
async function compare(challenger: Float32Array, { isShown = true } = {}) {
  // every item by its number, so that scores are by the table's own indices
  const order = Array.from({ length: ITEMS }, (_, item) => ({ user: 'u0', item: `i${item}`, type: 'open' }));
  const table = aTable(...order, ...history({ isShown }));
  const holdOut = questionsSince(table, DAY_MS, (rows) => resolvePreferences(rows, testStrength))!;
  const [own, theirs] = [scorer(challenger), scorer(champion)];
  const amongShown = await compareAmongShown({
    ...{ table, heldOutFromMs: 2 * DAY_MS, holdOut, challenger: own, champion: theirs },
    partsOf: (users) => [{ name: 'half', places: users.filter((user) => user < USERS / 2).map((_, place) => place) }],
  });
  const { measurement } = await measureBeside({
    ...{ scorer: own, opponents: [{ name: '1', method: 'artifact', scorer: theirs }], method: 'm', caveat: '' },
    ...{ protocol: 'full-ranking', train: holdOut.training, test: holdOut.test, ks: [10], metrics: ['ndcg@10'] },
    ...{ askedFrom: new Date(DAY_MS), seed: 1, resamples: 200 },
  });
  return { amongShown, better: (shown?: AmongShown) => checkBetter(measurement, 'ndcg@10', shown?.all) };
}

describe('a proof among what was shown', () => {
  it('does not reject a challenger that is worse only because the champion chose what there was to choose from', async () => {
    const { amongShown, better } = await compare(guess(0.8));
    expect(better()).toMatchObject({ passed: false, reason: expect.stringContaining('shown to be worse') });
    expect(better(amongShown)).toMatchObject({ passed: true });
    expect(better(amongShown).reason).toMatch(
      /among what the champion showed: auc \d\.\d+ against \d\.\d+ over 80 users/,
    );
  });

  it('rejects one that does not tell what people chose', async () => {
    const { amongShown, better } = await compare(draw());
    expect(better(amongShown)).toMatchObject({ passed: false, reason: expect.stringContaining('among what') });
    expect(amongShown!.parts.map(holdsAmongShown)).toEqual([false]);
  });

  it('says nothing where it is not known what was shown', async () => {
    const { amongShown, better } = await compare(guess(0.8), { isShown: false });
    expect(amongShown).toBeUndefined();
    expect(better(amongShown).passed).toBe(false);
  });

  it('asks nobody about what they were not shown, or knew before', async () => {
    const { amongShown } = await compare(champion);
    expect(amongShown!.all).toMatchObject({ users: USERS, gain: 0 });
    expect(amongShown!.parts).toMatchObject([{ name: 'half', users: USERS / 2, gain: 0 }]);
  });

  it('excuses the parts alone that hold', () => {
    const part = (name: string): PartGain => ({ name, users: 40, champion: 0.2, gain: -0.1, low: -0.15, high: -0.05 });
    const parts = [part('young'), part('old')];
    expect(checkSegments(parts, 'ndcg@10', () => true).passed).toBe(true);
    const { passed, reason } = checkSegments(parts, 'ndcg@10', (name) => name === 'young');
    expect({ passed, reason }).toEqual({ passed: false, reason: expect.stringMatching(/^worse for old: /) });
  });
});
