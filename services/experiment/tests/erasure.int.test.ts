import { TOPIC_CODECS, TOPICS, experiment as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Database } from '@attune/postgres';
import { openPrivacy, verifyReceipt } from '@attune/privacy';
import { useInfra } from '@attune/testkit';
import {
  aClock,
  anExperiment,
  appendEvents,
  appendSlates,
  openLog,
  openTables,
  type Replica,
  SECRET,
  startReplica,
} from './a-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const clock = aClock('2026-05-01T12:00:00Z');
const USER = 'somebody-to-forget';
const { publicKey, userKeyOf } = openPrivacy(SECRET);

let replica: Replica;
let eventLog: EventLog;
let database: Database;

beforeAll(async () => {
  replica = await startReplica(infra, { clock: clock.now });
  eventLog = await openLog(infra);
  database = await openTables(infra);
  const experiment = anExperiment({ experimentId: 'watched' });
  await replica.client.createExperiment({ experiment, requestId: '' });
  await replica.client.startExperiment({ experimentId: 'watched', reason: '', requestId: '' });
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function appendFacts(userId: string, name: string, at: Date): Promise<void> {
  await appendSlates(eventLog, [{ decisionId: `d-${name}`, userId, at, variants: { watched: 'control' } }]);
  await appendEvents(eventLog, [{ eventId: `e-${name}`, userId, decisionId: `d-${name}`, at }]);
  await replica.service.caughtUp();
}

async function erase(erasureId: string): Promise<void> {
  const request = TOPIC_CODECS.erasures.fromPartial({ erasureId, userId: USER, requestedAt: clock.now() });
  const value = TOPIC_CODECS.erasures.encode(request).finish();
  await eventLog.append(TOPICS.erasures.name, [{ key: USER, value }]);
  await replica.service.caughtUp();
}

async function receiptsOf(erasureId: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { key, value } of eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
    if (key === erasureId) found.push(TOPIC_CODECS.erasureReceipts.decode(value).receipt);
  }
  return found;
}

/** How many rows of facts are of the user. */
async function rowsOfUser(): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    `SELECT (SELECT count(*) FROM unit_events WHERE unit_key = $1) + (SELECT count(*) FROM slates WHERE unit_key = $1)
       + (SELECT count(*) FROM exposures WHERE unit_key = $1)
       + (SELECT count(*) FROM exposed_units WHERE unit_key = $1) AS n`,
    [userKeyOf(USER)],
  );
  return Number(rows[0]!.n);
}

describe('the erasure of a user', () => {
  it('takes all facts out, says so in a signed receipt, and leaves those of others', async () => {
    await appendFacts(USER, 'mine', clock.now());
    await appendFacts('somebody-else', 'theirs', clock.now());
    expect(await rowsOfUser()).toBe(4);
    clock.pass(1_000);
    await erase('e1');
    expect(await rowsOfUser()).toBe(0);
    const [receipt] = await receiptsOf('e1');
    expect(verifyReceipt(receipt!, publicKey)).toMatchObject({
      ...{ erasureId: 'e1', service: 'experiment', userKey: userKeyOf(USER) },
      erasedCounts: { unit_events: 1, slates: 1, exposed_units: 1 },
    });
    const { rows } = await database.query('SELECT 1 FROM slates');
    expect(rows).toHaveLength(1);
  });

  it('refuses what comes late from before, and takes in what the user does afterwards', async () => {
    await appendFacts(USER, 'late', new Date(clock.now().getTime() - 1));
    expect(await rowsOfUser()).toBe(0);
    await appendFacts(USER, 'afterwards', new Date(clock.now().getTime() + 1));
    expect(await rowsOfUser()).toBe(4);
  });

  it('gives the same receipt when the request is delivered again', async () => {
    clock.pass(1_000);
    await erase('e2');
    await erase('e2');
    const [first, second] = await receiptsOf('e2');
    expect(Buffer.from(second!)).toEqual(Buffer.from(first!));
  });

  it('dead-letters records that nobody can read, and goes on', async () => {
    const garbage = Uint8Array.of(0xff, 0xff, 0xff);
    for (const { name } of [TOPICS.erasures, TOPICS.interactions, TOPICS.decisions, TOPICS.exposures]) {
      await eventLog.append(name, [{ key: USER, value: garbage }]);
    }
    await erase('e3');
    expect(await receiptsOf('e3')).toHaveLength(1);
  });
});

describe('what the service keeps', () => {
  it('names no user in any table', async () => {
    await appendFacts(USER, 'kept', new Date(clock.now().getTime() + 1));
    await replica.client.assign(wire.AssignRequest.fromPartial({ unitId: USER, logExposure: true }));
    await replica.service.caughtUp();
    const { rows: tables } = await database.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['unit_events', 'slates', 'exposed_units']));
    for (const { name } of tables) {
      const { rows } = await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      expect(rows.filter(({ row }) => row.includes(USER))).toEqual([]);
    }
  });
});
