import { createHash } from 'node:crypto';
import { AppError } from '@attune/errors';
import fc from 'fast-check';
import { makeRng } from './random';
import { DEFAULT_SAMPLE, simulate } from './simulate';
import type { SimulatedInteraction, Simulation } from './simulated';

const startTime = new Date('2026-01-05T00:00:00Z');
const small = { seed: 7, users: 60, items: 150, days: 20, interactionsPerUser: 40, startTime };

function digest(simulation: Simulation): string {
  const hash = createHash('sha256');
  for (const stream of [simulation.users(), simulation.items(), simulation.follows(), simulation.interactions()]) {
    for (const record of stream) hash.update(`${JSON.stringify(record)}\n`);
  }
  return hash.digest('hex');
}

describe('a simulated feed', () => {
  it('gives the same bytes for the same options, today and in every version', () => {
    expect(digest(simulate(small))).toBe('a81b3107351b4e45519a8153fe0973796d69ca0af6508cee13dec9c61ffac525');
  });

  it('gives the same streams when they are read twice from one simulation', () => {
    const simulation = simulate(small);
    expect(digest(simulation)).toBe(digest(simulation));
  });

  it('is another feed for another seed', () => {
    expect(digest(simulate({ ...small, seed: 8 }))).not.toBe(digest(simulate(small)));
  });

  it('keeps a person the same in a larger simulation', () => {
    const [first] = simulate(small).users();
    const [same] = simulate({ ...small, users: 90 }).users();
    expect(same).toEqual(first);
  });

  it('gives events of different simulations different ids', () => {
    const ids = (seed: number) => [...simulate({ ...small, seed }).interactions()].map(({ eventId }) => eventId);
    const all = [...ids(1), ...ids(2)];
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    { users: 0 },
    { items: -1 },
    { users: 1.5 },
    { days: 0 },
    { seed: Number.NaN },
    { interactionsPerUser: 0 },
    { startTime: new Date('no date') },
  ])('refuses %j', (wrong) => {
    expect(() => simulate({ ...small, ...wrong })).toThrow(AppError);
  });

  it('works at the smallest size', () => {
    const simulation = simulate({ ...small, users: 1, items: 1, days: 1, interactionsPerUser: 1 });
    // the only user wrote the only post, and nobody reads their own
    expect([...simulation.interactions()]).toEqual([]);
  });

  it('refers only to people and posts that there are, at times when there are, in order, within the days', () => {
    const sizes = fc.record({
      seed: fc.integer(),
      users: fc.integer({ min: 1, max: 50 }),
      items: fc.integer({ min: 1, max: 100 }),
      days: fc.integer({ min: 1, max: 15 }),
      interactionsPerUser: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(sizes, (size) => checkReferences(simulate({ ...size, startTime }), size.days)),
      { seed: 1, numRuns: 25 },
    );
  });

  it('knows nobody from outside', () => {
    expect(() => simulate(small).trueAffinity('u000060', 'p000000')).toThrow('not part of this simulation');
    expect(() => simulate(small).trueAffinity('p000000', 'p000000')).toThrow('not part of this simulation');
  });
});

function checkReferences(simulation: Simulation, days: number): void {
  const joined = new Map([...simulation.users()].map((user) => [user.userId, user.createdAt.getTime()]));
  const published = new Map([...simulation.items()].map((item) => [item.itemId, item.publishedAt.getTime()]));
  for (const { authorId } of simulation.items()) expect(joined.has(authorId)).toBe(true);
  for (const { followerId, followeeId, since } of simulation.follows()) {
    expect(followerId).not.toBe(followeeId);
    expect(since.getTime()).toBeGreaterThanOrEqual(Math.max(joined.get(followerId)!, joined.get(followeeId)!));
  }
  let last = startTime.getTime();
  for (const { userId, itemId, time } of simulation.interactions()) {
    expect(time.getTime()).toBeGreaterThanOrEqual(Math.max(last, joined.get(userId)!, published.get(itemId)!));
    last = time.getTime();
  }
  expect(last).toBeLessThan(startTime.getTime() + days * 86_400_000);
}

describe('the default sample', () => {
  const simulation = simulate({ ...DEFAULT_SAMPLE, startTime });
  const interactions = [...simulation.interactions()];
  const ofType = (type: SimulatedInteraction['type']) =>
    interactions.filter((interaction) => interaction.type === type);
  const meanAffinity = (of: readonly SimulatedInteraction[]) =>
    of.reduce((sum, { userId, itemId }) => sum + simulation.trueAffinity(userId, itemId), 0) / of.length;

  it('has about 60,000 interactions', () => {
    expect(Math.abs(interactions.length - 60_000)).toBeLessThan(600);
  });

  it('has every kind of interaction, views most and shares least of the positive ones', () => {
    const counts = (['view', 'click', 'like', 'comment', 'share'] as const).map((type) => ofType(type).length);
    expect(counts.every((count) => count > 300)).toBe(true);
    expect(Math.max(...counts)).toBe(counts[0]);
    expect(Math.min(...counts)).toBe(counts[4]);
  });

  it('has few hides, and those where there is little affinity', () => {
    expect(ofType('hide').length / interactions.length).toBeLessThan(0.02);
    expect(meanAffinity(ofType('hide'))).toBeLessThan(0.15);
    expect(meanAffinity(ofType('like'))).toBeGreaterThan(0.5);
  });

  it('lets nobody like or hide a post twice', () => {
    const pairs = interactions
      .filter(({ type }) => type !== 'view')
      .map((of) => [of.type, of.userId, of.itemId].join());
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  it('is busier in the evening than at night, and at weekends than on working days', () => {
    const during = (hours: (hour: number) => boolean) =>
      interactions.filter(({ time }) => hours(time.getUTCHours())).length;
    expect(during((hour) => hour >= 18 && hour < 22)).toBeGreaterThan(5 * during((hour) => hour >= 1 && hour < 5));
    const weekend = interactions.filter(({ time }) => time.getUTCDay() % 6 === 0).length / 2;
    expect(weekend).toBeGreaterThan((1.2 * (interactions.length - 2 * weekend)) / 5);
  });

  it('shows fresh posts more than old ones', () => {
    const publishedAt = new Map([...simulation.items()].map((item) => [item.itemId, item.publishedAt.getTime()]));
    const ages = interactions.map(({ itemId, time }) => (time.getTime() - publishedAt.get(itemId)!) / 86_400_000);
    const young = ages.filter((days) => days < 10).length;
    expect(young).toBeGreaterThan(2 * ages.filter((days) => days >= 20 && days < 30).length);
  });

  it('has a few people with many followers, and many with few', () => {
    const followers = new Map<string, number>();
    for (const { followeeId } of simulation.follows()) followers.set(followeeId, (followers.get(followeeId) ?? 0) + 1);
    const sorted = [...followers.values()].sort((a, b) => b - a);
    const top = sorted.slice(0, Math.ceil(sorted.length / 10)).reduce((sum, count) => sum + count, 0);
    expect(top).toBeGreaterThan(0.25 * sorted.reduce((sum, count) => sum + count, 0));
  });

  it('has followers who share interests with those they follow', () => {
    const interests = new Map([...simulation.users()].map((user) => [user.userId, user.interests]));
    const share = (a: string, b: string) => interests.get(a)!.some((topic) => interests.get(b)!.includes(topic));
    const follows = [...simulation.follows()];
    const sharing = follows.filter(({ followerId, followeeId }) => share(followerId, followeeId)).length;
    // each followee against somebody else's follower: what chance alone would give
    const byChance = follows.filter(({ followeeId }, at) =>
      share(follows[(at + 997) % follows.length]!.followerId, followeeId),
    ).length;
    expect(sharing).toBeGreaterThan(1.5 * byChance);
  });

  it('has posts in words of their topic, none the same as another', () => {
    const items = [...simulation.items()];
    expect(new Set(items.map(({ title, text }) => title + text)).size).toBe(items.length);
    for (const { text, tags } of items) for (const tag of tags) expect(text).toContain(`#${tag}`);
    expect(items.every(({ title, text }) => !/[{}]|undefined/.test(title + text))).toBe(true);
  });

  it('answers a closed loop as the feed does: more likes where there is more affinity, fewer reactions further down', () => {
    const rng = makeRng(3);
    const reactionsTo = (userId: string, itemId: string, position: number) =>
      Array.from({ length: 200 }, () => simulation.respond(userId, itemId, rng, position)).flat();
    const items = [...simulation.items()].map(({ itemId }) => itemId);
    const byTaste = items.toSorted(
      (a, b) => simulation.trueAffinity('u000005', b) - simulation.trueAffinity('u000005', a),
    );
    const likes = (itemId: string) => reactionsTo('u000005', itemId, 0).filter(({ type }) => type === 'like').length;
    expect(likes(byTaste[0]!)).toBeGreaterThan(10 * likes(byTaste.at(-1)!));
    expect(reactionsTo('u000005', byTaste[0]!, 9).length).toBeLessThan(
      0.8 * reactionsTo('u000005', byTaste[0]!, 0).length,
    );
  });
});
