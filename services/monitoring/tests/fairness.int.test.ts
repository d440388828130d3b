import { TOPIC_CODECS, TOPICS, type monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { useInfra } from '@attune/testkit';
import { aClock, openLog, type Replica, startReplica } from './alerts-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const clock = aClock('2026-05-01T12:30:00Z');
const AT = new Date('2026-05-01T11:00:00Z');

let replica: Replica;
let eventLog: EventLog;

beforeAll(async () => {
  replica = await startReplica(infra, clock.now);
  eventLog = await openLog(infra);
  await bringUsersAndItems();
  await bringSlates();
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
});

const USERS = Array.from({ length: 80 }, (_, number) => ({
  userId: `u${number}`,
  // two users are from elsewhere: too few to tell
  country: number < 40 ? 'DE' : number < 78 ? 'FR' : 'LU',
}));

async function bringUsersAndItems(): Promise<void> {
  const { encode, fromPartial } = TOPIC_CODECS.entities;
  const users = USERS.map(({ userId, country }) => ({
    key: userId,
    value: encode(
      fromPartial({
        eventId: `user-${userId}`,
        acceptedAt: AT,
        entity: { $case: 'user', value: { userId, attributes: { country } } },
      }),
    ).finish(),
  }));
  const items = Array.from({ length: 20 }, (_, number) => ({
    key: `i${number}`,
    value: encode(
      fromPartial({
        eventId: `item-${number}`,
        acceptedAt: AT,
        entity: {
          $case: 'item',
          value: { itemId: `i${number}`, authorId: `a${number}`, category: number < 10 ? 'news' : 'film' },
        },
      }),
    ).finish(),
  }));
  await eventLog.append(TOPICS.entities.name, [...users, ...items]);
  await replica.service.caughtUp();
}

/** Each user gets six slates of five items; in DE three of six are clicked at the top, in FR one; films stand below news. */
async function bringSlates(): Promise<void> {
  const decisions = USERS.flatMap(({ userId }) =>
    Array.from({ length: 6 }, (_, number) => ({
      decisionId: `${userId}-${number}`,
      ...{ userId, surface: 'home', strategy: 'hybrid', decidedAt: new Date(AT.getTime() + number * 60_000) },
      models: [{ name: 'als', version: '1' }],
      slate: [`i${number}`, `i${number + 1}`, `i${number + 2}`, `i${number + 10}`, `i${number + 11}`].map(
        (itemId, position) => ({
          ...{ itemId, position, propensity: 1, placedBy: 'rank' },
        }),
      ),
    })),
  );
  const clicks = USERS.flatMap(({ userId, country }, at) =>
    Array.from({ length: country === 'DE' ? 3 + (at % 2) : 1 }, (_, number) => ({
      ...{
        eventId: `c-${userId}-${number}`,
        userId,
        type: 'click',
        itemId: at % 3 === 0 ? `i${number + 10}` : `i${number}`,
      },
      ...{ decisionId: `${userId}-${number}`, occurredAt: new Date(AT.getTime() + number * 60_000 + 5_000) },
    })),
  );
  await eventLog.append(
    TOPICS.decisions.name,
    decisions.map((decision) => ({
      key: decision.userId,
      value: TOPIC_CODECS.decisions.encode(TOPIC_CODECS.decisions.fromPartial({ decision })).finish(),
    })),
  );
  await eventLog.append(
    TOPICS.interactions.name,
    clicks.map((interaction) => ({
      key: interaction.userId,
      value: TOPIC_CODECS.interactions
        .encode(TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: interaction.occurredAt }))
        .finish(),
    })),
  );
  await replica.service.caughtUp();
}

const audit = async (subject: string, groupBy: string, windowHours = 0) =>
  (await replica.client.runFairnessAudit({ subject, groupBy, windowHours })).audit!;
const measure = ({ measures }: wire.FairnessAudit, group: string, name: string) =>
  measures.find((one) => one.group === group && one.measure === name)!;

describe('a fairness audit', () => {
  it('finds the country whose users are given what does not interest them, with an interval', async () => {
    const found = await audit('surface:home', 'country');
    const fr = measure(found, 'FR', 'exposure_fairness');
    expect(fr.high).toBeLessThan(0.8);
    expect(fr.low).toBeGreaterThan(0);
    expect(fr.sampleCount).toBe(38 * 6);
    expect(measure(found, 'DE', 'exposure_fairness').low).toBeGreaterThan(1);
    expect(measure(found, 'FR', 'demographic_parity')).toMatchObject({ value: 1, low: 1, high: 1 });
    expect(found.verdict).toMatch(/exposure_fairness of FR is 0\.\d+ times/);
  });

  it('has a problem where a group is too small, and no number', async () => {
    expect(measure(await audit('model:als', 'country'), 'LU', 'exposure_fairness')).toMatchObject({
      value: 0,
      problem: {
        code: 'failed_precondition.insufficient_data',
        message: expect.stringMatching(/12 slates of 2 users/),
      },
    });
  });

  it('measures groups of authors by exposure and engagement', async () => {
    const found = await audit('als', 'category');
    // both have half of the catalogue, and news three of five places, the upper ones
    expect(measure(found, 'news', 'demographic_parity').value).toBeCloseTo(1.2, 6);
    expect(measure(found, 'film', 'demographic_parity').value).toBeCloseTo(0.8, 6);
    expect(measure(found, 'film', 'equal_opportunity').value).toBeLessThan(0.8);
  });

  it('is kept, listed newest first page by page, and compared', async () => {
    const request = { subject: 'surface:home', groupBy: 'country', pageSize: 1, pageToken: '' };
    const [kept] = (await replica.client.listFairnessAudits(request)).audits;
    clock.pass(60_000);
    const newer = await audit('surface:home', 'country');
    const first = await replica.client.listFairnessAudits(request);
    expect(first.audits).toEqual([newer]);
    const second = await replica.client.listFairnessAudits({ ...request, pageToken: first.nextPageToken });
    expect(second.audits).toEqual([kept]);
    expect(newer.actor).toBe('test');
  });

  it('of what was never seen says so instead of a number', async () => {
    expect(await audit('surface:nowhere', 'country')).toMatchObject({
      measures: [],
      verdict: expect.stringMatching(/^insufficient data: no slates of "surface:nowhere"/),
    });
  });

  it('is refused where the groups are unknown, naming those there are', async () => {
    await expect(audit('als', 'shoeSize')).rejects.toThrow(/group_by is "shoeSize"; groups are made by country/);
    await expect(audit('', 'country')).rejects.toThrow(/subject/);
    await expect(audit('als', 'country', 10_000)).rejects.toThrow(
      /window_hours is 10000; slates are kept for 192 hours/,
    );
  });
});
