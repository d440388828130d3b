import { monitoring, type monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { until, useInfra } from '@attune/testkit';
import { aClock, openLog, type Replica, startReplica } from './alerts-fleet';
import { aDecision, append } from './measurement-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const HOUR_MS = 3_600_000;
const clock = aClock('2026-05-01T12:30:00Z');
const ATTRIBUTES = ['ageBand', 'authorAge', 'authorSize', 'category', 'country', 'language'];

let one: Replica;
let other: Replica;
let eventLog: EventLog;

beforeAll(async () => {
  one = await startReplica(infra, clock.now);
  other = await startReplica(infra, clock.now);
  eventLog = await openLog(infra);
  const at = new Date(clock.now().getTime() - HOUR_MS);
  const users = Array.from({ length: 60 }, (_, number) => `u${number}`);
  const countryOf = (userId: string) => (Number(userId.slice(1)) < 40 ? 'DE' : 'FR');
  await append(
    eventLog,
    'entities',
    users.map((userId) => ({
      key: userId,
      value: {
        ...{ eventId: userId, acceptedAt: at },
        entity: { $case: 'user', value: { userId, attributes: { country: countryOf(userId) } } },
      },
    })),
  );
  await caughtUp();
  // those of FR get nothing but what is made when the model has failed
  const slates = users.flatMap((userId) =>
    Array.from({ length: 6 }, (_, number) =>
      aDecision(`${userId}-${number}`, userId, at, {
        models: [{ name: 'als', version: '1' }],
        strategyChosenBy: countryOf(userId) === 'FR' ? 'fallback' : 'surface',
      }),
    ),
  );
  await append(eventLog, 'decisions', slates);
  await caughtUp();
});

afterAll(async () => {
  for (const open of [one, other, eventLog]) await open[Symbol.asyncDispose]();
});

const caughtUp = () => Promise.all([one.service.caughtUp(), other.service.caughtUp()]);

async function audits(groupBy = ''): Promise<readonly wire.FairnessAudit[]> {
  const request = monitoring.ListFairnessAuditsRequest.fromPartial({ subject: '', groupBy, pageSize: 100 });
  return (await one.client.listFairnessAudits(request)).audits;
}

/** Both look, once and again, at the same time. */
async function everybodyLooks(): Promise<void> {
  await Promise.all([one.audit(), other.audit()]);
  for (const replica of [other, one]) await replica.audit();
}

describe('audits of the schedule', () => {
  it('are made once among replicas, of every model that made slates, by every attribute', async () => {
    await everybodyLooks();
    const made = await audits();
    expect(made.map(({ groupBy }) => groupBy).sort()).toEqual(ATTRIBUTES);
    expect(new Set(made.map(({ subject, actor }) => `${subject} ${actor}`))).toEqual(new Set(['model:als schedule']));
  });

  it('make an alert of what is unfair, which does not come again with every look', async () => {
    for (const replica of [one, other, one]) await replica.detect();
    const { alerts } = await one.client.listAlerts(monitoring.ListAlertsRequest.fromPartial({}));
    const found = (segment: string) => alerts.filter((one) => one.segment === segment);
    expect(found('country=FR')).toMatchObject([
      {
        ...{ subject: 'model:als', measure: 'demographic_parity', value: 0, state: monitoring.AlertState.OPEN },
        summary: 'demographic_parity of country FR is 0.00 times that of the whole (0.00 to 0.23)',
      },
    ]);
    expect(found('country=DE')).toHaveLength(1);
    expect(alerts).toHaveLength(2);
  });

  it('are not made again before they are due, and then once more, comparable with those before', async () => {
    clock.pass(23 * HOUR_MS);
    await everybodyLooks();
    expect(await audits()).toHaveLength(ATTRIBUTES.length);
    // the last slates are a day old: a model that makes none is not audited
    clock.pass(HOUR_MS + 60_000);
    await everybodyLooks();
    expect(await audits()).toHaveLength(ATTRIBUTES.length);
    await append(eventLog, 'decisions', [
      aDecision('late', 'u1', clock.now(), { models: [{ name: 'als', version: '1' }] }),
    ]);
    await caughtUp();
    await everybodyLooks();
    expect(await audits()).toHaveLength(2 * ATTRIBUTES.length);
    const [after, before] = await audits('country');
    expect(after!.createdAt!.getTime() - before!.createdAt!.getTime()).toBe(24 * HOUR_MS + 60_000);
    const named = ({ measures }: wire.FairnessAudit) => measures.map(({ group, measure }) => `${group} ${measure}`);
    expect(named(after!)).toEqual(named(before!));
    expect(after!.measures.find(({ group, measure }) => group === 'FR' && measure === 'demographic_parity')).toEqual(
      before!.measures.find(({ group, measure }) => group === 'FR' && measure === 'demographic_parity'),
    );
  });

  it('are looked for by a process by itself, beginning with its start', async () => {
    clock.pass(24 * HOUR_MS + 60_000);
    await append(eventLog, 'decisions', [
      aDecision('later', 'u1', clock.now(), { models: [{ name: 'als', version: '1' }] }),
    ]);
    await caughtUp();
    await using _itself = await startReplica(infra, clock.now, {}, { auditsByItself: true });
    await until('they are made', async () => (await audits()).length === 3 * ATTRIBUTES.length);
  });
});
