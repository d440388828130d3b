import { type Csr, type FoldIn, type IalsObjective, openFoldIn, transposeCsr } from '@attune/kernels';
import type { TrainingData } from '../model';
import { NO_AGEING_DAYS } from '../weights/age-factors';
import { weightOf } from '../weights/preference-weights';
import { type Exposures, exposuresOf } from './als-exposures';
import { rowTerms, rowsOf as weightedRows } from './als-rows';
import type { AlsSettings } from './als-settings';
import { rowsWithEarlierSelves, tasteTest } from './tastes';

/** A trained version, and what is to be learned in its space: everything that the users and items did, what it learned from included. */
export interface RefitAlsRequest extends Pick<TrainingData, 'interactions' | 'showings' | 'shift'> {
  readonly settings: AlsSettings;
  /** The metrics `regularization`, `unobserved_weight`, `typical_value` and `half_life_days` of the training. */
  readonly metrics: Readonly<Record<string, number>>;
  /** [userCount x rank]; zeros for whom the version does not know. */
  readonly userFactors: Float32Array;
  /** [itemCount x rank]; zeros for what the version does not know. */
  readonly itemFactors: Float32Array;
  /** The rows to learn anew; all others stay as they are. */
  readonly users: Int32Array;
  readonly items: Int32Array;
}

/** The rows that were asked for, in their order. */
export interface RefitFactors {
  /** [users x rank] */
  readonly users: Float32Array;
  /** [items x rank] */
  readonly items: Float32Array;
}

/**
 * Learns some users and items anew in the space of a trained version, everything else held fixed: the users from their items, the
 * items from their users, and the users once more, so that they know the items that are new. Each is one exact row of the alternation
 * that trained the version (Rendle et al. 2021, docs/models/als.md), with the objective of that training.
 */
export function refitAls(request: RefitAlsRequest): RefitFactors {
  const { settings, metrics } = request;
  const { rank, nu } = settings;
  const objective = { rank, nu, alpha0: metrics.unobserved_weight!, regularization: metrics.regularization! };
  const users = rowsToLearnFrom(request, objective);
  const { items, exposures } = otherSide(users, request);
  const itemFactors = Float32Array.from(request.itemFactors);
  const userFactors = new Float32Array(users.rowCount * rank);
  userFactors.set(request.userFactors);
  const learnUsers = (rows: Int32Array) => {
    const foldIn = open(itemFactors, objective, exposures.items, exposures.users);
    learn(userFactors, rows, users, foldIn, rank);
  };
  if (request.items.length > 0) {
    // items alone are learned from earlier selves
    learnUsers(Int32Array.from([...request.users, ...earlierSelves(users, request)]));
    learn(itemFactors, request.items, items, open(userFactors, objective, exposures.users, exposures.items), rank);
  }
  learnUsers(request.users);
  return {
    users: rowsOf(userFactors, request.users, rank),
    items: rowsOf(itemFactors, request.items, rank),
  };
}

/**
 * What users are learned from: where tastes shifted with the earlier selves below, as in the training. Whose taste it was is asked of those
 * who are learned anew and of those whom an item is learned from; nobody else's rows count.
 */
function rowsToLearnFrom(request: RefitAlsRequest, objective: IalsObjective): Csr {
  const { settings, metrics, shift, itemFactors } = request;
  const { rank, shownWeight, tastesSince } = settings;
  const terms = rowTerms(request, {
    weightOf: weightOf(settings.weighting, metrics.typical_value ?? 1),
    ...{ shownWeight, halfLifeDays: metrics.half_life_days ?? NO_AGEING_DAYS },
  });
  const all = weightedRows(request, terms);
  if (shift === undefined || tastesSince === '') return all;
  const rows = { all, earlier: weightedRows(shift.earlier, terms), since: weightedRows(shift.since, terms) };
  const { exposures } = otherSide(all, request);
  const items = { itemFactors, rank, foldIn: open(itemFactors, objective, exposures.items, exposures.users) };
  const isStillExplained = tasteTest(rows, items);
  const counting = usersThatCount(all, request);
  const isKept = Array.from({ length: all.rowCount }, (_, user) => !counting.has(user) || isStillExplained(user));
  return rowsWithEarlierSelves(rows, (user) => isKept[user]!);
}

function usersThatCount(all: Csr, { users, items }: RefitAlsRequest): Set<number> {
  const [counting, asked] = [new Set(users), new Set(items)];
  for (let user = 0; user < all.rowCount; user++) {
    if (all.indices.subarray(all.offsets[user], all.offsets[user + 1]).some((item) => asked.has(item)))
      counting.add(user);
  }
  return counting;
}

/** The rows of earlier selves that anything is known of: they have no vectors yet. */
function earlierSelves({ rowCount, offsets }: Csr, { interactions: { userCount } }: RefitAlsRequest): number[] {
  return Array.from({ length: rowCount - userCount }, (_, user) => userCount + user).filter(
    (row) => offsets[row + 1]! > offsets[row]!,
  );
}

function otherSide(users: Csr, { settings, interactions }: RefitAlsRequest) {
  const items = transposeCsr(users, interactions.itemCount);
  const exposures = {
    users: exposuresOf(users, settings.userExposure),
    items: exposuresOf(items, settings.itemExposure),
  };
  return { items, exposures };
}

function open(factors: Float32Array, objective: IalsObjective, their: Exposures, own: Exposures): FoldIn {
  return openFoldIn(factors, objective, { items: their.rows, ofUser: own.of });
}

function learn(factors: Float32Array, rows: Int32Array, histories: Csr, foldIn: FoldIn, rank: number): void {
  const { offsets, indices, values } = histories;
  for (const row of rows) {
    const [first, last] = [offsets[row]!, offsets[row + 1]!];
    factors.set(foldIn.solve(indices.subarray(first, last), values.subarray(first, last)), row * rank);
  }
}

function rowsOf(factors: Float32Array, rows: Int32Array, rank: number): Float32Array {
  const chosen = new Float32Array(rows.length * rank);
  for (const [at, row] of rows.entries()) chosen.set(factors.subarray(row * rank, (row + 1) * rank), at * rank);
  return chosen;
}
