import { setTimeout } from 'node:timers/promises';
import { type Simulation, simulate, type Tastes } from '@attune/simulator';
import type { CliContext } from '../context';
import { sampleStart } from '../sample/sample-start';
import { driveTraffic } from './drive-traffic';
import { makePace } from './make-pace';
import { requireSample } from './require-sample';
import { TrafficBook } from './traffic-book';
import { type TrafficProgress, trafficLine, trafficLines } from './traffic-lines';
import { type LearningState, watchLearning } from './watch-learning';

/** What `attune simulate` was asked for. */
export interface SimulateOptions {
  readonly hours: number;
  readonly users: number;
  /** Sessions per user and day. */
  readonly rate: number;
  /** Simulated hours per hour; infinite for as fast as the fleet answers. */
  readonly speed: number;
  readonly seed: number;
  readonly surface: string;
  readonly k: number;
  readonly concurrency: number;
  readonly policy?: string;
  readonly experiment?: string;
  readonly untilStopped?: boolean;
  /** From this hour on some people like other things. */
  readonly shiftAtHour?: number;
  /** How many of the sample's people, above 0 and up to 1. */
  readonly shiftShare: number;
  readonly sampleUsers: number;
  readonly sampleItems: number;
  readonly sampleDays: number;
  readonly sampleSeed: number;
}

/** What came of it. */
export interface SimulationReport extends TrafficProgress {
  readonly isInterrupted: boolean;
}

const LOOK_MS = 1_000;
/** Lines of a log are for reading later: one in so many looks. */
const LOOKS_PER_LINE = 5;

/** Lets people of the sample use the fleet of a context, and shows it while it goes on. Ends early where `interrupted` says so. */
export async function runSimulation(
  context: CliContext,
  options: SimulateOptions,
  interrupted: AbortSignal,
): Promise<SimulationReport> {
  const simulation = simulationOf(options);
  const enough = new AbortController();
  const traffic = trafficOf(context, options, simulation, AbortSignal.any([interrupted, enough.signal]));
  await requireSample(context.client('feature-store'), simulation, options.users);
  const watch = makeWatch(context, options);
  const looking = new AbortController();
  const looks = lookEverySecond(watch, looking.signal, (progress, count) => {
    show(context, progress, count);
    if (options.untilStopped === true && progress.learning.experiment?.state === 'stopped') enough.abort();
  });
  try {
    await driveTraffic({ ...traffic, onPlayed: (one) => watch.book.add(one) });
  } finally {
    looking.abort();
    await looks;
    context.output.redraw([]);
  }
  return { ...(await watch.look()), isInterrupted: interrupted.aborted };
}

function simulationOf({ sampleUsers: users, sampleItems: items, sampleDays: days, sampleSeed: seed }: SimulateOptions) {
  // When the sample began decides nothing about tastes, so it need not be known.
  return simulate({ users, items, days, seed, startTime: sampleStart(new Date(), days) });
}

function trafficOf(context: CliContext, options: SimulateOptions, simulation: Simulation, signal: AbortSignal) {
  const { seed, users, hours, rate, surface, k: count, concurrency, speed } = options;
  const wait = (ms: number) => setTimeout(ms, undefined, { signal }).catch(() => undefined);
  return {
    ...{ simulation, surface, count, concurrency, signal },
    ...(options.shiftAtHour !== undefined && { tastesAt: tastesFrom(options.shiftAtHour, simulation, options) }),
    serving: context.client('serving'),
    featureStore: context.client('feature-store'),
    sessions: simulation.sessions({ seed, users, hours, sessionsPerUserDay: rate, startTime: new Date() }),
    ...(Number.isFinite(speed) && { pace: makePace({ speed, now: () => performance.now(), wait }) }),
  };
}

/** What people always liked until an hour, and what they like after the shift from then on. */
function tastesFrom(shiftAtHour: number, simulation: Simulation, { shiftShare: share, seed }: SimulateOptions) {
  const shifted = simulation.shifted({ seed, share });
  return (hour: number): Tastes => (hour < shiftAtHour ? simulation : shifted);
}

interface Watch {
  readonly book: TrafficBook;
  look(): Promise<TrafficProgress>;
}

function makeWatch(context: CliContext, options: SimulateOptions): Watch {
  const book = new TrafficBook(options.shiftAtHour);
  const startedAt = performance.now();
  const [bandit, experiment] = [context.client('bandit'), context.client('experiment')];
  return {
    book,
    async look() {
      const { policy, experiment: asked } = options;
      // Whoever named no experiment sees the first one that the people turned out to be in.
      const experimentId = asked ?? [...book.byVariant.keys()][0]?.split('/')[0];
      const learning: LearningState = await watchLearning({ bandit, experiment, policy, experimentId });
      return { hours: options.hours, seconds: (performance.now() - startedAt) / 1000, book, learning };
    },
  };
}

async function lookEverySecond(
  watch: Watch,
  signal: AbortSignal,
  onLook: (progress: TrafficProgress, count: number) => void,
): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) onLook(await watch.look(), count);
  }
}

function show({ output }: CliContext, progress: TrafficProgress, count: number): void {
  if (output.isInteractive) output.redraw(trafficLines(progress));
  else if (!output.isJson && count % LOOKS_PER_LINE === 0) output.note(trafficLine(progress));
}
