import type { Observation, ObservationTable } from '@attune/evaluation';
import { normalCritical } from '@attune/statistics';
import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check, short } from './checks';

/** A part of the users of a table. */
export interface Part {
  readonly name: string;
  /** Places in the table, ascending. */
  readonly places: Int32Array;
}

/** Both versions' observations of the same users, or of a part of them. */
export interface ComparedTables {
  readonly name: string;
  readonly challenger: ObservationTable;
  readonly champion: ObservationTable;
}

/** What decides. */
export interface Deciding {
  readonly metric: string;
  readonly isHigherBetter: boolean;
}

/** How the challenger does in one part, against the champion: positive is better. */
export interface PartGain {
  readonly name: string;
  readonly users: number;
  readonly champion: number;
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

/** Users by label; labels that few have are left out, and those without one. */
export function partsBy(what: string, users: Int32Array, labelOf: (user: number) => string): Part[] {
  const places = new Map<string, number[]>();
  users.forEach((user, place) => {
    const label = labelOf(user);
    if (label === '') return;
    places.set(label, [...(places.get(label) ?? []), place]);
  });
  return [...places]
    .filter(([, own]) => own.length >= BOUNDS.segmentLeastUsers)
    .map(([label, own]) => ({ name: `${what} ${label}`, places: Int32Array.from(own) }));
}

/** Labels by thirds of a number of each user, for instance how much they did. */
export function thirds(
  users: Int32Array,
  numberOf: (user: number) => number,
  names: readonly [string, string, string],
) {
  const sorted = Array.from(users, numberOf).sort((a, b) => a - b);
  const [first, second] = [1, 2].map((third) => sorted[Math.floor((third * sorted.length) / 3)] ?? 0);
  return (user: number) => {
    const value = numberOf(user);
    if (value < first!) return names[0];
    return value < second! ? names[1] : names[2];
  };
}

/** The tables of some of the users. */
export function partOf(all: ComparedTables, { name, places }: Part): ComparedTables {
  return { name, challenger: select(all.challenger, places), champion: select(all.champion, places) };
}

/**
 * The gain in each part. The intervals hold for all parts together (Bonferroni), and are those of paired ratios by the delta method:
 * far out in the tails, where these intervals end, a bootstrap would need a hundred times the work.
 */
export function gainsByPart(parts: readonly ComparedTables[], { metric, isHigherBetter }: Deciding): PartGain[] {
  const critical = normalCritical(BOUNDS.segmentAlpha / Math.max(1, parts.length) / 2);
  const sign = isHigherBetter ? 1 : -1;
  return parts.flatMap(({ name, challenger, champion }) => {
    const [own, theirs] = [ratioOf(challenger, metric), ratioOf(champion, metric)];
    const gain = sign * (own.value - theirs.value);
    if (!Number.isFinite(gain)) return [];
    const squares = own.influence.reduce((sum, one, user) => sum + (one - theirs.influence[user]!) ** 2, 0);
    const half = critical * Math.sqrt(squares);
    const users = challenger.users.length;
    return [{ name, users, champion: theirs.value, gain, low: gain - half, high: gain + half }];
  });
}

/** A metric over some users, and by how much each user moves it: the sum of squares is its variance. */
function ratioOf({ observations }: ObservationTable, metric: string): { value: number; influence: Float64Array } {
  const found = observations.find(({ name }) => name === metric);
  if (found === undefined) return { value: Number.NaN, influence: new Float64Array(0) };
  const { numerator, denominator, finish } = found;
  const sum = (column: Float64Array) => column.reduce((total, one) => total + one, 0);
  const total = sum(denominator);
  const ratio = sum(numerator) / total;
  const slope = finish === 'root' ? 1 / (2 * Math.sqrt(ratio)) : 1;
  return {
    value: finish === 'root' ? Math.sqrt(ratio) : ratio,
    influence: numerator.map((one, user) => (slope * (one - ratio * denominator[user]!)) / total),
  };
}

/**
 * Whether no part of the users is served worse, beyond chance and beyond what is tolerated. A part that `isExcused` is not: its loss comes of
 * what the champion showed.
 */
export function checkSegments(
  gains: readonly PartGain[],
  metric: string,
  isExcused: (name: string) => boolean = () => false,
): LearningCheck {
  if (gains.length === 0) {
    return check('segments', true, `no part of the users has ${BOUNDS.segmentLeastUsers} who were asked`);
  }
  const relative = ({ gain, champion }: PartGain) => gain / Math.max(1e-9, Math.abs(champion));
  const worse = gains.filter((one) => one.high < 0 && relative(one) < -BOUNDS.segmentLoss && !isExcused(one.name));
  const worst = gains.reduce((a, b) => (relative(b) < relative(a) ? b : a));
  const told = (one: PartGain) =>
    `${one.name}: ${metric} ${short(one.gain)} (${short(one.low)} to ${short(one.high)}) against ${short(one.champion)}, ${one.users} users`;
  if (worse.length > 0) return check('segments', false, `worse for ${worse.map(told).join('; ')}`);
  return check('segments', true, `${gains.length} parts; the worst is ${told(worst)}`);
}

function select({ users, observations }: ObservationTable, places: Int32Array): ObservationTable {
  const pick = (column: Float64Array) => Float64Array.from(places, (place) => column[place]!);
  return {
    users: Int32Array.from(places, (place) => users[place]!),
    observations: observations.map(
      (one): Observation => ({ ...one, numerator: pick(one.numerator), denominator: pick(one.denominator) }),
    ),
  };
}
