import { AppError } from '@attune/errors';
import { itemCounts, userOffsets } from '@attune/interactions';
import { drawSome, seededUniform } from '@attune/kernels';
import { bootstrapEstimates } from './bootstrap';
import { coverage } from './coverage';
import type { Estimate } from './estimate';
import { evaluateFullRanking } from './evaluate-full-ranking';
import { evaluateLeaveOneOut } from './evaluate-leave-one-out';
import { evaluateRatings } from './evaluate-ratings';
import { type EvaluateRequest, type Evaluation, type EvaluationCounts, mainMetric, type Segment } from './evaluation';
import { itemSimilarity } from './item-similarity';
import { diversity, novelty, popularityBias, type RecommendationLists } from './list-metrics';
import { type Observation, type ObservationTable, selectUsers } from './observations';
import { listedQuestions, sampledNegatives } from './question-items';
import { type TestUsers, testUsers } from './test-users';
import { userSegments } from './user-segments';

const DEFAULT_KS = [10];
const DEFAULT_NEGATIVES = { sampled: 99 };
/** Diversity looks at the lists of this many users: beyond them its interval hardly narrows. */
const MOST_DIVERSITY_USERS = 1_000;

/** What one protocol found, before intervals. */
interface Findings {
  readonly asked: TestUsers;
  readonly observations: readonly Observation[];
  readonly itemGroups: readonly { readonly label: string; readonly observations: readonly Observation[] }[];
  /** Metrics that are no sums over users. */
  readonly others: Readonly<Record<string, Estimate>>;
  readonly withoutNegatives: number;
}

/**
 * Measures a scorer under a protocol. Ties count against it, and a score that is no number ranks last. Equal requests give equal
 * numbers.
 */
export async function evaluate(request: EvaluateRequest): Promise<Evaluation> {
  const ks = request.ks ?? DEFAULT_KS;
  checkRequest(request, ks);
  const { protocol, train, seed, resamples } = request;
  const asked = testUsers(train, request.test, protocol === 'ratings');
  if (asked.users.length === 0) {
    throw new AppError(
      'failed_precondition.dataset_empty',
      'no test interaction is left that the training does not have',
    );
  }
  const findings = protocol === 'ratings' ? await ratings(request, asked) : await ranking(request, asked, ks);
  const table: ObservationTable = { users: findings.asked.users, observations: findings.observations };
  const options = { seed, resamples };
  return {
    protocol,
    main: mainMetric(protocol, ks),
    metrics: { ...Object.fromEntries(bootstrapEstimates(table, options)), ...findings.others },
    segments:
      request.detail === 'accuracy' ? [] : [...segmentsOfUsers(request, table), ...segmentsOfItems(request, findings)],
    counts: countsOf(request, findings),
    table,
  };
}

async function ratings(request: EvaluateRequest, asked: TestUsers): Promise<Findings> {
  const { observations, calibrationError, itemGroups } = await evaluateRatings(request, asked);
  return { asked, observations, itemGroups, others: { calibration_error: calibrationError }, withoutNegatives: 0 };
}

async function ranking(request: EvaluateRequest, asked: TestUsers, ks: readonly number[]): Promise<Findings> {
  const { protocol, train, seed, negatives = DEFAULT_NEGATIVES } = request;
  if (protocol === 'full-ranking' || negatives === 'all') {
    const { observations, itemGroups, lists } = await evaluateFullRanking(request, { asked, ks });
    const { ofLists, others } =
      request.detail === 'accuracy' ? { ofLists: [], others: {} } : listFindings(request, lists, ks);
    const groups = itemGroups.observations();
    return { asked, observations: [...observations, ...ofLists], itemGroups: groups, others, withoutNegatives: 0 };
  }
  const questions =
    'sampled' in negatives
      ? { asked, negatives: sampledNegatives(asked, { train, count: negatives.sampled, seed }), withoutNegatives: 0 }
      : listedQuestions(asked, negatives);
  const { observations, itemGroups } = await evaluateLeaveOneOut(request, { ...questions, ks });
  const { asked: kept, withoutNegatives } = questions;
  return { asked: kept, observations, itemGroups: itemGroups.observations(), others: {}, withoutNegatives };
}

/** What the lists say beyond accuracy. */
function listFindings({ train, items, seed }: EvaluateRequest, lists: RecommendationLists, ks: readonly number[]) {
  const rows = sampleOf(lists.users.length, MOST_DIVERSITY_USERS, seed);
  const similarity = itemSimilarity(train, items);
  const ofLists = ks.flatMap((k) => [
    novelty(lists, train, k),
    diversity(lists, { similarity, k, rows }),
    popularityBias(lists, train, k),
  ]);
  const others = ks.map((k) => [`coverage@${k}`, coverage(lists, { k, itemCount: train.itemCount, seed })] as const);
  return { ofLists, others: Object.fromEntries(others) };
}

function segmentsOfUsers({ train, segments, seed, resamples }: EvaluateRequest, table: ObservationTable): Segment[] {
  return userSegments(table.users, train, segments).map(({ segment, label, places }) => ({
    segment,
    label,
    userCount: places.length,
    metrics: Object.fromEntries(bootstrapEstimates(selectUsers(table, places), { seed, resamples })),
  }));
}

function segmentsOfItems({ seed, resamples }: EvaluateRequest, { asked, itemGroups }: Findings): Segment[] {
  return itemGroups.flatMap(({ label, observations }) => {
    const userCount = observations[0]?.denominator.reduce((count, x) => count + (x > 0 ? 1 : 0), 0) ?? 0;
    if (userCount === 0) return [];
    const estimates = bootstrapEstimates({ users: asked.users, observations }, { seed, resamples });
    return [{ segment: 'item popularity', label, userCount, metrics: Object.fromEntries(estimates) }];
  });
}

function countsOf({ train, negatives }: EvaluateRequest, { asked, withoutNegatives }: Findings): EvaluationCounts {
  const offsets = userOffsets(train);
  const counts = itemCounts(train);
  return {
    users: asked.users.length,
    questions: asked.items.length,
    unseenUsers: asked.users.reduce((sum, user) => sum + (offsets[user + 1] === offsets[user] ? 1 : 0), 0),
    unseenItems: [...new Set(asked.items)].filter((item) => counts[item] === 0).length,
    alsoInTraining: asked.alsoInTraining,
    droppedNegatives: typeof negatives === 'object' && 'droppedCount' in negatives ? negatives.droppedCount : 0,
    withoutNegatives,
  };
}

function sampleOf(count: number, most: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, place) => place);
  return count <= most ? all : drawSome(all, most, seededUniform(seed)).sort();
}

function checkRequest({ train, test }: EvaluateRequest, ks: readonly number[]): void {
  if (ks.length === 0 || ks.some((k) => !Number.isInteger(k) || k < 1)) {
    throw new AppError('invalid.settings', `the lengths of lists are whole numbers from 1, not ${ks.join(', ')}`);
  }
  if (train.userCount !== test.userCount || train.itemCount !== test.itemCount) {
    throw new AppError('invalid.dataset', 'training and test must number their users and items alike');
  }
  if (train.userIndex.length === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'there are no training interactions');
  }
  if (test.userIndex.length === 0)
    throw new AppError('failed_precondition.dataset_empty', 'there are no test interactions');
}
