import { monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { until, useInfra } from '@attune/testkit';
import { aClock, aWebhook, openLog, type Replica, startReplica, type Webhook } from './alerts-fleet';
import { aDecision, append } from './measurement-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const MINUTE_MS = 60_000;
const clock = aClock('2026-05-01T12:00:30Z');
const { AlertState, AlertSeverity } = wire;

let replica: Replica;
let eventLog: EventLog;
let webhook: Webhook;

beforeAll(async () => {
  webhook = await aWebhook();
  const env = { ATTUNE_MONITORING_WEBHOOK_URL: webhook.url, ATTUNE_MONITORING_MEASURE_MS: '100' };
  replica = await startReplica(infra, clock.now, env);
  eventLog = await openLog(infra);
  await spend(30);
});

afterAll(async () => {
  for (const open of [replica, eventLog, webhook]) await open[Symbol.asyncDispose]();
});

let slates = 0;
/** So many more slates are made now, each of which asks the model once. */
async function spend(count: number): Promise<void> {
  const decisions = Array.from({ length: count }, () =>
    aDecision(`d${++slates}`, `u${slates % 7}`, clock.now(), { models: [{ name: 'als', version: '1' }] }),
  );
  const before = await spent();
  await append(eventLog, 'decisions', decisions);
  await until('all are measured', async () => (await spent()) === before + count);
}

async function spent(): Promise<number> {
  const { budgets } = await replica.client.listBudgets({ subject: 'model:als' });
  return budgets.find(({ resource }) => resource === 'requests')?.spent ?? 0;
}

async function limitTo(limit: number): Promise<void> {
  const budget = { subject: 'model:als', resource: 'requests', limit, warnShare: 0.8, spent: 0, projected: 0 };
  await replica.client.setBudget({ budget, actor: 'an operator' });
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round++) {
    clock.pass(MINUTE_MS);
    expect(await replica.detect()).toBe(true);
  }
}

async function alerts(state = AlertState.OPEN): Promise<readonly wire.Alert[]> {
  return (await replica.client.listAlerts(wire.ListAlertsRequest.fromPartial({ state }))).alerts;
}

describe('a budget', () => {
  it('makes no alert where nothing is limited, or the limit is far', async () => {
    await rounds(1);
    await limitTo(1_000);
    await rounds(3);
    expect(await alerts()).toEqual([]);
  });

  it('is told of as an aside where it will be spent by midnight, and as a ticket when it is nearly spent', async () => {
    await limitTo(50);
    await rounds(1);
    expect(await alerts()).toMatchObject([
      {
        ...{ kind: 'budget', subject: 'model:als', measure: 'requests', severity: AlertSeverity.INFO, bound: 50 },
        summary: expect.stringMatching(/^model:als will have spent 59\.\d of 50 requests by midnight \(UTC\)$/),
      },
    ]);
    await spend(12);
    await rounds(1);
    expect(await alerts()).toMatchObject([
      { severity: AlertSeverity.TICKET, value: 42, summary: 'model:als has spent 84 % of 50 requests' },
    ]);
  });

  it('is told of by the same alert when it is spent, which names the limit and the runbook', async () => {
    const [before] = await alerts();
    await spend(15);
    await rounds(1);
    const [alert, ...others] = await alerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      ...{ alertId: before!.alertId, value: 57, bound: 50, summary: 'model:als has spent 57 of 50 requests' },
      runbook: 'docs/runbooks/budget.md',
    });
  });

  it('tells people once that it begins and once that it is worse, and not with every round', async () => {
    await rounds(5);
    await until('people were told', async () => webhook.bodies.length >= 2);
    expect(webhook.bodies.map(({ reason }) => reason)).toEqual(['opened', 'escalated']);
  });

  it('is in order three rounds after its limit was raised, and not before', async () => {
    await limitTo(10_000);
    await rounds(2);
    expect(await alerts()).toHaveLength(1);
    await rounds(1);
    expect(await alerts()).toEqual([]);
    expect(await alerts(AlertState.RESOLVED)).toMatchObject([{ subject: 'model:als', measure: 'requests' }]);
    await until('people were told', async () => webhook.bodies.at(-1)?.reason === 'resolved');
  });

  it('is in order after midnight, for it is of the day', async () => {
    await limitTo(20);
    clock.pass(60 * MINUTE_MS);
    await rounds(1);
    expect((await alerts())[0]).toMatchObject({ value: 57, bound: 20 });
    clock.pass(12 * 60 * MINUTE_MS);
    await rounds(3);
    expect(await alerts()).toEqual([]);
  });
});
