import type { Evaluation as Found, Scorer } from '@attune/evaluation';
import {
  type InteractionTable,
  resolvePreferences,
  resolveRatings,
  type StrengthOf,
  type TrainingSetTables,
} from '@attune/interactions';
import type { ModelDefinition } from '@attune/recommenders';
import type { Measurement } from '../../evaluation';
import type { HoldOut } from '../../hold-out';
import { prepareMaterial } from '../../material';
import { mostAsked } from '../../measure';
import { measureBeside } from '../../measure-beside';
import { atMost, questionsSince } from '../../questions';
import { METRICS_K, protocolOf } from '../../trainers';
import { versionScorer } from '../../version-scorer';
import type { LearningCheck } from '../learning-cycle';
import { compareAmongShown } from './among-shown';
import { checkBetter, checkCoverage, checkItemGroups, holdsAmongShown } from './check-gain';
import { checkLatency } from './check-latency';
import { checkMemory } from './check-memory';
import { checkRankerNumbers, findInRows } from './check-numbers';
import { checkSegments, gainsByPart, partOf } from './check-segments';
import { checkRecentItems, checkTables } from './check-tables';
import { check, checkFuture, checkRows, checkSize } from './checks';
import { memoryOf } from './memory-of';
import type { OpenedRanker } from './opened-version';
import { askAll, type Batch, batchOf, probe } from './probe-ranker';
import { userParts } from './user-parts';

/** What proving a model that ranks items needs. */
export interface ProveRecommenderRequest {
  readonly definition: ModelDefinition;
  readonly challenger: OpenedRanker;
  readonly champion?: OpenedRanker;
  /** What the challenger says that it learned from. */
  readonly trainedOn: TrainingSetTables;
  /** Everything until now. */
  readonly exam: TrainingSetTables;
  /** Questions are what happened from here on. */
  readonly heldOutFromMs: number;
  readonly strengthOf: StrengthOf;
  /** Milliseconds of some clock. */
  readonly stopwatch: () => number;
  readonly signal?: AbortSignal;
}

const SEED = 1;
const RESAMPLES = 500;
/** By these the evaluation is kept: one of them decides about a promotion. */
const METRICS = [`ndcg@${METRICS_K}`, `recall@${METRICS_K}`, 'rmse', 'mae'];
const METHOD = 'what users did in the time that was kept back, which neither version has seen';

/** Proves a challenger that ranks: asks it and the champion the same questions, and looks at everything that could make it unfit. */
export async function proveRecommender(
  request: ProveRecommenderRequest,
): Promise<{ checks: LearningCheck[]; measurement?: Measurement }> {
  const { challenger, champion, trainedOn, exam, heldOutFromMs } = request;
  const holdOut = questionsOf(request);
  const isHeldOut = exam.table.timeMs.some((time) => time >= heldOutFromMs) && holdOut !== undefined;
  const checks = [
    checkFuture({
      ...{ newestMs: extreme(trainedOn.table.timeMs, Math.max), trainedToMs: challenger.trainedToMs },
      ...{ heldOutFromMs, isHeldOut },
    }),
    checkRows(trainedOn.table.timeMs.length, rowsInTime(request)),
    checkTables(challenger, prepareMaterial(trainedOn, request.definition, request), champion),
    checkRecentItems(challenger, exam.table, {
      untilMs: heldOutFromMs,
      isPositive: (row) => strength(request, row) > 0,
    }),
    checkSize(challenger, champion),
  ];
  const numbers = await checkNumbers(request);
  checks.push(numbers);
  // what answers no numbers cannot be compared
  if (!numbers.passed) return { checks };
  checks.push(await checkSpeed(request));
  if (holdOut === undefined) {
    return { checks: [...checks, check('better', true, 'nothing was kept back; the evaluation of its run decides')] };
  }
  const compared = await compare(request, holdOut);
  checks.push(...compared.checks);
  return { checks, measurement: compared.measurement };
}

function resolve({ definition, strengthOf }: ProveRecommenderRequest, table: InteractionTable) {
  return protocolOf(definition) === 'ratings' ? resolveRatings(table) : resolvePreferences(table, strengthOf);
}

/** A moment before the first question: what happens at it is one. */
const justBefore = (ms: number) => ms - 1;

function questionsOf(request: ProveRecommenderRequest): HoldOut | undefined {
  const { exam, heldOutFromMs, champion } = request;
  if (champion === undefined) return undefined;
  const found = questionsSince(exam.table, justBefore(heldOutFromMs), (table) => resolve(request, table));
  return found && atMost(found, { maxUsers: mostAsked(exam.table.items.length), seed: SEED });
}

