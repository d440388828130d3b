import fc from 'fast-check';
import { interactionSeenAt } from '../entity-events';
import type { EntityState } from '../entity-state';
import { readFeatures, selectFeatures } from '../feature-reading';
import { VIEWS } from '../feature-registry';
import { foldInto } from '../fold';
import { initialState } from '../packed-state';
import { itemFactsOf, userFactsOf } from '../profile-facts';
import { planColumns } from './column-plan';
import { ExampleBlock } from './example-block';
import { KnownItems } from './known-items';
import { Replay, type ReplayStates } from './replay';
import { replayedViews } from './replayed-views';
import type { InteractionRow, ItemRow, TimelineRow, UserRow } from './timeline-row';
import { BEGINNING_MS, isLive, orderOf, type Timeline } from './visibility';

const HOUR = 3_600_000;
const vocabulary = {
  isKnown: () => true,
  strengthOf: (type: string) => (type === 'like' ? 1 : 0),
};
const NAMES = [
  ...['user_total_interactions', 'item_likes', 'item_views', 'user_item_already_seen'],
  ...['item_author_follower_count', 'item_author_trust'],
];

/** A history small enough that users, items and moments meet, told live, late and long after. */
const anyHistory = fc.array(
  fc.record({
    userId: fc.constantFrom('u1', 'u2'),
    itemId: fc.constantFrom('i1', 'i2'),
    type: fc.constantFrom('impression', 'view', 'like'),
    hour: fc.integer({ min: 0, max: 24 }).map((quarters) => quarters / 4),
    delay: fc.constantFrom(0, 1, HOUR / 2, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR, 100 * HOUR, -60_000),
    isExample: fc.boolean(),
  }),
  { maxLength: 30 },
);

type Told = typeof anyHistory extends fc.Arbitrary<(infer T)[]> ? T : never;

function rowOf({ hour, delay, isExample, ...told }: Told, index: number): InteractionRow {
  const occurredAtMs = 1_000 * HOUR + hour * HOUR;
  return {
    ...told,
    kind: 'interaction',
    value: undefined,
    occurredAtMs,
    knownAtMs: occurredAtMs + delay,
    ...{ itemChange: 0, facts: undefined, eventId: `e${index}`, decisionId: '', strength: 1, acts: 2 },
    source: isExample ? 0 : undefined,
  };
}

/** Items are made by users, one of whom has a profile; told before everything else. */
const change = (id: string) => ({ acceptedAt: new Date(1_000), eventId: id });
const fromTheStart = { orderMs: BEGINNING_MS, visibleFromMs: BEGINNING_MS };
const anEntity = { attributes: {}, interests: [], consent: undefined };
const ENTITIES: readonly (ItemRow | UserRow)[] = [
  ...[
    ['i1', 'u2'],
    ['i2', 'u1'],
  ].map(([itemId, authorId]): ItemRow => {
    const item = { itemId: itemId!, authorId: authorId!, title: '', text: '', tags: [], category: '', mediaUrls: [] };
    const facts = itemFactsOf({ ...item, attributes: {}, publishedAt: undefined }, change(itemId!));
    return { kind: 'item', itemId: itemId!, event: { kind: 'item', occurredAtMs: 1_000, facts }, ...fromTheStart };
  }),
  ...['u2'].map((userId): UserRow => {
    const facts = userFactsOf({ ...anEntity, userId, createdAt: new Date(0) }, change(userId));
    return { kind: 'user', userId, event: { kind: 'user', occurredAtMs: 1_000, facts }, ...fromTheStart };
  }),
];

class InMemory implements ReplayStates {
  readonly #states = new Map<string, EntityState>();

  constructor(
    private readonly begin: () => EntityState,
    private readonly onNew: (id: string) => void = () => undefined,
  ) {}

  find(id: string): EntityState | undefined {
    return this.#states.get(id);
  }

  open(id: string): EntityState {
    const known = this.#states.get(id);
    if (known !== undefined) return known;
    const state = this.begin();
    this.#states.set(id, state);
    this.onNew(id);
    return state;
  }
}

/** The rows of a timeline in its order, as PostgreSQL sorts them; examples of the other timeline are none here. */
function timelineOf(rows: readonly InteractionRow[], timeline: Timeline): InteractionRow[] {
  return rows
    .map((row) => ({ ...row, source: isLive(row) === (timeline === 'live') ? row.source : undefined }))
    .sort(
      (a, b) =>
        orderOf(timeline, a) - orderOf(timeline, b) ||
        Number(a.source !== undefined) - Number(b.source !== undefined) ||
        (a.eventId < b.eventId ? -1 : 1),
    );
}

interface Answer {
  readonly eventId: string;
  readonly values: readonly number[];
}

/** What all threads together answer; each makes the examples of its users. */
function replayed(rows: readonly InteractionRow[], timeline: Timeline, batch: number, threads = 1): Answer[] {
  const all = [...ENTITIES, ...rows];
  return Array.from({ length: threads }, (_, thread) =>
    replayedBy((userHash) => userHash % threads === thread, all, timeline, batch),
  ).flat();
}

