import { randomUUID } from 'node:crypto';
import type { featureStore } from '@attune/contracts';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { anInteraction, useInfra } from '@attune/testkit';
import { type Started, startForTest } from './fleet';

const infra = useInfra();
const TOPIC = 'interactions.v1';
let store: Started;
let database: Database;

beforeAll(async () => {
  store = await startForTest(infra);
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

/** The history refuses events of one item, as it would with a text that the database cannot hold. */
async function refuseItem(itemId: string): Promise<() => Promise<void>> {
  await database.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'no such text' USING ERRCODE = '22021';
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON interactions FOR EACH ROW WHEN (NEW.item_id = '${itemId}') EXECUTE FUNCTION refuse()`);
  return async () => {
    await database.query('DROP FUNCTION refuse CASCADE');
  };
}

async function record(...interactions: ReturnType<typeof anInteraction>[]): Promise<void> {
  await store.client.recordInteractions({ interactions, producer: 'test' });
  await store.service.caughtUp();
}

const list = async (asked: Partial<featureStore.ListDeadLettersRequest> = {}) =>
  (await store.client.listDeadLetters({ topic: TOPIC, pageSize: 0, pageToken: '', includeRedriven: false, ...asked }))
    .deadLetters;
const redrive = (asked: { ids?: string[]; topic?: string }) =>
  store.client.redriveDeadLetters({ ids: [], topic: '', requestId: randomUUID(), ...asked });
const interactionCount = async () => {
  await store.service.caughtUp();
  return (await store.client.getStoreStats({})).interactionCount;
};

describe('a record that cannot be handled', () => {
  it('is listed with its reason and place, shown with its content, and handled once when the cause is gone', async () => {
    const event = anInteraction({ itemId: 'refused', userId: 'u-refused' });
    const allow = await refuseItem('refused');
    await record(anInteraction(), event, anInteraction());
    const before = await interactionCount();
    const [letter, ...others] = await list();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ topic: TOPIC, group: 'feature-store', attempts: 1, redrivenAt: undefined });
    expect(letter!.reason).toMatch(/^invalid\.text: /);
    expect(letter!.position).not.toBe('');
    expect(letter!.key).not.toContain('u-refused');

    const shown = await store.client.getDeadLetter({ id: letter!.id });
    expect(JSON.parse(shown.json)).toMatchObject({ interaction: { eventId: event.eventId, itemId: 'refused' } });
    expect(Object.keys(shown.headers).filter((name) => name.startsWith('dlq-'))).toEqual([]);

    await allow();
    expect(await redrive({ ids: [letter!.id] })).toEqual({ redrivenCount: 1, alreadyRedrivenCount: 0 });
    expect(await redrive({ ids: [letter!.id] })).toEqual({ redrivenCount: 0, alreadyRedrivenCount: 1 });
    expect(await interactionCount()).toBe(before + 1);
    expect(await list()).toEqual([]);
    expect((await list({ includeRedriven: true })).map(({ redrivenAt }) => redrivenAt)).toEqual([expect.any(Date)]);
  });

  it('is redriven once when two ask for all of a topic at the same moment', async () => {
    const allow = await refuseItem('refused again');
    await record(...Array.from({ length: 20 }, () => anInteraction({ itemId: 'refused again' })));
    const before = await interactionCount();
    await allow();
    const answers = await Promise.all([redrive({ topic: TOPIC }), redrive({ topic: TOPIC })]);
    expect(answers.reduce((sum, { redrivenCount }) => sum + redrivenCount, 0)).toBe(20);
    expect(await interactionCount()).toBe(before + 20);
  });

  it('is listed page by page', async () => {
    const all = await list({ includeRedriven: true });
    const pages: string[][] = [];
    for (let pageToken = ''; pages.length === 0 || pageToken !== ''; ) {
      const page = await store.client.listDeadLetters({ topic: '', pageSize: 8, pageToken, includeRedriven: true });
      pages.push(page.deadLetters.map(({ id }) => id));
      pageToken = page.nextPageToken;
    }
    expect(pages.map(({ length }) => length)).toEqual([8, 8, 5]);
    expect(pages.flat()).toEqual(all.map(({ id }) => id));
  });
});

describe('a question about dead letters that makes no sense', () => {
  it.each([
    ['an unknown topic', { topic: 'nothing.v1' }, 'topic'],
    ['neither ids nor a topic', {}, 'ids'],
    ['ids and a topic', { topic: TOPIC, ids: ['interactions.v1/0/1-1.1'] }, 'topic'],
  ])('is refused: %s', async (_, asked, field) => {
    await expect(redrive(asked)).rejects.toMatchObject({ code: 'invalid.request', violations: [{ field }] });
  });

  it('redrives nothing when one of the ids is not there', async () => {
    const [known] = await list({ includeRedriven: true });
    const call = redrive({ ids: [known!.id, 'interactions.v1/0/1-1.1'] });
    await expect(call).rejects.toMatchObject({ code: 'not_found.dead_letter' });
  });

  it('is told what an id looks like', async () => {
    await expect(store.client.getDeadLetter({ id: 'nonsense' })).rejects.toMatchObject({ code: 'invalid.dead_letter' });
  });
});
