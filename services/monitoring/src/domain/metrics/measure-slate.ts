import type { LabelSetMaker } from './label-sets';
import type { SeriesBuilder } from './series-builder';
import { type JoinedSlate, outcomeOf, type SlateOutcome } from './slate-outcome';

const MS_PER_SECOND = 1_000;

/** Adds one slate to the series of its minute. */
export function measureSlate(into: SeriesBuilder, slate: JoinedSlate, labels: LabelSetMaker): void {
  const sets = labels.of(slate);
  const add = (series: string, value: number, times = 1) => {
    for (const set of sets(series)) into.at(series, set).add(value, times);
  };
  const outcome = outcomeOf(slate);
  addQuality(add, slate, outcome);
  addOperation(add, slate);
}

type Add = (series: string, value: number, times?: number) => void;

function addQuality(add: Add, { itemIds }: JoinedSlate, outcome: SlateOutcome): void {
  add('click_rate', Number(outcome.isClicked));
  add('engagement_rate', Number(outcome.isEngaged));
  add('hide_rate', Number(outcome.isHidden));
  add('mrr', outcome.reciprocalRank);
  if (outcome.ndcg !== undefined) add('ndcg@10', outcome.ndcg);
  add('ctr', 1, outcome.clicked.size);
  add('ctr', 0, itemIds.length - outcome.clicked.size);
}

function addOperation(add: Add, slate: JoinedSlate): void {
  add('slates', 1);
  add('requests', 1);
  add('compute_seconds', slate.latencyMs / MS_PER_SECOND);
  add('impressions', 1, slate.itemIds.length);
  add('recommend_latency_ms', slate.latencyMs);
  add('degraded_share', Number(slate.isDegraded));
  add('fallback_share', Number(slate.isFallback));
  add('exploration_share', 1, slate.exploredCount);
  add('exploration_share', 0, slate.itemIds.length - slate.exploredCount);
  add('candidate_count', slate.candidateCount);
}