function replayedBy(
  isOwn: (userHash: number) => boolean,
  rows: readonly TimelineRow[],
  timeline: Timeline,
  batch: number,
): Answer[] {
  const own = replayedViews(NAMES, false);
  const plan = planColumns(own.selected);
  const { views } = own;
  const knownItems = new KnownItems();
  const replay = new Replay({
    ...{ timeline, replayed: own, plan, knownItems, vocabulary, userKeyOf: (id) => id, isOwn },
    states: {
      user: new InMemory(() => initialState(views.user)),
      user_graph: new InMemory(() => initialState(views.user_graph)),
      author: new InMemory(() => initialState(views.author)),
      item: new InMemory(
        () => initialState(views.item),
        (id) => knownItems.add(id),
      ),
    },
    labelRule: { strengths: { like: 1 }, positiveThreshold: 0 },
    negatives: { fromImpressions: true, sampledPerPositive: 0, seed: 0, windowMs: HOUR },
  });
  const answers: Answer[] = [];
  for (let from = 0; from < rows.length; from += batch) {
    const some = rows.slice(from, from + batch);
    const block = new ExampleBlock(plan, some.length);
    replay.process(some, block, () => undefined);
    const { rowCount, capacity, numbers, entries } = block.packed(some.length);
    for (let row = 0; row < rowCount; row++) {
      const values = plan.features.map(({ column }) => numbers[column * capacity + row]!);
      answers.push({ eventId: (some[entries[row]!] as InteractionRow).eventId, values });
    }
  }
  return answers;
}

/** The rule as its definition: everything is folded anew for each example, and read as online. */
function byDefinition(rows: readonly InteractionRow[], example: InteractionRow): number[] {
  const mayKnow = (event: InteractionRow) =>
    event.occurredAtMs < example.occurredAtMs && (!isLive(example) || event.knownAtMs <= example.occurredAtMs);
  const told = rows.filter(mayKnow).map((event) => ({
    event,
    seen: interactionSeenAt(event.occurredAtMs, event, undefined, vocabulary),
  }));
  const stateOf = (view: 'user' | 'item', id: string) => {
    const state = initialState(VIEWS[view]);
    const profiles = ENTITIES.filter(
      (row) => row.kind === view && (row.kind === 'item' ? row.itemId : row.userId) === id,
    );
    const own = told.filter(({ event }) => event[`${view}Id`] === id).map(({ seen }) => seen);
    const all = [...profiles.map(({ event }) => event), ...own];
    foldInto(VIEWS[view], state, all);
    return all.length === 0 ? undefined : state;
  };
  const authorId = example.itemId === 'i1' ? 'u2' : 'u1';
  const states = { user: stateOf('user', example.userId), item: stateOf('item', example.itemId) };
  const subject = { states: { ...states, author: stateOf('user', authorId) }, itemId: example.itemId };
  const selected = NAMES.map((name) => {
    const all = (['user', 'item', 'user_item'] as const).flatMap((entity) => selectFeatures(entity, [name]));
    return all.find((found) => found !== undefined)!;
  }).sort((a, b) => (a.feature.name < b.feature.name ? -1 : 1));
  return readFeatures(selected, subject, example.occurredAtMs).map((reading) =>
    'value' in reading ? (reading.value as number) : Number.NaN,
  );
}

describe('a replay', () => {
  it('lets every example know exactly what the rule lets it know, however rows are batched and users divided', () => {
    fc.assert(
      fc.property(
        anyHistory,
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 1, max: 3 }),
        (told, batch, threads) => {
          const rows = told.map(rowOf);
          const answers = (['live', 'filled_in'] as const).flatMap((timeline) =>
            replayed(timelineOf(rows, timeline), timeline, batch, threads),
          );
          const examples = rows.filter(({ source }) => source !== undefined);
          const expected = examples.map((row) => ({ eventId: row.eventId, values: byDefinition(rows, row) }));
          const byId = (a: Answer, b: Answer) => (a.eventId < b.eventId ? -1 : 1);
          expect([...answers].sort(byId)).toEqual([...expected].sort(byId));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('never lets a live example know of what came after it', () => {
    const late = rowOf({ userId: 'u1', itemId: 'i1', type: 'like', hour: 1, delay: 5 * HOUR, isExample: false }, 0);
    const seen = rowOf({ userId: 'u1', itemId: 'i1', type: 'like', hour: 0, delay: 1, isExample: false }, 1);
    const live = rowOf({ userId: 'u1', itemId: 'i1', type: 'impression', hour: 3, delay: 1, isExample: true }, 2);
    const filledIn = { ...live, eventId: 'e3', knownAtMs: live.occurredAtMs + 100 * HOUR };
    const rows = [late, seen, live, filledIn];
    const at = [...NAMES].sort().indexOf('item_likes');
    const likes = (timeline: Timeline) => replayed(timelineOf(rows, timeline), timeline, 10)[0]!.values[at];
    expect(likes('live')).toBe(1);
    expect(likes('filled_in')).toBe(2);
  });
});
