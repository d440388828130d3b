import type { Interactions } from '@attune/interactions';
import { buildCsr, seededUniform } from '@attune/kernels';
import { openGraphSession } from '@attune/onnx';
import type { ItemContent } from '../model';
import { parseSettings } from '../parse-settings';
import { CONTENT } from './content';
import { ContentModel } from './content-model';

const TOPICS = [
  'rocket orbit moon astronaut galaxy comet',
  'oven flour butter sugar whisk dough',
  'goal striker keeper league penalty referee',
  'violin cello concert sonata maestro opera',
].map((words) => words.split(' '));
const USERS = TOPICS.length * 5;
const ITEMS = TOPICS.length * 30;
const NEW_ITEMS = TOPICS.length;

const topicOf = (index: number) => index % TOPICS.length;

function textOf(topic: number, uniform: () => number): string {
  const words = Array.from({ length: 6 }, () => TOPICS[topic]![Math.floor(uniform() * 6)]!);
  return `The ${words.join(' ')} and a filler${Math.floor(uniform() * 30)}.`;
}

/** Items of four topics, the last of which nobody has seen; every user likes some items of one topic, and dislikes one of another. */
function planted() {
  const uniform = seededUniform(4);
  const contents = Array.from(
    { length: ITEMS + NEW_ITEMS },
    (_, item): ItemContent => ({ text: textOf(topicOf(item), uniform), tags: [], category: '' }),
  );
  const rows: (readonly [number, number, number])[] = [];
  for (let user = 0; user < USERS; user++) {
    for (let item = 0; item < ITEMS; item++) {
      if (topicOf(item) === topicOf(user) && uniform() < 0.2) rows.push([user, item, 5]);
    }
  }
  return { contents, interactions: interactionsOf(rows, ITEMS + NEW_ITEMS) };
}

function interactionsOf(rows: readonly (readonly [number, number, number])[], itemCount: number): Interactions {
  return {
    // the last user has said nothing
    userCount: USERS + 1,
    itemCount,
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    value: Float32Array.from(rows, ([, , value]) => value),
    timeMs: new Float64Array(rows.length).fill(Number.NaN),
  };
}

async function fitPlanted(settings: object = {}): Promise<ContentModel> {
  const { contents, interactions } = planted();
  const data = { interactions, items: contents };
  const model = await CONTENT.fit({
    data,
    settings: parseSettings(CONTENT, { clusters: TOPICS.length, maxItemShare: 0.5, ...settings }),
  });
  if (!(model instanceof ContentModel)) throw new Error('not a content model');
  return model;
}

const best = (scores: ArrayLike<number>, count: number) =>
  Array.from({ length: scores.length }, (_, item) => item)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, count);

