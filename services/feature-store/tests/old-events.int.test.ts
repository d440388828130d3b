import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { events, TOPICS } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import { openDatabase, schemaFor } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import { type Started, startForTest } from './fleet';

const CORPUS = join(__dirname, '../../../libs/contracts/src/corpus');
const infra = useInfra();
const stack = new AsyncDisposableStack();
let store: Started;

/** The lines of the corpus for one topic, as earlier builds wrote them. */
const corpusOf = (
  topic: string,
): { about: string; shape: string; bytes: string; means: { decision?: { decisionId: string } } }[] =>
  readFileSync(join(CORPUS, `${topic}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  store = stack.use(await startForTest(infra));
  const { redisUrl, namespace: topicPrefix } = infra;
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  const log = stack.use(await openEventLog({ redisUrl, kafkaBrokers, topicPrefix, clientId: 'test' }));
  for (const { name } of [TOPICS.entities, TOPICS.interactions, TOPICS.decisions]) {
    const values = corpusOf(name).map(({ bytes }) => Buffer.from(bytes, 'base64'));
    await log.append(
      name,
      values.map((value) => ({ key: 'corpus', value })),
    );
  }
  await store.service.caughtUp();
});

afterAll(() => stack.disposeAsync());

describe('events of earlier shapes, from the log', () => {
  it('are all taken: none of them is a dead letter', async () => {
    const { deadLetters } = await store.client.listDeadLetters({
      ...{ topic: '', pageSize: 0, pageToken: '', includeRedriven: true },
    });
    expect(deadLetters).toEqual([]);
    expect(await store.client.getStoreStats({})).toMatchObject({
      interactionCount: corpusOf('interactions.v1').length,
      decisionCount: corpusOf('decisions.v1').length,
      ...{ userCount: 2, itemCount: 2, followCount: 0 },
    });
  });

  it('keep what they say, and nothing is odd about one that could not say so', async () => {
    const schema = schemaFor(infra.namespace, 'feature-store');
    await using database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test' });
    const { rows } = await database.query(
      `SELECT event_id, value, position, producer, coalesce(flags, '{}') AS flags FROM interactions ORDER BY event_id`,
    );
    expect(rows).toEqual([
      { event_id: 'event-000001', value: 12.5, position: 3, producer: 'web', flags: [] },
      { event_id: 'event-000002', value: null, position: null, producer: '', flags: [] },
      { event_id: 'event-000003', value: 0, position: 0, producer: 'import:ratings.csv', flags: [] },
      { event_id: 'event-000004', value: 352_698, position: null, producer: 'import:plays.tsv', flags: [] },
      { event_id: 'event-000005', value: 12.5, position: 3, producer: 'web', flags: ['rate'] },
    ]);
  });

  it('are profiles and decisions like those of today', async () => {
    const { users } = await store.client.getUsers({ userIds: ['u000001', 'u2'] });
    expect(users.map(({ consent }) => consent)).toEqual([
      { personalization: true, training: false, experiments: true },
      undefined,
    ]);
    const { items } = await store.client.getItems({ itemIds: ['p000042', 'p1'] });
    expect(items.map(({ available }) => available)).toEqual([false, undefined]);
    const [first] = corpusOf('decisions.v1');
    const { decisionId } = first!.means.decision!;
    const { decision } = await store.client.getDecision({ decisionId });
    expect(events.DecisionMade.toJSON({ decision })).toMatchObject(first!.means);
  });
});
