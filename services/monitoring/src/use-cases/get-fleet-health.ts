import type { AlertReader } from '../alert-ports';
import type { Alert } from '../domain/alerts/alert';
import type { HealthState } from '../domain/health/health';
import type { StageReader } from '../fact-ports';
import type { Clock } from '../ports';

const SEEN_MS = 7 * 86_400_000;
const RANKS: readonly HealthState[] = ['healthy', 'unknown', 'degraded', 'unhealthy'];

/** How one service or model is. */
export interface SubjectHealth {
  readonly kind: 'service' | 'model';
  readonly name: string;
  readonly version: string;
  readonly state: HealthState;
  readonly verdict: string;
  readonly lastSeenAt?: Date;
}

/** How the fleet is. */
export interface FleetHealth {
  readonly state: HealthState;
  /** Worst first. */
  readonly subjects: readonly SubjectHealth[];
  readonly alerts: readonly Alert[];
  readonly verdict: string;
}

/** What a service says of itself: undefined where nobody knows its address. */
export interface ServiceProbe {
  readonly name: string;
  readonly probe: () => Promise<'serving' | 'not_serving' | 'unreachable' | undefined>;
}

/** Makes the use case: every service by its own word, every model by its alerts, worst first. */
export function makeGetFleetHealth(parts: {
  readonly services: readonly ServiceProbe[];
  readonly stages: StageReader;
  readonly modelsSeen: (since: Date) => Promise<ReadonlyMap<string, Date>>;
  readonly alerts: AlertReader;
  readonly clock: Clock;
}) {
  return async function getFleetHealth(): Promise<FleetHealth> {
    const alerts = await parts.alerts.openAlerts();
    const subjects = [...(await services(alerts)), ...(await models(alerts))].sort(
      (a, b) =>
        RANKS.indexOf(b.state) - RANKS.indexOf(a.state) || (`${a.kind}${a.name}` < `${b.kind}${b.name}` ? -1 : 1),
    );
    const state = subjects[0]?.state ?? 'unknown';
    return { state, subjects, alerts, verdict: verdictOf(subjects, alerts) };
  };

  function services(alerts: readonly Alert[]): Promise<SubjectHealth[]> {
    return Promise.all(
      parts.services.map(async ({ name, probe }): Promise<SubjectHealth> => {
        const said = await probe();
        const own = worstOf(alerts, `service:${name}`);
        const base = { kind: 'service', name, version: '' } as const;
        if (said === undefined)
          return { ...base, state: 'unknown', verdict: `nobody told monitoring where ${name} is` };
        if (said !== 'serving') {
          const verdict = said === 'unreachable' ? `${name} cannot be reached` : `${name} says that it cannot serve`;
          return { ...base, state: 'unhealthy', verdict };
        }
        return { ...base, ...own, lastSeenAt: parts.clock() };
      }),
    );
  }

  async function models(alerts: readonly Alert[]): Promise<SubjectHealth[]> {
    const seen = await parts.modelsSeen(new Date(parts.clock().getTime() - SEEN_MS));
    const serving = new Map((await parts.stages.inProduction()).map(({ name, version }) => [name, version]));
    return [...new Set([...serving.keys(), ...seen.keys()])].map((name): SubjectHealth => {
      const lastSeenAt = seen.get(name);
      const health =
        lastSeenAt === undefined
          ? { state: 'unknown' as const, verdict: `${name} was not asked this week` }
          : worstOf(alerts, `model:${name}`);
      return {
        kind: 'model',
        name,
        version: serving.get(name) ?? '',
        ...health,
        ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
      };
    });
  }
}

function worstOf(alerts: readonly Alert[], subject: string): Pick<SubjectHealth, 'state' | 'verdict'> {
  const own = alerts.filter((alert) => alert.subject === subject);
  const worst = own.find(({ severity }) => severity === 'page') ?? own.find(({ severity }) => severity === 'ticket');
  if (worst === undefined) return { state: 'healthy', verdict: 'no alert is open' };
  return { state: worst.severity === 'page' ? 'unhealthy' : 'degraded', verdict: worst.summary };
}

function verdictOf(subjects: readonly SubjectHealth[], alerts: readonly Alert[]): string {
  const named = (state: HealthState) => subjects.filter((one) => one.state === state).map(({ name }) => name);
  const [unhealthy, degraded] = [named('unhealthy'), named('degraded')];
  const open = `${alerts.length} ${alerts.length === 1 ? 'alert is' : 'alerts are'} open`;
  if (unhealthy.length > 0) return `Not healthy: ${unhealthy.join(', ')}; ${open}.`;
  if (degraded.length > 0) return `Out of the ordinary: ${degraded.join(', ')}; ${open}.`;
  return `Everything that could be looked at is as it should be; ${open}.`;
}
