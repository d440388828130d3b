import { TOPIC_CODECS, TOPICS, monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { useInfra } from '@attune/testkit';
import { aClock, appendAnomaly, aWebhook, openLog, type Replica, startReplica, type Webhook } from './alerts-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const MINUTE_MS = 60_000;
const clock = aClock('2026-05-01T12:30:00Z');
const { AlertState, AlertSeverity } = wire;

let replica: Replica;
let other: Replica;
let eventLog: EventLog;
let webhook: Webhook;

beforeAll(async () => {
  webhook = await aWebhook();
  const env = { ATTUNE_MONITORING_WEBHOOK_URL: webhook.url, ATTUNE_MONITORING_OWNERS: '{"service:": "platform-team"}' };
  replica = await startReplica(infra, clock.now, env);
  other = await startReplica(infra, clock.now, env);
  eventLog = await openLog(infra);
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
  await webhook[Symbol.asyncDispose]();
});

const HOUR = new Date('2026-05-01T12:00:00Z');
const list = async (request: Partial<wire.ListAlertsRequest> = {}) =>
  replica.client.listAlerts(wire.ListAlertsRequest.fromPartial(request));

async function bring(producer: string, hour = HOUR): Promise<void> {
  await appendAnomaly(eventLog, hour, producer);
  await Promise.all([replica.service.caughtUp(), other.service.caughtUp()]);
  await replica.detect();
}

describe('alerts', () => {
  it('open from what consumers hear, are delivered once per incident, and join it when they come after', async () => {
    await bring('app');
    await webhook.toldTimes(1);
    expect(webhook.bodies[0]).toMatchObject({
      ...{
        reason: 'opened',
        severity: 'ticket',
        subject: 'service:feature-store',
        alertCount: 1,
        owner: 'platform-team',
      },
      ...{ runbook: 'docs/runbooks/data-quality.md', title: 'volume of app fell from 100 to 10' },
    });
    clock.pass(2 * MINUTE_MS);
    await bring('web');
    const { alerts } = await list();
    expect(alerts.map(({ segment }) => segment)).toEqual(['producer=web', 'producer=app']);
    expect(new Set(alerts.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(alerts[0]).toMatchObject({ state: AlertState.OPEN, kind: 'data_quality', startedAt: HOUR });
    expect(webhook.bodies).toHaveLength(1);
  });

  it('are the same for every replica, and one of them detects at a time', async () => {
    const rounds = await Promise.all([replica.detect(), other.detect(), replica.detect(), other.detect()]);
    expect(rounds).toContain(true);
    const { alerts } = await other.client.listAlerts(wire.ListAlertsRequest.fromPartial({}));
    expect(alerts).toEqual((await list()).alerts);
    expect(alerts).toHaveLength(2);
  });

  it('are published to alerts.v1, each change once and in order', async () => {
    const events: string[] = [];
    const both = Promise.withResolvers<void>();
    await using _ = await eventLog.subscribe({
      ...{ topic: TOPICS.alerts.name, group: 'test-alerts' },
      handle: async (batch) => {
        for (const { value } of batch) {
          const { eventId, alert } = TOPIC_CODECS.alerts.decode(value);
          events.push(`${alert?.segment} ${eventId.split(':')[1]}`);
        }
        if (events.length >= 2) both.resolve();
      },
    });
    await both.promise;
    expect(events).toEqual(['producer=app 1', 'producer=web 1']);
  });

  it('are taken care of by somebody, with a note; the same request counts once', async () => {
    const [alert] = (await list()).alerts;
    const request = wire.AcknowledgeAlertRequest.fromPartial({
      ...{ alertId: alert!.alertId, actor: 'ann', note: 'looking', requestId: 'b3b2c9a0-7d4f-4f0e-9a77-0d5b7e1c1a01' },
    });
    const first = await replica.client.acknowledgeAlert(request);
    expect(first.alert).toMatchObject({ state: AlertState.ACKNOWLEDGED, acknowledgedBy: 'ann', note: 'looking' });
    expect(await other.client.acknowledgeAlert(request)).toEqual(first);
    expect((await list({ state: AlertState.ACKNOWLEDGED })).alerts).toHaveLength(1);
    expect((await list({ state: AlertState.OPEN })).alerts).toHaveLength(1);
  });

  it('are watched across replicas: what is open first, then every change', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      const stream = other.client.watchAlerts({ leastSeverity: AlertSeverity.TICKET }, { signal: stop.signal });
      for await (const { alert } of stream) {
        seen.push(`${alert?.segment} ${AlertState[alert?.state ?? 0]}`);
        if (seen.length === 2)
          await replica.client.createSilence(
            silenceOf({ matcher: { subject: '', kind: 'data_quality', measure: '' } }),
          );
        if (seen.length === 4) stop.abort();
      }
    })();
    await watching.catch(() => undefined);
    expect(seen.slice(0, 2).sort()).toEqual(['producer=app OPEN', 'producer=web ACKNOWLEDGED']);
    expect(seen.slice(2).sort()).toEqual(['producer=app SILENCED', 'producer=web SILENCED']);
  });

  it('are delivered again when a silence is ended and they still hold', async () => {
    const [silence] = (await replica.client.listSilences({ includeEnded: false })).silences;
    expect(silence).toMatchObject({ matcher: { kind: 'data_quality' }, actor: 'ann' });
    const ended = await other.client.endSilence({ silenceId: silence!.silenceId, actor: 'ann' });
    expect(ended.silence?.until).toEqual(clock.now());
    await webhook.toldTimes(2);
    expect(webhook.bodies[1]).toMatchObject({ reason: 'silence_ended', alertCount: 2 });
    expect((await replica.client.listSilences({ includeEnded: false })).silences).toEqual([]);
    expect((await replica.client.listSilences({ includeEnded: true })).silences).toHaveLength(1);
  });

  it('survive a restart of everything, and end when nothing holds any more', async () => {
    await replica[Symbol.asyncDispose]();
    replica = await startReplica(infra, clock.now, { ATTUNE_MONITORING_WEBHOOK_URL: webhook.url });
    expect((await list({ subject: 'service:feature-store' })).alerts).toHaveLength(2);
    clock.pass(4 * 60 * MINUTE_MS);
    await replica.detect();
    expect((await list({ state: AlertState.RESOLVED })).alerts).toEqual([]);
    await replica.detect();
    expect((await list({ state: AlertState.RESOLVED })).alerts).toHaveLength(2);
    await webhook.toldTimes(3);
    expect(webhook.bodies[2]).toMatchObject({ reason: 'resolved' });
    expect(new Set(webhook.bodies.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('are listed page by page', async () => {
    const first = await list({ pageSize: 1 });
    const second = await list({ pageSize: 1, pageToken: first.nextPageToken });
    expect([first, second].map(({ alerts }) => alerts.length)).toEqual([1, 1]);
    expect(first.alerts[0]!.alertId).not.toBe(second.alerts[0]!.alertId);
    expect(second.nextPageToken).toBe('');
  });
});

const silenceOf = (rest: Partial<wire.CreateSilenceRequest>) =>
  wire.CreateSilenceRequest.fromPartial({
    ...{ until: new Date(clock.now().getTime() + 60 * MINUTE_MS), actor: 'ann', reason: 'planned', ...rest },
  });

describe('bad input', () => {
  it('is told by its fields', async () => {
    await expect(replica.client.createSilence(silenceOf({ matcher: undefined }))).rejects.toThrow(/matcher is empty/);
    await expect(
      replica.client.createSilence(silenceOf({ matcher: { subject: '', measure: '', kind: 'nonsense' } })),
    ).rejects.toThrow(/matcher.kind is "nonsense"; use one of feature_drift/);
    const late = new Date(clock.now().getTime() + 40 * 24 * 60 * MINUTE_MS);
    await expect(
      replica.client.createSilence(silenceOf({ matcher: { subject: 'x', kind: '', measure: '' }, until: late })),
    ).rejects.toThrow(/until is after/);
    await expect(
      replica.client.acknowledgeAlert(wire.AcknowledgeAlertRequest.fromPartial({ alertId: 'nobody' })),
    ).rejects.toThrow(/ListAlerts/);
    await expect(replica.client.endSilence({ silenceId: 'none', actor: '' })).rejects.toThrow(/ListSilences/);
    await expect(list({ pageToken: 'garbage' })).rejects.toThrow(/page_token/);
  });
});

describe('a webhook that is out of order', () => {
  it.each(['hangs', 'fails', 'garbage'] as const)(
    '(%s) is asked again with the same event id, and detection does not wait for it',
    async (how) => {
      await using broken = await aWebhook([how, 'well']);
      const own = aClock('2026-06-01T12:30:00Z');
      const namespace = `${infra.namespace}_${how}`;
      await using alone = await startReplica({ ...infra, namespace }, own.now, {
        ATTUNE_MONITORING_WEBHOOK_URL: broken.url,
      });
      await using log = await openLog({ ...infra, namespace });
      await appendAnomaly(log, new Date('2026-06-01T12:00:00Z'), 'app');
      await alone.service.caughtUp();
      await alone.detect();
      await broken.toldTimes(1);
      own.pass(MINUTE_MS);
      const startedAt = performance.now();
      await alone.detect();
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      // what is held by an attempt that hangs is due again when it has failed
      const keepPassing = setInterval(() => own.pass(MINUTE_MS), 200);
      await broken.toldTimes(2);
      clearInterval(keepPassing);
      const ids = broken.bodies.map(({ eventId }) => eventId);
      expect(ids[0]).toBe(ids[1]);
    },
  );

  it('is not read to the end when its answer has none', async () => {
    await using endless = await aWebhook(['endless']);
    const own = aClock('2026-06-01T12:30:00Z');
    const namespace = `${infra.namespace}_endless`;
    await using alone = await startReplica({ ...infra, namespace }, own.now, {
      ATTUNE_MONITORING_WEBHOOK_URL: endless.url,
    });
    await using log = await openLog({ ...infra, namespace });
    await appendAnomaly(log, new Date('2026-06-01T12:00:00Z'), 'app');
    await alone.service.caughtUp();
    await alone.detect();
    await endless.toldTimes(1);
    own.pass(4 * 60 * MINUTE_MS);
    await alone.detect();
    await alone.detect();
    await endless.toldTimes(2);
    expect(endless.bodies.map(({ reason }) => reason)).toEqual(['opened', 'resolved']);
  });
});