function strength({ exam: { table }, strengthOf }: ProveRecommenderRequest, row: number): number {
  const value = table.value[row]!;
  return strengthOf(table.types[table.type[row]!]!, Number.isNaN(value) ? undefined : value);
}

/** How many rows happened between the first and the last of the data set, by what is known now. */
function rowsInTime({ trainedOn, exam }: ProveRecommenderRequest): number {
  const [first, last] = [extreme(trainedOn.table.timeMs, Math.min), extreme(trainedOn.table.timeMs, Math.max)];
  return exam.table.timeMs.reduce((count, time) => count + (time >= first && time <= last ? 1 : 0), 0);
}

function extreme(values: Float64Array, pick: (a: number, b: number) => number): number {
  return values.reduce((a, b) => pick(a, b));
}

async function checkNumbers(request: ProveRecommenderRequest): Promise<LearningCheck> {
  const { challenger, champion } = request;
  const rows = await probe(challenger, SEED);
  const theirs = champion && findInRows(await probe(champion, SEED));
  return checkRankerNumbers(challenger, findInRows(rows), theirs, rows.length);
}

function checkSpeed(request: ProveRecommenderRequest): Promise<LearningCheck> {
  const { challenger, champion, stopwatch } = request;
  const batch: Batch = batchOf(request.exam.table, champion ? [challenger, champion] : [challenger]);
  return checkLatency({
    challenger: () => askAll(challenger, batch),
    ...(champion && { champion: () => askAll(champion, batch) }),
    growth: champion ? challenger.artifact.itemIds.length / Math.max(1, champion.artifact.itemIds.length) : 1,
    stopwatch,
  });
}

async function compare(request: ProveRecommenderRequest, holdOut: HoldOut) {
  const { training: train, test } = holdOut;
  const { definition, challenger, champion, exam, heldOutFromMs } = request;
  const protocol = protocolOf(definition);
  const scorerOf = (version: OpenedRanker): Scorer =>
    versionScorer(
      { ...version.artifact, scores: version.scorer.scores },
      { train, userKeys: exam.table.users, itemIds: exam.table.items },
    );
  const scorers = { challenger: scorerOf(challenger), champion: scorerOf(champion!) };
  const { measurement, own, others } = await measureBeside({
    scorer: scorers.challenger,
    opponents: [{ name: String(champion!.number), method: 'artifact', scorer: scorers.champion }],
    ...{ method: METHOD, caveat: '', askedFrom: new Date(justBefore(heldOutFromMs)) },
    ...{ protocol, train, test, ks: [METRICS_K], metrics: METRICS, seed: SEED, resamples: RESAMPLES },
    ...signalOf(request),
  });
  const theirs: Found = others[0]!;
  const { name: metric, isHigherBetter } = own.main;
  const all = { name: 'all', challenger: own.table, champion: theirs.table };
  const partsOf = (users: Int32Array) => userParts(users, { train, exam });
  const parts = partsOf(own.table.users).map((part) => partOf(all, part));
  const gains = gainsByPart(parts, { metric, isHigherBetter });
  const amongShown = isHigherBetter
    ? await compareAmongShown({ table: exam.table, heldOutFromMs, holdOut, partsOf, ...scorers, ...signalOf(request) })
    : undefined;
  const holding = new Set(amongShown?.parts.filter(holdsAmongShown).map(({ name }) => name));
  const ask = { resolve: (table: InteractionTable) => resolve(request, table), table: exam.table, protocol, metric };
  const memories = isHigherBetter
    ? await Promise.all([
        memoryOf(challenger, { ...ask, learnedToMs: justBefore(heldOutFromMs), untilMs: Number.POSITIVE_INFINITY }),
        memoryOf(champion!, { ...ask, learnedToMs: champion!.trainedToMs, untilMs: justBefore(heldOutFromMs) }),
      ])
    : [undefined, undefined];
  const checks = [
    checkBetter(measurement, metric, amongShown?.all),
    checkSegments(gains, metric, (name) => holding.has(name)),
    checkItemGroups(own, theirs),
    checkCoverage(own, theirs),
    checkMemory(memories[0], memories[1]),
  ];
  return { checks, measurement };
}

const signalOf = ({ signal }: ProveRecommenderRequest) => (signal === undefined ? {} : { signal });
