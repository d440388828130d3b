import { common, decodeFeatureTable, events, featureStore, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { openObjectStore } from '@attune/object-store';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { anInteraction, anItem, aUser, seededRandom, useInfra } from '@attune/testkit';
import { parquetReadObjects } from 'hyparquet';
import { readFeatures, selectFeatures } from '../src/domain/feature-reading';
import { FEATURES } from '../src/domain/feature-registry';
import type { FeatureEntity, StatesAtHand, ViewName } from '../src/domain/features/feature';
import { fromFeatureAnswer } from '../src/grpc/feature-mapping';
import { type FeatureStoreClient, type Started, startForTest } from './fleet';
import { replayHistory, type StateHistory } from './replay';

const infra = useInfra();
const random = seededRandom(31);
const USERS = 60;
const ITEMS = 40;
const ROUNDS = 60;
const ROWS_PER_CALL = 20;
const TYPES = ['impression', 'view', 'click', 'like', 'comment', 'share', 'hide'];
const SUBJECTS = ['sport', 'art', 'music', 'code', 'food'];
const ENTITIES = { user: common.EntityType.USER, item: common.EntityType.ITEM, user_item: common.EntityType.USER_ITEM };
const DAY_MS = 86_400_000;

const upTo = (count: number) => Math.floor(random() * count);
const oneOf = <T>(all: readonly T[]) => all[upTo(all.length)]!;
const userId = () => `u${upTo(USERS)}`;
const itemId = () => `i${upTo(ITEMS)}`;

/** One row as it was served, and what was asked. */
interface Served {
  readonly entity: FeatureEntity;
  readonly row: featureStore.FeatureRow;
}

let store: Started;
let client: FeatureStoreClient;
let database: Database;
let log: EventLog;

beforeAll(async () => {
  store = await startForTest(infra);
  client = store.client;
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
  log = await openEventLog({ redisUrl: infra.redisUrl, topicPrefix: infra.namespace, clientId: 'test' });
});

afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const somePast = () => new Date(Date.now() - (random() < 0.5 ? upTo(600_000) : upTo(120 * DAY_MS)));
const someItem = (id: string) =>
  anItem({
    itemId: id,
    category: oneOf(SUBJECTS),
    tags: [oneOf(SUBJECTS), oneOf(SUBJECTS)],
    authorId: userId(),
    text: `A ${oneOf(['great', 'sad', 'long'])} text about ${oneOf(SUBJECTS)}.`,
    mediaUrls: random() < 0.5 ? ['https://example.org/a.jpg'] : [],
  });

/** What arrives in a round: new events out of order, some that came before, and changes of users, items and follows. */
async function arrive(sent: common.Interaction[]): Promise<void> {
  const fresh = Array.from({ length: 40 }, () =>
    anInteraction({ userId: userId(), itemId: itemId(), type: oneOf(TYPES), occurredAt: somePast() }),
  );
  const again = Array.from({ length: 10 }, () => oneOf([...sent, ...fresh]));
  sent.push(...fresh);
  await client.recordInteractions({ interactions: [...fresh, ...again], producer: 'test' });
  if (random() < 0.5) await client.upsertItems({ items: [someItem(itemId())], requestId: '' });
  if (random() < 0.3) {
    const user = aUser({ userId: userId(), interests: [oneOf(SUBJECTS)], createdAt: somePast() });
    await client.upsertUsers({ users: [user], requestId: '' });
  }
  const [followerId, followeeId] = [userId(), userId()];
  if (followerId === followeeId) return;
  const follow = { followerId, followeeId, since: undefined, removed: random() < 0.3 };
  await client.setFollows({ follows: [follow], requestId: '' });
}

async function serve(): Promise<Served[]> {
  const entity = oneOf(['user', 'item', 'user_item'] as const);
  const ids = Array.from({ length: ROWS_PER_CALL }, () => (entity === 'user' ? userId() : itemId()));
  const { rows } = await client.getFeatures({
    entityType: ENTITIES[entity],
    entityIds: entity === 'user_item' ? [] : ids,
    pairs: entity === 'user_item' ? ids.map((item) => ({ userId: userId(), itemId: item })) : [],
    featureNames: [],
    withVersions: true,
  });
  return rows.map((row) => ({ entity, row }));
}

/** The states of a row as of the versions that it was served from. */
function statesOf({ entity, row }: Served, history: StateHistory): StatesAtHand {
  const authorOf = row.versions.slice(entity === 'user' ? 2 : entity === 'item' ? 1 : 3);
  const find = (versions: readonly featureStore.StateVersion[], view: ViewName) => {
    const wanted = versions.find((one) => one.view === view);
    if (wanted === undefined || wanted.version === 0) return undefined;
    // The state has exactly this version, or the history and the service do not agree.
    return history(view, wanted.entityId).find(({ version }) => version === wanted.version)!;
  };
  const own = row.versions.slice(0, row.versions.length - authorOf.length);
  return {
    user: find(own, 'user'),
    userGraph: find(own, 'user_graph'),
    item: find(own, 'item'),
    author: find(authorOf, 'user'),
    authorGraph: find(authorOf, 'user_graph'),
  };
}

/** The bytes of a row's values as they were served, and as the history gives them for the same moment. */
function bytesOf(served: Served, history: StateHistory): readonly [served: Buffer, rebuilt: Buffer] {
  const { entity, row } = served;
  const selected = selectFeatures(entity, []).filter((one) => one !== undefined);
  const item = entity === 'item' ? row.entityId : row.itemId;
  const subject = { states: statesOf(served, history), itemId: entity === 'user' ? '' : item };
  const readings = readFeatures(selected, subject, row.readAt!.getTime());
  const answer = { rows: [{ userId: '', itemId: '', readings, versions: [] }], schemaHash: '', readAt: row.readAt! };
  const rebuilt = fromFeatureAnswer(answer).rows[0]!.values;
  const bytes = (values: readonly common.FeatureValue[]) =>
    Buffer.concat(values.map((value) => Buffer.from(common.FeatureValue.encode(value).finish())));
  return [bytes(row.values), bytes(rebuilt)];
}

it('computes from the history, byte for byte, what was served while events arrived late, twice and out of order', async () => {
  const served: Served[] = [];
  const sent: common.Interaction[] = [];
  await client.upsertItems({ items: Array.from({ length: ITEMS / 2 }, (_, n) => someItem(`i${n}`)), requestId: '' });
  for (let round = 0; round < ROUNDS; round++) {
    const arriving = arrive(sent);
    for (let call = 0; call < 3; call++) served.push(...(await serve()));
    await arriving;
  }
  await store.service.caughtUp();
  const history = await replayHistory(database);
  for (const one of served) {
    const [was, is] = bytesOf(one, history);
    if (!was.equals(is)) expect({ row: one.row, rebuilt: is.toString('hex') }).toEqual(was.toString('hex'));
  }
  const versions = new Set(served.flatMap(({ row }) => row.versions.map(({ version }) => version)));
  expect(served.length).toBe(ROUNDS * 3 * ROWS_PER_CALL);
  // It was not one moment that was served: the states were read at many versions.
  expect(versions.size).toBeGreaterThan(50);
}, 60_000);

describe('a training set', () => {
  const keyOf = makeUserKeys(DEVELOPMENT_SECRET);
  const objects = openObjectStore(infra.objectStoreUrl);
  const namesOf = (isWanted: (feature: (typeof FEATURES)[number]) => boolean) =>
    FEATURES.filter(isWanted).map(({ name }) => name);
  const COLUMNS = namesOf(({ entity, valueType }) => entity !== 'user' && valueType === 'number');
  const OF_USER = namesOf(({ entity }) => entity === 'user');
  const SLATE = 5;

  /** A slate with the features that it was decided with, as serving records them. */
  async function decide(user: string, itemIds: string[]): Promise<events.DecisionRecord> {
    const request = { userId: user, itemIds, userFeatureNames: OF_USER, itemFeatureNames: COLUMNS };
    const { userFeatures, items } = await client.getFeatureMatrix(request);
    const decision = events.DecisionRecord.fromPartial({
      ...{
        decisionId: `decision of ${user}`,
        userId: user,
        decidedAt: items!.readAt!,
        userFeatures,
        itemFeatures: items!,
      },
      // Features are read of more items than are shown.
      slate: itemIds.slice(0, SLATE).map((item, position) => ({ itemId: item, position })),
      runnersUp: itemIds.slice(SLATE).map((item, position) => ({ itemId: item, position: SLATE + position })),
    });
    const value = TOPIC_CODECS.decisions.encode({ decision }).finish();
    await log.append(TOPICS.decisions.name, [{ key: user, value }]);
    return decision;
  }

  /** What a row of the training set must say for an item of a slate, by column. */
  function expectedOf({ userFeatures, itemFeatures }: events.DecisionRecord, row: number): Record<string, unknown> {
    const table = decodeFeatureTable(itemFeatures!);
    const ofItem = COLUMNS.map((name, column) => [name, table.values[row * COLUMNS.length + column]!]);
    const ofUser = userFeatures.flatMap(({ name, value }) => {
      if (value?.$case === 'numbers') return value.value.values.map((one, n) => [`${name}_${n}`, one]);
      if (value?.$case === 'scoredNames') return [[name, JSON.stringify(value.value.entries)]];
      return value?.$case === 'missing' ? [] : [[name, value?.value]];
    });
    return Object.fromEntries([...ofItem, ...ofUser]);
  }

  async function rowsOf(featureNames: string[]): Promise<Record<string, unknown>[]> {
    const kind = featureStore.TrainingSetKind.LABELLED_EXAMPLES;
    const request = { ...featureStore.BuildTrainingSetRequest.create(), kind, featureNames };
    const rows: Record<string, unknown>[] = [];
    for await (const { dataset } of client.buildTrainingSet(request)) {
      for (const key of dataset?.objectKeys ?? []) {
        const bytes = await objects.get(key);
        rows.push(...(await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })));
      }
    }
    return rows;
  }

  it('has, byte for byte, what slates were decided with, from the packed features of their records', async () => {
    const slates = Array.from({ length: 12 }, (_, n) => ({
      user: `u${n}`,
      itemIds: Array.from({ length: SLATE + 3 }, (__, place) => `i${(n * 3 + place) % ITEMS}`),
    }));
    const decisions = await Promise.all(slates.map(({ user, itemIds }) => decide(user, itemIds)));
    const shownAt = new Date();
    for (const type of ['impression', 'like']) {
      const interactions = decisions.flatMap(({ userId: user, decisionId, slate }) =>
        slate.map(({ itemId: item }) =>
          anInteraction({ userId: user, itemId: item, type, decisionId, occurredAt: shownAt }),
        ),
      );
      await client.recordInteractions({ interactions, producer: 'test' });
    }
    // Much happens before the training set is built.
    for (let round = 0; round < 10; round++) await arrive([]);
    await store.service.caughtUp();
    const rows = (await rowsOf([...COLUMNS, ...OF_USER])).filter(({ served }) => served === 1);
    expect(rows).toHaveLength(decisions.length * SLATE);
    let compared = 0;
    for (const decision of decisions) {
      for (const [row, { itemId: item }] of decision.slate.entries()) {
        const is = rows.find((one) => one.user_key === keyOf(decision.userId) && one.item_id === item)!;
        for (const [column, value] of Object.entries(expectedOf(decision, row))) {
          if (!Object.is(is[column], value)) expect({ column, value: is[column] }).toEqual({ column, value });
          compared++;
        }
      }
    }
    // Columns of items, of pairs and of users, lists among them.
    expect(compared).toBeGreaterThan(decisions.length * SLATE * (COLUMNS.length + 24));
  }, 60_000);
});
