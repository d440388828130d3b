import { type BlendedCandidate, blend, type PartColumn, weightsFor, weightsOfThere } from '../domain/blend';
import type { Candidate } from '../domain/candidate';
import { lightRank } from '../domain/light-rank';
import type { ScorePart, Strategy } from '../domain/surface';
import type { FeatureReader } from '../ports';
import type { PartScores, Scorer, ScoringFeatures, ScoringQuery, SlateRequest } from './parts';
import { runStage, type StageClock } from './run-stage';
import type { SlateRun } from './slate-run';

/** The parts of the whole time: of reading features, of all scorers, the reading that some wait for included, and of the rules alone. */
const FEATURES_SHARE = 0.3;
const SCORERS_SHARE = 0.6;
const RULES_SHARE = 0.1;
const FEATURES_STAGE = 'scorers/features';
/** What the selector looks at, beside what the scorers need. */
const SELECTOR_FEATURES = ['user_diversity_preference'];

/** What scoring needs. */
export interface RankParts {
  readonly scorers: readonly Scorer[];
  readonly features: FeatureReader;
  readonly idOf: (item: number) => string;
  /** What operators multiply the score of an item by on this surface now. */
  readonly boostOf: (request: SlateRequest) => (item: number) => number;
}

/** By what candidates are ranked: the request is that of the run, on the surface as it counts for this ranking. */
export interface RankBy {
  readonly strategy: Strategy;
  readonly request: SlateRequest;
}

/** Candidates in their order. */
export interface Ranked {
  /** The strategy that ranked: `rule_based` where no part of the one that was chosen could answer. */
  readonly strategy: Strategy;
  readonly candidates: readonly BlendedCandidate[];
  readonly features: ScoringFeatures | undefined;
}

/**
 * Scores the best candidates: one read of features for all of them, every scorer of the strategy at once, those that need no
 * features beside the read. What a scorer cannot say goes to the others; where none can say anything, the rules rank alone.
 */
export async function rankCandidates(
  parts: RankParts,
  run: SlateRun,
  { strategy: chosen, request }: RankBy,
  kept: readonly Candidate[],
): Promise<Ranked> {
  const { best, rest } = lightRank(kept, request.surface.rankDepth);
  const weights = weightsFor(chosen, request.surface);
  const used = parts.scorers
    .filter((scorer) => weights.has(scorer.part) && mayScore(scorer, run))
    .map((scorer): UsedScorer => ({ scorer, wanted: scorer.features(request) }));
  const about = {
    ...{ request, user: run.user, strategy: chosen, candidates: best },
    items: itemsOf(best),
  };
  const reading = best.length === 0 ? undefined : readFeatures(parts, run, used, about);
  // Where the call ends first, nobody waits for it.
  reading?.catch(() => undefined);
  const columns = best.length === 0 ? [] : await scoreAll(run, used, about, reading);
  const features = await reading;
  const boostOf = parts.boostOf(request);
  const unscored = rest.map(
    (candidate): BlendedCandidate => ({ ...candidate, row: -1, score: 0, parts: [], boost: 1 }),
  );
  const there = weightsOfThere(weights, new Set(columns.map(({ part }) => part)));
  if (there.size > 0 || best.length === 0) {
    return { strategy: chosen, candidates: [...blend(best, columns, there, boostOf), ...unscored], features };
  }
  const rules = await byRules(parts, run, { ...about, features });
  return {
    strategy: 'rule_based',
    candidates: [...blend(best, rules, new Map([['rules', 1]]), boostOf), ...unscored],
    features,
  };
}

function itemsOf(candidates: readonly Candidate[]): Int32Array {
  const items = new Int32Array(candidates.length);
  for (let at = 0; at < items.length; at++) items[at] = candidates[at]!.item;
  return items;
}

type About = Omit<ScoringQuery, 'features'>;

/** A scorer and the features that it needs for this request: models come and go, so that is asked once. */
interface UsedScorer {
  readonly scorer: Scorer;
  readonly wanted: ReturnType<Scorer['features']>;
}

function mayScore({ isPersonal }: Scorer, { user }: SlateRun): boolean {
  return user.agreement === 'agreed' || !isPersonal;
}

async function readFeatures(
  { features: reader, idOf }: RankParts,
  run: SlateRun,
  used: readonly UsedScorer[],
  { items, request }: About,
): Promise<ScoringFeatures | undefined> {
  const userFeatures = [...new Set([...used.flatMap(({ wanted }) => wanted.user), ...SELECTOR_FEATURES])];
  const itemFeatures = [...new Set(used.flatMap(({ wanted }) => wanted.item))];
  const question = { userId: request.userId, itemIds: Array.from(items, idOf), userFeatures, itemFeatures };
  const outcome = await run.stage(FEATURES_STAGE, FEATURES_SHARE, (waiting) => reader.read(question, waiting));
  if (outcome.isDone) return outcome.value;
  run.degrade({ ...outcome.degraded, message: 'no features could be read: the slate is ranked by what needs none' });
  return undefined;
}

async function scoreAll(
  run: SlateRun,
  used: readonly UsedScorer[],
  about: About,
  reading: Promise<ScoringFeatures | undefined> | undefined,
): Promise<PartColumn[]> {
  using clock = run.clock(SCORERS_SHARE);
  const answers = await Promise.all(
    used.map(async ({ scorer, wanted }) => {
      const needsFeatures = wanted.user.length + wanted.item.length > 0;
      const features = needsFeatures ? await reading : undefined;
      return { scorer, outcome: await scoreBy(run, scorer, { ...about, features }, clock) };
    }),
  );
  // In the order of the scorers, not of their answers.
  return answers.flatMap(({ scorer, outcome }) => columnOf(run, scorer.part, outcome));
}

function columnOf(run: SlateRun, part: ScorePart, scores: PartScores | undefined): PartColumn[] {
  if (scores === undefined) return [];
  const { raw, calibrated, probabilities, model } = scores;
  run.useModel(model, part);
  return [{ part, raw, calibrated, ...(probabilities === undefined ? {} : { probabilities }) }];
}

async function scoreBy(
  run: SlateRun,
  scorer: Scorer,
  query: ScoringQuery,
  clock: StageClock,
): Promise<PartScores | undefined> {
  const outcome = await runStage(scorer.name, clock, (waiting) => scorer.score(query, waiting));
  if (outcome.isDone) return outcome.value;
  run.degrade({ ...outcome.degraded, message: scorer.withoutIt });
  return undefined;
}

async function byRules(parts: RankParts, run: SlateRun, query: ScoringQuery): Promise<PartColumn[]> {
  const rules = parts.scorers.find(({ part }) => part === 'rules');
  if (rules === undefined) return [];
  using clock = run.clock(RULES_SHARE);
  return columnOf(run, 'rules', await scoreBy(run, rules, query, clock));
}
