import { AppError, isAppError } from '@attune/errors';
import type { DecisionReader, RecentDecisions } from '../decision-ports';
import type { DecidedItem, Decision } from '../domain/decision';
import { confidenceInShown } from '../domain/explanation/confidence';
import type { Explanation } from '../domain/explanation/explanation';
import { type Beside, whyNotShown } from '../domain/explanation/why-not-shown';
import { type KnownFeatures, whyShown } from '../domain/explanation/why-shown';
import type { ItemCatalog } from '../item-ports';
import type { ModelShelf } from '../model-ports';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { Surfaces, Waiting } from '../ports';
import type { KeptUserReader } from '../user-ports';
import type { RecommendCall } from './decide-slate';
import type { makeExplainPrediction } from './explain-prediction';
import { absencesOf } from './why-no-source';

/** What is to be explained: an item of a decision, or an item for a user as of now, where `decisionId` is empty. */
export interface ExplainQuery {
  readonly decisionId: string;
  readonly userId: string;
  /** Empty for the first item of the slate. */
  readonly itemId: string;
  readonly surface: string;
  /** Of the engagement model; empty for `click`. */
  readonly label: string;
}

/** What explaining needs. */
export interface ExplainDecisionParts {
  readonly stored: DecisionReader;
  readonly recent: RecentDecisions;
  readonly users: Pick<KeptUserReader, 'kept'>;
  /** What would be recommended now; nothing of it is recorded. */
  readonly decide: (query: RecommendQuery, call: RecommendCall) => Promise<Decision>;
  readonly explainPrediction: ReturnType<typeof makeExplainPrediction>;
  readonly surfaces: Surfaces;
  readonly catalog: Pick<ItemCatalog, 'find' | 'publishedAtMs'>;
  readonly models: Pick<ModelShelf, 'borrowVersion'>;
}

/** As many as a slate has where nobody says otherwise. */
const USUAL_COUNT = 10;
const OF_NOW = 'This is of now: the slate was made for the explanation and was not served, so no policy was asked.';

/** Makes the use case: why an item was shown, or why not, from what was recorded when the slate was made. */
export function makeExplainDecision(parts: ExplainDecisionParts) {
  return async function explainDecision(query: ExplainQuery, call: RecommendCall): Promise<Explanation> {
    const isOfNow = query.decisionId === '';
    const decision = isOfNow ? await decideNow(query, call) : await find(query, call);
    const itemId = query.itemId || (decision.slate[0]?.itemId ?? '');
    if (itemId === '') {
      const message = `the slate of decision "${decision.decisionId}" is empty, so name the item that you miss (item_id)`;
      throw new AppError('failed_precondition.empty_slate', message);
    }
    const shown = decision.slate.find((item) => item.itemId === itemId);
    const ranked = shown ?? decision.runnersUp.find((item) => item.itemId === itemId);
    const { prediction, caveats } =
      ranked === undefined
        ? { prediction: undefined, caveats: [] }
        : await parts.explainPrediction({ decision, item: ranked, label: query.label }, call);
    const told = shown === undefined ? await notShown(decision, itemId, call) : aboutShown(decision, shown);
    return {
      decisionId: isOfNow ? '' : decision.decisionId,
      itemId,
      position: shown?.position,
      ...told,
      partScores: ranked?.partScores ?? [],
      prediction,
      confidence: shown === undefined ? told.confidence : confidenceInShown(shown, prediction),
      caveats: [...(isOfNow ? [OF_NOW] : []), ...degradedWords(decision), ...caveats],
    };
  };

  function decideNow({ userId, surface }: ExplainQuery, call: RecommendCall): Promise<Decision> {
    const everything = {
      count: USUAL_COUNT,
      context: {},
      excludedItemIds: [],
      includeSeen: false,
      relatedToItemId: '',
    };
    return parts.decide({ userId, surface, ...everything }, call);
  }

  /** The stored record; where it is not there yet, or its store is away, what this process decided a moment ago. */
  async function find({ decisionId, userId }: ExplainQuery, waiting: Waiting): Promise<Decision> {
    const decision = await parts.stored.decision(decisionId, waiting).catch(async (error: unknown) => {
      const own = parts.recent.find(decisionId);
      const mayStandIn =
        isAppError(error, 'not_found') || isAppError(error, 'unavailable') || isAppError(error, 'deadline');
      if (own === undefined || !mayStandIn || (await isForgotten(own, waiting))) throw error;
      return own;
    });
    if (userId === '' || userId === decision.userId) return decision;
    const description = 'is not the user of the decision; leave it empty';
    throw new AppError('invalid.request', `user_id ${description}`, {
      violations: [{ field: 'user_id', description }],
    });
  }

  // Another process may have erased the user since: nothing of them may come back from here.
  async function isForgotten({ userId, decidedAt }: Decision, waiting: Waiting): Promise<boolean> {
    const { forgottenAt } = await parts.users.kept(userId, waiting);
    return forgottenAt !== undefined && forgottenAt >= decidedAt;
  }

  async function notShown(decision: Decision, itemId: string, waiting: Waiting) {
    const { because, primaryReason, reasons, certainty } = whyNotShown(
      decision,
      itemId,
      await beside(decision, itemId, waiting),
    );
    return { primaryReason, reasons, notShownBecause: because, confidence: certainty };
  }

  /** Configuration counts only where it is still of the version that made the slate, and no experiment could have changed it. */
  async function beside(decision: Decision, itemId: string, waiting: Waiting): Promise<Beside> {
    const surface = parts.surfaces.named(decision.surface);
    const isSame = surface.version === decision.surfaceVersion && decision.variants.length === 0;
    return {
      seenHours: isSame ? surface.seenHours : undefined,
      rankDepth: isSame ? surface.rankDepth : undefined,
      isKnown: parts.catalog.find(itemId) >= 0,
      absences: await absencesOf(parts, decision, itemId, waiting),
    };
  }
}

function aboutShown(decision: Decision, item: DecidedItem) {
  const reasons = whyShown(decision, item, knownFeatures(decision, item));
  return { primaryReason: item.reason || (reasons[0] ?? 'Recommended'), reasons, notShownBecause: '', confidence: 0 };
}

/** What was read of the item, numbers only. */
function knownFeatures({ itemFeatures }: Decision, { position }: DecidedItem): KnownFeatures {
  if (itemFeatures === undefined || position >= itemFeatures.rowCount) return new Map();
  const { names, values } = itemFeatures;
  const row = names.map((name, at) => [name, values[position * names.length + at]!] as const);
  return new Map(row.filter(([, value]) => !Number.isNaN(value)));
}

function degradedWords({ degraded }: Decision): string[] {
  return degraded.map(({ stage, message }) => `The stage ${stage} was out of order: ${message}.`);
}
