import { PassThrough } from 'node:stream';
import { monitoring, SERVICES } from '@attune/contracts';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;
let server: GrpcServer;
const asked: unknown[] = [];

const ALERT = monitoring.Alert.fromPartial({
  ...{ alertId: 'a1', subject: 'model:als', kind: 'concept_drift', measure: 'click_rate', owner: 'ml-platform' },
  ...{ severity: monitoring.AlertSeverity.PAGE, state: monitoring.AlertState.OPEN, segment: 'surface=home' },
  ...{ summary: 'click_rate went from 0.3 to 0.2', likelyCause: 'model version: als version 8 went to production' },
  ...{ runbook: 'docs/runbooks/concept-drift.md', startedAt: new Date('2026-05-01T12:00:00Z') },
});
const OVER = { ...ALERT, alertId: 'a0', state: monitoring.AlertState.RESOLVED };
const measure = (value: number) => ({
  ...{ group: 'FR', measure: 'exposure_fairness', value, low: value - 0.1, high: value + 0.1, sampleCount: 500 },
  problem: undefined,
});
const audit = (auditId: string, value: number): monitoring.FairnessAudit => ({
  ...{
    auditId,
    subject: 'als',
    groupBy: 'country',
    from: undefined,
    to: undefined,
    createdAt: undefined,
    actor: 'ann',
  },
  ...{ verdict: 'a verdict', measures: [measure(value)] },
});

beforeAll(async () => {
  const handlers = {
    listAlerts: async (request: unknown) => {
      asked.push(request);
      return { alerts: [ALERT, OVER], nextPageToken: '' };
    },
    createSilence: async (request: monitoring.CreateSilenceRequest) => {
      asked.push(request);
      const { matcher, until, actor, reason } = request;
      return { silence: { silenceId: 's1', matcher, until, actor, reason, from: undefined } };
    },
    listFairnessAudits: async () => ({ audits: [audit('before', 0.5)], nextPageToken: '' }),
    runFairnessAudit: async () => ({ auditId: 'after', measures: [], audit: audit('after', 0.9) }),
  };
  const services = [serviceOf({ definition: SERVICES.monitoring.definition, handlers })];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

afterAll(() => server[Symbol.asyncDispose]());

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const env = { ATTUNE_MONITORING_ADDRESS: server.address };
  const program = makeProgram({ env, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

describe('attune alerts', () => {
  it('says what is wrong, where, since when, why, whose it is and what to do; what is over is left out', async () => {
    const { out, exitCode } = await attune('alerts', '--subject', 'model:als', '--least-severity', 'ticket');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/page {4}open {10}2026-05-01T12:00Z {2}model:als {2}concept_drift {2}a1\n/);
    expect(out).toMatch(/click_rate went from 0.3 to 0.2\n {4}only for surface=home\n {4}likely cause: model version/);
    expect(out).toMatch(/owner ml-platform, runbook docs\/runbooks\/concept-drift.md/);
    expect(out).not.toMatch(/a0/);
    expect(asked.at(-1)).toMatchObject({ subject: 'model:als', leastSeverity: monitoring.AlertSeverity.TICKET });
  });

  it('prints JSON for programs', async () => {
    const { alerts } = JSON.parse((await attune('alerts', '--all', '--json')).out);
    expect(alerts.map(({ alertId }: { alertId: string }) => alertId)).toEqual(['a1', 'a0']);
  });

  it('silences what matches for a while, and wants to know for how long', async () => {
    const args = ['alerts', 'silence', '--kind', 'latency', '--actor', 'ann', '--reason', 'planned'];
    expect((await attune(...args, '--for', '2h')).out).toMatch(/s1 +latency .* ann +planned/);
    expect(asked.at(-1)).toMatchObject({ matcher: { kind: 'latency', subject: '', measure: '' }, actor: 'ann' });
    const without = await attune(...args);
    expect([without.exitCode, without.err]).toEqual([1, expect.stringMatching(/--for 2h/)]);
  });
});

describe('attune fairness', () => {
  it('shows each group with its interval', async () => {
    const { out } = await attune('fairness', '--subject', 'als', '--by', 'country');
    expect(out).toMatch(/a verdict\n\ngroup .*\nFR +exposure_fairness +0.90 +0.80 to 1.00 +500/);
  });

  it('says what changed since the audit before', async () => {
    const { out } = await attune('fairness', '--subject', 'als', '--by', 'country', '--compare');
    expect(out).toMatch(/FR +exposure_fairness +0.50 \(0.40 to 0.60\) +0.90 \(0.80 to 1.00\) +up/);
  });
});
