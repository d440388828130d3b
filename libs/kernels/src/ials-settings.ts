import { AppError, type FieldViolation } from '@attune/errors';

/** What defines one implicit ALS model, besides its data (Rendle et al. 2021, "Revisiting the performance of iALS"). */
export interface IalsObjective {
  /** Dimensions: a multiple of 4, 4 to 256. */
  readonly rank: number;
  /** Lambda. Each row's share is lambda * (entries + alpha0 * rows of the other side) ** nu. */
  readonly regularization: number;
  /** The weight of every unobserved pair, next to weights near 1 of the observed ones. */
  readonly alpha0: number;
  /** How much regularization grows with a row's number of entries: 1 is plain frequency scaling, 0 none. Default 1. */
  readonly nu?: number;
}

/** An objective and how to descend on it. */
export interface IalsSettings extends IalsObjective {
  /** How often both sides are solved. */
  readonly iterations: number;
  /** Standard deviation of an item vector's length at the start; each coordinate gets initStd / sqrt(rank). */
  readonly initStd: number;
  readonly seed: number;
  /** Worker threads. The result does not depend on it. */
  readonly threads: number;
}

/**
 * How much the unobserved pairs of each row weigh, next to 1: a pair's weight is alpha0 times the exposures of its user and of its
 * item (He et al. 2016, "Fast matrix factorization for online recommendation with implicit feedback", section 4.1, for items).
 */
export interface IalsExposures {
  /** [userCount], positive */
  readonly users: Float32Array;
  /** [itemCount], positive */
  readonly items: Float32Array;
}

/** Where a training begins instead of at random items. */
export interface IalsStart {
  /** Users: the items are solved from them first. */
  readonly side: 'users' | 'items';
  /** [rows of that side x rank] */
  readonly factors: Float32Array;
  /** Iterations that led here and are not done again. Default 0. */
  readonly iterationsDone?: number;
}

/** Largest rank the kernels support. */
export const MAX_RANK = 256;

/** The rank that the kernels work with: rows are padded with zeros to whole panels of 8 columns. */
export function paddedRank(rank: number): number {
  return Math.ceil(rank / 8) * 8;
}

/** Lambda of one row that has `entries` observations, against `otherCount` rows on the other side. */
export function rowRegularization(objective: IalsObjective, entries: number, otherCount: number): number {
  return objective.regularization * (entries + objective.alpha0 * otherCount) ** (objective.nu ?? 1);
}

function objectiveViolations(objective: IalsObjective): FieldViolation[] {
  const { rank, regularization, alpha0, nu = 1 } = objective;
  const violations: FieldViolation[] = [];
  if (!Number.isInteger(rank) || rank % 4 !== 0 || rank < 4 || rank > MAX_RANK) {
    violations.push({ field: 'rank', description: `${rank} is not a multiple of 4 from 4 to ${MAX_RANK}` });
  }
  // without any regularization a row with fewer entries than dimensions has no unique solution
  if (!(regularization > 0 && Number.isFinite(regularization))) {
    violations.push({ field: 'regularization', description: `${regularization} is not a positive number` });
  }
  if (!(alpha0 >= 0 && Number.isFinite(alpha0))) {
    violations.push({ field: 'alpha0', description: `${alpha0} is not zero or a positive number` });
  }
  if (!(nu >= 0 && nu <= 2)) violations.push({ field: 'nu', description: `${nu} is not from 0 to 2` });
  return violations;
}

/** Throws `invalid.exposures` unless there is a positive finite number for each of `rowCount` rows. */
export function checkExposures(exposures: Float32Array, rowCount: number, side: string): void {
  const isWeight = (x: number) => x > 0 && x < Number.POSITIVE_INFINITY;
  if (exposures.length === rowCount && exposures.every(isWeight)) return;
  throw new AppError('invalid.exposures', `the exposures of ${side} are not ${rowCount} positive numbers`);
}

function refuse(violations: readonly FieldViolation[]): void {
  if (violations.length === 0) return;
  const [first] = violations;
  throw new AppError('invalid.ials_settings', `${first!.field}: ${first!.description}`, { violations });
}

/** Throws `invalid.ials_settings` with every problem of an objective. */
export function checkObjective(objective: IalsObjective): void {
  refuse(objectiveViolations(objective));
}

/** Throws `invalid.ials_settings` with every problem of the settings. */
export function checkSettings(settings: IalsSettings): void {
  const violations = objectiveViolations(settings);
  const { iterations, initStd, seed, threads } = settings;
  if (!Number.isInteger(iterations) || iterations < 1) {
    violations.push({ field: 'iterations', description: `${iterations} is not a positive whole number` });
  }
  if (!(initStd > 0 && Number.isFinite(initStd))) {
    violations.push({ field: 'initStd', description: `${initStd} is not a positive number` });
  }
  if (!Number.isInteger(seed)) violations.push({ field: 'seed', description: `${seed} is not a whole number` });
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    violations.push({ field: 'threads', description: `${threads} is not a whole number from 1 to 256` });
  }
  refuse(violations);
}
