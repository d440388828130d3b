import type { ExperimentDefinition } from '@attune/experiments';

/** An experiment: who is in it and what they get (`definition`), and all that decides how it goes on. Times are ms since 1970. */
export interface Experiment {
  readonly definition: ExperimentDefinition;
  readonly hypothesis: string;
  /** It stops when its primary metric is decided, and when a guardrail breaches. */
  readonly stopsByItself: boolean;
  /** Of a rollout alone. */
  readonly rollout?: Rollout;
  readonly createdAtMs: number;
  readonly stoppedAtMs?: number;
  /** What it was stopped by, where the service did it by itself: an interval that held at every look has decided for good. */
  readonly decision?: Decision;
}

/** What the evidence said, in words. */
export interface Decision {
  readonly action: 'roll_out' | 'stop';
  readonly sentence: string;
}

/** How a rollout goes on by itself. */
export interface Rollout {
  /** Shares of traffic, ascending. */
  readonly steps: readonly number[];
  readonly minStepSeconds: number;
  /** Units of the new variant that came during the step. */
  readonly minUnits: number;
  /** The model whose version is rolled out; empty for none. */
  readonly model: string;
  readonly modelVersion: number;
  /** Counted from 0. */
  readonly step: number;
  readonly stepStartedAtMs?: number;
}

/** Whether an experiment rolls out a version of a model. */
export function hasModel({ rollout }: Experiment): boolean {
  return rollout !== undefined && rollout.model !== '';
}

/** What can happen to an experiment. */
export type ChangeKind = 'created' | 'updated' | 'started' | 'paused' | 'stopped' | 'step_advanced' | 'rolled_back';

/** One thing that happened to an experiment. */
export interface ExperimentChange {
  /** Counts the changes of the experiment from 1. */
  readonly sequence: number;
  readonly eventId: string;
  readonly changedAt: Date;
  /** A caller, or `experiment` for what the service did by itself. */
  readonly actor: string;
  readonly change: ChangeKind;
  readonly reason: string;
  /** After the change. */
  readonly experiment: Experiment;
}

/** The name by which the history calls what the service did by itself. */
export const ITSELF = 'experiment';

/** Half-open stretches of time in which an experiment ran, in ms since 1970. */
export interface RunningPeriod {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The changes that begin and end a stretch of running. */
type StateMove = Pick<ExperimentChange, 'change' | 'changedAt'>;

/**
 * When an experiment ran, by its history in order: what happens while it is paused says nothing about variants, for nobody has one
 * then. The last stretch is open until `nowMs`, or until the end that the experiment is given.
 */
export function runningPeriods(changes: readonly StateMove[], nowMs: number, endsAtMs = nowMs): RunningPeriod[] {
  const periods: RunningPeriod[] = [];
  let fromMs: number | undefined;
  for (const { change, changedAt } of changes) {
    if (change === 'started') fromMs ??= changedAt.getTime();
    if (fromMs === undefined || !ENDING.has(change)) continue;
    periods.push({ fromMs, toMs: changedAt.getTime() });
    fromMs = undefined;
  }
  if (fromMs !== undefined) periods.push({ fromMs, toMs: nowMs });
  return periods.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, endsAtMs) })).filter(isNotEmpty);
}

const ENDING: ReadonlySet<ChangeKind> = new Set(['paused', 'stopped', 'rolled_back']);
const isNotEmpty = ({ fromMs, toMs }: RunningPeriod) => toMs > fromMs;
