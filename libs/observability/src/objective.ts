import type { ServiceName } from '@attune/contracts';

/** What an objective is about; each has a runbook and two alerts. */
export type ObjectiveKind = 'availability' | 'latency' | 'freshness' | 'quality';

/** What a service promises: of all events in 30 days, at most a share is bad. */
export interface Objective {
  readonly service: ServiceName;
  readonly kind: ObjectiveKind;
  /** The share of events that must be good. */
  readonly target: number;
  /** What is promised, in a sentence. */
  readonly promise: string;
  /** PromQL: bad events per second within a window such as `5m`. */
  bad(window: string): string;
  /** PromQL: all events per second within a window. */
  all(window: string): string;
}

const CALLS = 'rpc_server_call_duration_count';

// The server failed, or had no room. What callers did wrong, took back, or asked of an RPC that is not built yet is no failure.
const FAILED = 'UNKNOWN|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|INTERNAL|UNAVAILABLE|DATA_LOSS';

/** Calls are answered, by whatever instance. */
export function availability(service: ServiceName, target: number): Objective {
  const of = (labels: string, window: string) => `sum(rate(${CALLS}{service="${service}"${labels}}[${window}]))`;
  return {
    service,
    kind: 'availability',
    target,
    promise: `${percent(target)} of the calls to ${service} are answered: not failed by the server, and not refused for want of room`,
    bad: (window) => of(`,rpc_response_status_code=~"${FAILED}"`, window),
    all: (window) => of('', window),
  };
}

/** Which calls must be quick, and how quick. */
export interface LatencyPromise {
  readonly service: ServiceName;
  readonly target: number;
  /** Names of RPCs of the service. */
  readonly methods: readonly string[];
  /** A bound of the buckets of `rpc.server.call.duration`. */
  readonly withinSeconds: number;
}

/** Calls that were answered well were answered soon. How long failures take is no matter: availability has them. */
export function latency({ service, target, methods, withinSeconds }: LatencyPromise): Objective {
  const labels = `service="${service}",rpc_method=~".*/(${methods.join('|')})",rpc_response_status_code="OK"`;
  const all = (window: string) => `sum(rate(${CALLS}{${labels}}[${window}]))`;
  const quick = (window: string) =>
    `sum(rate(rpc_server_call_duration_bucket{${labels},${le(withinSeconds)}}[${window}]))`;
  return {
    service,
    kind: 'latency',
    target,
    promise: `${percent(target)} of ${methods.join(', ')} are answered within ${withinSeconds} s`,
    bad: (window) => `(${all(window)} - ${quick(window)})`,
    all,
  };
}

/** What is appended to the event log is soon handled. A group that comes back and catches up is left out. */
export function freshness(service: ServiceName, target: number, withinSeconds: number): Objective {
  const labels = `service="${service}",attune_catching_up="false"`;
  const all = (window: string) => `sum(rate(attune_event_log_visible_after_count{${labels}}[${window}]))`;
  const soon = (window: string) =>
    `sum(rate(attune_event_log_visible_after_bucket{${labels},${le(withinSeconds)}}[${window}]))`;
  return {
    service,
    kind: 'freshness',
    target,
    promise: `${percent(target)} of the batches of events are handled by ${service} within ${withinSeconds} s of their append`,
    bad: (window) => `(${all(window)} - ${soon(window)})`,
    all,
  };
}

/** Slates are made by every part that should have a say in them. */
export function quality(target: number): Objective {
  const of = (labels: string, window: string) =>
    `sum(rate(attune_serving_slates_total{service="serving"${labels}}[${window}]))`;
  return {
    service: 'serving',
    kind: 'quality',
    target,
    promise: `${percent(target)} of the slates are made without a part that failed or ran late`,
    bad: (window) => of(',degraded="true"', window),
    all: (window) => of('', window),
  };
}

// A bound that is whole is written "1" by some versions of Prometheus and "1.0" by others.
function le(seconds: number): string {
  return Number.isInteger(seconds) ? `le=~"${seconds}(\\\\.0)?"` : `le="${seconds}"`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
