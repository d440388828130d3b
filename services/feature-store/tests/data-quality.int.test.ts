import { type featureStore, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { openDatabase, schemaFor } from '@attune/postgres';
import { anInteraction, until, useInfra } from '@attune/testkit';
import { type FeatureStoreClient, type Started, startForTest } from './fleet';

const infra = useInfra();
const HOUR_MS = 3_600_000;
// The clock of the store, which tests move: no hour has to pass, and no minute can end in between.
let now = new Date('2026-03-10T12:30:00Z');
const clock = () => new Date(now);
const settings = {
  ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS: '20',
  ATTUNE_FEATURE_STORE_QUARANTINE_POLL_MS: '20',
  ATTUNE_FEATURE_STORE_QUARANTINE_MIN_EVENTS: '100',
};
const stack = new AsyncDisposableStack();
let store: Started;
let client: FeatureStoreClient;
let log: EventLog;

beforeAll(async () => {
  store = stack.use(await startForTest(infra, { clock }, settings));
  client = store.client;
  const { redisUrl, namespace: topicPrefix } = infra;
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  log = stack.use(await openEventLog({ redisUrl, kafkaBrokers, topicPrefix, clientId: 'test' }));
});

afterAll(() => stack.disposeAsync());

const bad = (count: number) =>
  Array.from({ length: count }, () => anInteraction({ type: 'teleport', occurredAt: now }));
const good = (count: number) =>
  Array.from({ length: count }, (_, n) => anInteraction({ userId: `g${n}`, occurredAt: now }));
const send = (producer: string, interactions: ReturnType<typeof good>) =>
  client.recordInteractions({ interactions, producer });
const producerNamed = async (name: string) =>
  (await client.listProducers({ pageSize: 0, pageToken: '' })).producers.find((one) => one.name === name);
const findingsOf = async (question: Partial<featureStore.ListDataQualityRequest>) =>
  (await client.listDataQuality({ ...EVERYTHING, ...question })).findings;
const EVERYTHING = { from: undefined, producer: '', anomaliesOnly: false, pageSize: 0, pageToken: '' };
const isRefused = async (producer: string) =>
  send(producer, good(1)).then(
    () => false,
    (error: { code?: string }) => error.code === 'failed_precondition.producer_quarantined',
  );

/** Waits until a producer is in quarantine. Asking by sending would change its share of bad events, so that comes last. */
async function quarantineOf(name: string): Promise<void> {
  await until('the quarantine is decided', async () => (await producerNamed(name))?.quarantinedUntil !== undefined);
  await until('the quarantine holds', () => isRefused(name));
}

describe('users who act faster than people do', () => {
  it('are flagged from the limit on, and every event is kept', async () => {
    const fast = Array.from({ length: 400 }, () => anInteraction({ userId: 'bot', occurredAt: now }));
    const answer = await send('web', [...fast, anInteraction({ userId: 'person', occurredAt: now })]);
    expect(answer).toMatchObject({ acceptedCount: 401, rejectedCount: 0 });
    const flags = await flagsByUser(['bot', 'person']);
    expect(flags.get('bot')).toEqual({ events: 400, flagged: 100 });
    expect(flags.get('person')).toEqual({ events: 1, flagged: 0 });
  });

  it('are not looked for in history, whether it says so by its producer or by its times', async () => {
    const files = (userId: string, occurredAt: Date) =>
      Array.from({ length: 400 }, () => anInteraction({ userId, occurredAt }));
    await send('import:ratings.csv', files('imported', now));
    await send('nightly', files('late', new Date(now.getTime() - HOUR_MS)));
    const flags = await flagsByUser(['imported', 'late']);
    expect([...flags.values()]).toEqual([
      { events: 400, flagged: 0 },
      { events: 400, flagged: 0 },
    ]);
  });
});

describe('values', () => {
  it('are held to what their type allows', async () => {
    const ofValue = (type: string, value: number) => anInteraction({ type, value, occurredAt: now });
    const answer = await send('web', [
      ...[ofValue('view', 31_536_000), ofValue('view', 31_536_001), ofValue('view', -1), ofValue('view', 0)],
      ...[ofValue('rating', 5), ofValue('rating', 5.5), ofValue('click', -17)],
    ]);
    expect(
      answer.outcomes.flatMap(({ problems }, index) => problems.map(({ message }) => `${index} ${message}`)),
    ).toEqual([
      '1 must be from 0 to 31536000 seconds',
      '2 must be from 0 to 31536000 seconds',
      '5 must be from 0 to 5 stars',
    ]);
  });
});

describe('a producer whose events are mostly rejected', () => {
  it('is quarantined by itself, learns until when, and the others go on', async () => {
    await send('broken', [...bad(90), ...good(20)]);
    await quarantineOf('broken');
    await expect(send('broken', good(5))).rejects.toMatchObject({
      code: 'failed_precondition.producer_quarantined',
      metadata: { producer: 'broken', until: new Date(now.getTime() + 900_000).toISOString() },
    });
    expect((await send('web', good(5))).acceptedCount).toBe(5);
    expect(await producerNamed('broken')).toMatchObject({
      quarantineReason: '90 of its last 110 events were rejected',
    });
  });

  it('has nothing of its events recorded meanwhile, so that it can send them again afterwards', async () => {
    const events = good(3);
    await expect(send('broken', events)).rejects.toThrow('quarantine');
    now = new Date(now.getTime() + 900_001);
    const answer = await until('the quarantine is over', () => send('broken', events).catch(() => false as const));
    expect(answer).toMatchObject({ acceptedCount: 3, duplicateCount: 0 });
  });

  it('is let be when it imports a file: whoever does that is told of every wrong row', async () => {
    await send('import:broken.csv', bad(200));
    await send('judged-after-it', bad(200));
    await quarantineOf('judged-after-it');
    expect(await isRefused('import:broken.csv')).toBe(false);
  });

  it('is refused in the middle of a stream, after what came before', async () => {
    async function* batches() {
      yield { interactions: good(1), producer: 'web' };
      yield { interactions: bad(150), producer: 'streaming' };
      await quarantineOf('streaming');
      yield { interactions: good(1), producer: 'streaming' };
    }
    await expect(client.streamInteractions(batches())).rejects.toThrow('"streaming" is in quarantine');
  });
});

describe('SetProducerQuarantine', () => {
  const set = (producer: string, changes: Partial<featureStore.SetProducerQuarantineRequest> = {}) =>
    client.setProducerQuarantine({ producer, until: undefined, reason: '', requestId: '', ...changes });
  const inAnHour = () => new Date(now.getTime() + HOUR_MS);

  it('keeps a producer out until it is let out', async () => {
    const { producer } = await set('app', { until: inAnHour(), reason: 'sends test data' });
    expect(producer).toMatchObject({ name: 'app', quarantinedUntil: inAnHour(), quarantineReason: 'sends test data' });
    await quarantineOf('app');
    await set('app');
    await until('the producer is let out', async () => !(await isRefused('app')));
    expect(await producerNamed('app')).toMatchObject({ quarantinedUntil: undefined, quarantineReason: '' });
  });

  it('lets a bad producer out with a clean sheet', async () => {
    await send('mended', bad(200));
    await quarantineOf('mended');
    await set('mended');
    await until('the producer is let out', async () => !(await isRefused('mended')));
    // Were it still judged by its 200 bad events, the next look would put it back.
    await send('witness', bad(200));
    await quarantineOf('witness');
    expect(await isRefused('mended')).toBe(false);
  });

  it('is heard of by a replica that starts later, before its first call', async () => {
    await set('app', { until: inAnHour(), reason: 'a test' });
    await using other = await startForTest(infra, { clock }, settings);
    const call = other.client.recordInteractions({ interactions: good(1), producer: 'app' });
    await expect(call).rejects.toMatchObject({ code: 'failed_precondition.producer_quarantined' });
    await set('app');
  });

  it('answers a request that is sent again like the first time', async () => {
    const request = { until: inAnHour(), reason: 'once', requestId: 'quarantine-1' };
    const first = await set('again', request);
    await set('again');
    expect(await set('again', request)).toEqual(first);
    expect(await producerNamed('again')).toMatchObject({ quarantinedUntil: undefined });
  });

  it('refuses everything that is wrong at once, and a producer that nobody heard of', async () => {
    const wrong = set('', { until: new Date(now.getTime() - 1) });
    await expect(wrong).rejects.toMatchObject({
      code: 'invalid.request',
      violations: [{ field: 'producer' }, { field: 'until' }, { field: 'reason' }],
    });
    await expect(set('never-heard-of')).rejects.toMatchObject({ code: 'not_found.producer' });
  });
});

describe('what is measured', () => {
  const from = () => new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);

  it('is counted per hour and producer, and seen while the hour runs', async () => {
    now = new Date('2026-03-11T08:10:00Z');
    await send('counted', [...good(60), ...bad(20)]);
    await send(
      'counted',
      good(20).map((event) => ({ ...event, surface: 'home' })),
    );
    const volume = async () => (await findingsOf({ from: from(), producer: 'counted' })).find(isVolume);
    await until('the counts are kept', async () => (await volume())?.value === 80);
    const all = await findingsOf({ from: from(), producer: 'counted' });
    const shown = Object.fromEntries(all.map(({ measure, subject, value }) => [`${measure} ${subject}`, value]));
    expect(shown).toEqual({
      ...{ 'volume ': 80, 'volume like': 80, 'rejected_share ': 0.2 },
      ...{ 'null_share decision_id': 1, 'null_share surface': 0.75 },
    });
    expect(await producerNamed('counted')).toMatchObject({ acceptedLastHour: 80, rejectedLastHour: 20 });
  });

  it('comes in pages, newest hour first, without a gap or a repetition', async () => {
    await send('counted', good(1));
    now = new Date('2026-03-11T10:10:00Z');
    await send('counted', good(7));
    const volume = async () => (await findingsOf({ from: from(), producer: 'counted' })).find(isVolume);
    await until('the counts are kept', async () => (await volume())?.value === 7);
    const question = { from: new Date('2026-03-11T08:00:00Z') };
    const whole = await findingsOf({ ...question, pageSize: 1_000 });
    const paged: featureStore.DataQualityFinding[] = [];
    let pageToken = '';
    do {
      const answer = await client.listDataQuality({ ...EVERYTHING, ...question, pageSize: 3, pageToken });
      expect(answer.findings.length).toBeLessThanOrEqual(3);
      paged.push(...answer.findings);
      pageToken = answer.nextPageToken;
    } while (pageToken !== '');
    expect(whole.length).toBeGreaterThan(6);
    expect(paged).toEqual(whole);
  });

  it('refuses to look further back than hours are kept', async () => {
    const call = findingsOf({ from: new Date(now.getTime() - 32 * 24 * HOUR_MS) });
    await expect(call).rejects.toMatchObject({ violations: [{ field: 'from' }] });
  });

  it('is kept when the store stops before the counts were written', async () => {
    const { ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS: _, ...rest } = settings;
    const other = await startForTest(infra, { clock }, { ...rest, ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS: '600000' });
    await other.client.recordInteractions({ interactions: good(9), producer: 'stopping' });
    await other[Symbol.asyncDispose]();
    expect((await findingsOf({ from: from(), producer: 'stopping' })).find(isVolume)).toMatchObject({ value: 9 });
  });
});

