import { setTimeout } from 'node:timers/promises';
import { clickRate, clicksPerImpression, driveTraffic, type PlayedSlate, TrafficBook } from '@attune/cli';
import { experiment } from '@attune/contracts';
import type { SimulatedSession, Simulation } from '@attune/simulator';
import { arrange, assignments, EXPERIMENT, POLICY, type RULES, VARIANTS, type VariantName } from './arrange.ts';
import type { ClosedLoop } from './world.ts';

const K = 10;
const CONCURRENCY = 8;
const LOOK_MS = 250;
/** Facts are seconds old when the experiment looks at them, so the last ones are waited for. */
const LAST_LOOKS_MS = 20_000;
/** Sessions per user and day, and more hours than are ever needed: only the shape of the traffic comes from them. */
const [RATE, HOURS] = [12, 24 * 14];

/** What one variant's slates came to. Rates are shares from 0 to 1. */
interface Outcome {
  readonly slates: number;
  readonly clickRate: number;
  readonly clicksPerImpression: number;
}

/** How one race went. */
export interface Race {
  readonly rules: Outcome;
  readonly bandit: Outcome;
  /** Of the share of slates with a click, and of clicks per impression, relative to the rules. */
  readonly lift: number;
  readonly liftPerImpression: number;
  /** After so many slates the experiment had stopped by itself; undefined where it did not. */
  readonly stoppedAfter: number | undefined;
  /** What the service gave as its reason when it stopped by itself; empty where it did not. */
  readonly saidAtStop: string;
  /** What it recommends when it is asked a moment later, with the clicks that came in between. */
  readonly action: string;
  readonly recommendation: string;
  readonly armShares: Readonly<Record<string, number>>;
  /** Slates that had to do without something, and what that was. */
  readonly degraded: number;
  readonly degradedBy: Readonly<Record<string, number>>;
}

/** What is raced for. */
interface RaceOptions {
  readonly seed: number;
  readonly slates: number;
  readonly baseline: keyof typeof RULES;
}

/**
 * Lets the bandit race the rules on so many slates of a world's people: an experiment gives half of the people each, and stops by itself.
 * After its end the traffic goes on, everybody in the same variant as before, by two surfaces that are as the variants were: the rates
 * are those of a number of slates fixed before, and not favoured by the moment of the stop.
 */
export async function race(fleet: ClosedLoop, world: Simulation, { seed, slates, baseline }: RaceOptions) {
  await arrange(fleet, baseline);
  const variantOf = await assignments(fleet, world);
  const sessions = firstOf(
    world.sessions({ seed, hours: HOURS, sessionsPerUserDay: RATE, startTime: new Date() }),
    slates,
  );
  const books = { rules: new TrafficBook(), bandit: new TrafficBook() };
  const traffic = { serving: fleet.serving, featureStore: fleet.featureStore, simulation: world, count: K };
  let played = 0;
  const onPlayed = (one: PlayedSlate) => {
    const variant = variantOf.get(one.session.userId)!;
    for (const { experimentId, variant: served } of one.slate.variants)
      if (experimentId === EXPERIMENT && served !== variant) throw new Error(`${served} was served for ${variant}`);
    played += 1;
    books[variant].add(one);
  };
  const rest = sessions[Symbol.iterator]();
  const stopped = new AbortController();
  const over = new AbortController();
  const watch = untilStopped(fleet, over.signal).then((isStopped) => {
    if (isStopped) stopped.abort();
    return isStopped ? played : undefined;
  });
  const open = { concurrency: CONCURRENCY, signal: stopped.signal, onPlayed };
  await driveTraffic({ ...traffic, ...open, sessions: { [Symbol.iterator]: () => rest }, surface: 'home' });
  if (!stopped.signal.aborted) await Promise.race([watch, setTimeout(LAST_LOOKS_MS)]);
  over.abort();
  const stoppedAfter = await watch;
  const after = [...{ [Symbol.iterator]: () => rest }];
  const results = await fleet.experiment.getResults(
    experiment.GetResultsRequest.fromPartial({ experimentId: EXPERIMENT }),
  );
  const saidAtStop = await whyStopped(fleet);
  const goOn = (variant: VariantName) =>
    driveTraffic({
      ...{ ...traffic, concurrency: CONCURRENCY / 2, signal: new AbortController().signal, onPlayed },
      sessions: after.filter(({ userId }) => variantOf.get(userId) === variant),
      surface: `only-${variant}`,
    });
  await Promise.all(VARIANTS.map(goOn));
  return {
    ...compare(books),
    ...{ stoppedAfter, saidAtStop, action: results.action, recommendation: results.recommendation },
    armShares: await armShares(fleet),
  };
}

/** Resolves to true when the experiment has stopped by itself, to false when nobody waits any more. */
async function untilStopped({ experiment: experiments }: ClosedLoop, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const { experiment: now } = await experiments.getExperiment({ experimentId: EXPERIMENT });
    if (now?.state === experiment.ExperimentState.STOPPED) return true;
    await setTimeout(LOOK_MS);
  }
  return false;
}

/** The reason of the stop, where the service itself was who stopped it. */
async function whyStopped({ experiment: experiments }: ClosedLoop): Promise<string> {
  const request = experiment.ListExperimentChangesRequest.fromPartial({ experimentId: EXPERIMENT });
  const { changes } = await experiments.listExperimentChanges(request);
  return changes.find(({ change, actor }) => change === 'stopped' && actor === 'experiment')?.reason ?? '';
}

async function armShares({ bandit: policies }: ClosedLoop): Promise<Readonly<Record<string, number>>> {
  const { policy } = await policies.getPolicy({ policy: POLICY });
  const counts = policy!.arms.map(({ name, statistics }) => [name, statistics?.selectionCount ?? 0] as const);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries(counts.map(([name, count]) => [name, count / total]));
}

function compare({ rules, bandit: chosen }: Readonly<Record<VariantName, TrafficBook>>) {
  const outcome = ({ all }: TrafficBook): Outcome => ({
    ...{ slates: all.slates, clickRate: clickRate(all) ?? 0, clicksPerImpression: clicksPerImpression(all) ?? 0 },
  });
  const [control, treatment] = [outcome(rules), outcome(chosen)];
  return {
    ...{ rules: control, bandit: treatment, lift: treatment.clickRate / control.clickRate - 1 },
    liftPerImpression: treatment.clicksPerImpression / control.clicksPerImpression - 1,
    degraded: rules.degraded + chosen.degraded,
    degradedBy: summed([rules.degradedBy, chosen.degradedBy]),
  };
}

function summed(counts: readonly ReadonlyMap<string, number>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((one) => [...one])) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function firstOf(sessions: Iterable<SimulatedSession>, count: number): readonly SimulatedSession[] {
  const first: SimulatedSession[] = [];
  for (const session of sessions) {
    first.push(session);
    if (first.length === count) break;
  }
  return first;
}