describe('content', () => {
  it('finds the items of what a user likes, also those that nobody has seen', async () => {
    await using model = await fitPlanted();
    for (let user = 0; user < USERS; user++) {
      const scores = await model.scoreAll(Int32Array.of(user));
      const found = best(scores, ITEMS / TOPICS.length + 1);
      expect(found.every((item) => topicOf(item) === topicOf(user))).toBe(true);
      expect(found).toContain(ITEMS + topicOf(user));
    }
  });

  it('groups items by topic and says what each group is about', async () => {
    await using model = await fitPlanted();
    const clusters = model.clustersOf(planted().contents);
    const names = TOPICS.map((_, topic) => clusters[topic]!);
    expect(new Set(names).size).toBe(TOPICS.length);
    expect(clusters.every((cluster, item) => cluster === names[topicOf(item)])).toBe(true);
    for (const [topic, words] of TOPICS.entries()) {
      expect([...model.clusterTerms[names[topic]!]!.slice(0, 6)].sort()).toEqual([...words].sort());
    }
  });

  it('scores an item that came after the training like the same item in it', async () => {
    await using model = await fitPlanted();
    const { contents } = planted();
    const users = Int32Array.of(0, 1);
    const known = await model.scoreAll(users);
    expect(await model.scoreNewItems(users, contents)).toEqual(known);
    const strange = await model.scoreNewItems(users, [{ text: 'xylophone quartz', tags: [], category: '' }]);
    expect([...strange]).toEqual([0, 0]);
  });

  it('explains an item by the cluster and the terms that it shares with what was liked', async () => {
    await using model = await fitPlanted();
    const item = ITEMS + 2;
    const reason = model.explain({ user: 2 }, item)!;
    expect(reason.reason).toBe('similar content cluster');
    expect(reason.cluster).toBe(model.clustersOf(planted().contents)[item]);
    expect(reason.clusterShare).toBe(1);
    expect(reason.sharedTerms.every(({ term }) => TOPICS[2]!.includes(term))).toBe(true);
    expect(reason.becauseOf.every((other) => topicOf(other) === 2)).toBe(true);
    const liked = { items: Int32Array.of(3), values: Float32Array.of(5) };
    expect(model.explain(liked, ITEMS + 3)?.becauseOf).toEqual([3]);
    expect(model.explain(liked, ITEMS)?.sharedTerms.length ?? 0).toBe(0);
  });

  it('agrees with histories of people whom it did not see, and shows strangers what all like', async () => {
    await using model = await fitPlanted();
    const { interactions } = planted();
    const entries = Array.from(interactions.userIndex.keys()).filter((e) => interactions.userIndex[e] === 1);
    const histories = buildCsr({
      rowCount: 2,
      rows: new Int32Array(entries.length),
      columns: Int32Array.from(entries, (e) => interactions.itemIndex[e]!),
      values: Float32Array.from(entries, (e) => interactions.value[e]!),
    });
    const scores = await model.scoreHistories!(histories);
    const itemCount = interactions.itemCount;
    expect(scores.slice(0, itemCount)).toEqual(await model.scoreAll(Int32Array.of(1)));
    const stranger = scores.slice(itemCount);
    expect(stranger).toEqual(await model.scoreAll(Int32Array.of(USERS)));
    expect(stranger.every(Number.isFinite)).toBe(true);
    const pairs = await model.scorePairs(Int32Array.of(1, 1), Int32Array.of(0, 5));
    expect([...pairs]).toEqual([scores[0], scores[5]]);
  });

  it('serves similar items and items for a history as graphs', async () => {
    await using model = await fitPlanted();
    const [byHistory, similar] = model.graphs!();
    await using one = await openGraphSession(similar!.model);
    const k = { type: 'int64', dims: [1], data: [5] } as const;
    const neighbors = await one.run({ item_index: { type: 'int32', dims: [1], data: [6] }, k });
    expect(neighbors.item_indices!.data.every((item) => topicOf(item) === 2)).toBe(true);
    await using two = await openGraphSession(byHistory!.model);
    const slate = await two.run({
      history_items: { type: 'int32', dims: [2], data: [2, 6] },
      history_weights: { type: 'float32', dims: [2], data: [1, 1] },
      k,
    });
    expect(slate.item_indices!.data.every((item) => topicOf(item) === 2)).toBe(true);
  });

  it('gives the same numbers in every run', async () => {
    const run = async () => {
      await using model = await fitPlanted();
      return { metrics: model.metrics, terms: model.clusterTerms };
    };
    expect(await run()).toEqual(await run());
  });

  it('refuses data without content, and texts that share no word', async () => {
    const { interactions, contents } = planted();
    const settings = parseSettings(CONTENT, {});
    const refusal = { code: 'failed_precondition.dataset_no_content' };
    await expect(CONTENT.fit({ data: { interactions }, settings })).rejects.toMatchObject(refusal);
    const empty = contents.map(() => ({ text: '', tags: [], category: '' }));
    await expect(CONTENT.fit({ data: { interactions, items: empty }, settings })).rejects.toMatchObject(refusal);
  });

  it('stops when it is cancelled', async () => {
    const { interactions, contents: items } = planted();
    const training = CONTENT.fit({
      data: { interactions, items },
      settings: parseSettings(CONTENT, {}),
      signal: AbortSignal.abort(),
    });
    await expect(training).rejects.toMatchObject({ code: 'cancelled.training' });
  });

  it('refuses settings that it does not know', () => {
    expect(() => parseSettings(CONTENT, { clusters: 0 })).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: 'settings.clusters' })] }),
    );
  });
});