describe('an hour that is over', () => {
  it('is kept for 31 days, and a producer as long as one of its hours', async () => {
    const kept = { from: new Date('2026-03-11T08:00:00Z'), producer: 'counted' };
    expect(await producerNamed('counted')).toBeDefined();
    expect((await findingsOf(kept)).length).toBeGreaterThan(0);
    now = new Date('2026-04-11T10:30:00Z');
    await (await startForTest(infra, { clock }, settings))[Symbol.asyncDispose]();
    // Its last hour is 31 days old to the hour.
    expect(await producerNamed('counted')).toBeDefined();
    now = new Date('2026-04-11T12:30:00Z');
    await (await startForTest(infra, { clock }, settings))[Symbol.asyncDispose]();
    expect(await producerNamed('counted')).toBeUndefined();
  });

  it('is judged, and what is odd is told once, whoever judges', async () => {
    const judged = new Date('2026-04-20T12:00:00Z');
    await aWeekBefore(judged);
    // Nobody sent anything in the hour that is judged.
    now = new Date(judged.getTime() + HOUR_MS + 61_000);
    const told: { producer: string; measure: string; value: number; expected: number; message: string }[] = [];
    await using listening = await log.subscribe({
      topic: TOPICS.dataQuality.name,
      group: 'test',
      handle: async (batch) => {
        for (const { value } of batch) {
          const { hour, producer, measure, ...rest } = TOPIC_CODECS.dataQuality.decode(value);
          if (hour?.getTime() === judged.getTime()) told.push({ producer, measure, ...rest });
        }
      },
    });
    // Hours are judged once a minute, and by every replica that starts.
    const one = await startForTest(infra, { clock }, settings);
    const two = await startForTest(infra, { clock }, settings);
    const silence = await until('the silence is told', async () => told.find(({ producer }) => producer === 'daily'));
    expect(silence).toMatchObject({ measure: 'volume', value: 0, expected: 1_000 });
    expect(silence.message).toBe('"daily": 0 events accepted; usual: 1000');
    const listed = await findingsOf({ from: judged, producer: 'daily', anomaliesOnly: true });
    expect(listed).toMatchObject([{ hour: judged, measure: 'volume', isAnomaly: true, expected: 1_000 }]);
    // A store that stops finishes the round in hand, so both have judged by then.
    await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
    await listening.caughtUp();
    expect(told.filter(({ producer }) => producer === 'daily')).toHaveLength(1);
  });
});

const isVolume = ({ measure, subject }: featureStore.DataQualityFinding) => measure === 'volume' && subject === '';

/** What the history holds of some users. */
async function flagsByUser(userIds: readonly string[]) {
  await store.service.caughtUp();
  const schema = schemaFor(infra.namespace, 'feature-store');
  await using database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test' });
  const { rows } = await database.query<{ user_id: string; events: number; flagged: number }>(
    `SELECT user_id, count(*)::int AS events, count(*) FILTER (WHERE flags @> ARRAY['rate'])::int AS flagged
     FROM interactions WHERE user_id = ANY($1) GROUP BY user_id ORDER BY user_id`,
    [userIds],
  );
  return new Map(rows.map(({ user_id, ...rest }) => [user_id, rest]));
}

/** A producer that had 1,000 events in every hour of the week before. */
async function aWeekBefore(hour: Date): Promise<void> {
  const schema = schemaFor(infra.namespace, 'feature-store');
  await using database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test' });
  await database.query(
    `INSERT INTO quality_counts SELECT $1::timestamptz - n * interval '1 hour', 'daily', 'accepted', '', 1000
     FROM generate_series(1, 168) AS n`,
    [hour],
  );
}
