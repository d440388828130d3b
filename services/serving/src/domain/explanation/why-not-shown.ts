import { type DecidedItem, type Decision, isRanked } from '../decision';
import { addedBy } from './why-shown';
import { capitalized, durationWords, listed, ordinal, partWords, sourceWords } from './words';

/** Why an item was not shown. */
export interface NotShown {
  /** The stage that removed it or what it lacked, in a sentence. */
  readonly because: string;
  /** In a few words. */
  readonly primaryReason: string;
  readonly reasons: readonly string[];
  /** From 0 to 1: 1 where the record says it, less where it leaves more than one possibility. */
  readonly certainty: number;
}

/** What is known beside the record. Configuration is of the version that the record names, or absent. */
export interface Beside {
  readonly seenHours: Readonly<Record<string, number>> | undefined;
  readonly rankDepth: number | undefined;
  /** False where nobody here ever heard of an item with this id. */
  readonly isKnown: boolean;
  /** By the short name of a source: why it cannot have proposed the item, as far as that can be said now. */
  readonly absences: ReadonlyMap<string, string>;
}

/** What each filter takes out, spoken to the user. */
const FILTER_WORDS: Readonly<Record<string, string>> = {
  already_seen: 'you did something with it already',
  own_items: 'you published it',
  hidden: 'you hid or reported it',
  excluded: 'the request asked for a slate without it',
  blocked_author: 'you block its author',
  hidden_topic: 'you do not want to see one of its topics',
  unavailable: 'it was taken out of every slate',
};
/** Of several possibilities one is true. */
const HALF_CERTAIN = 0.5;
/** What is known now was nearly always known then. */
const NEARLY_CERTAIN = 0.9;

/** Why an item is not in the slate: a filter, its rank, or that nobody proposed it; by what the record says. */
export function whyNotShown(decision: Decision, itemId: string, beside: Beside): NotShown {
  const removing = decision.filters.find(({ removedItemIds }) => removedItemIds.includes(itemId));
  if (removing !== undefined) return removedBy(removing.filter, decision, beside);
  const runnerUp = decision.runnersUp.find((item) => item.itemId === itemId);
  if (runnerUp !== undefined) return rankedBelow(decision, runnerUp, beside);
  return notInTheRecord(decision, beside);
}

function removedBy(filter: string, { surface }: Decision, { seenHours }: Beside): NotShown {
  const words = FILTER_WORDS[filter] ?? `the filter "${filter}" does not let it pass`;
  const windows = filter === 'already_seen' && seenHours !== undefined ? windowWords(surface, seenHours) : [];
  return {
    because: `The filter ${filter} removed it: ${words}`,
    primaryReason: capitalized(words),
    reasons: windows,
    certainty: 1,
  };
}

/** For how long items stay away after which interactions, those of equal length together. */
function windowWords(surface: string, seenHours: Readonly<Record<string, number>>): string[] {
  const typesByHours = new Map<number, string[]>();
  for (const [type, hours] of Object.entries(seenHours)) {
    if (hours > 0) typesByHours.set(hours, [...(typesByHours.get(hours) ?? []), type]);
  }
  return Array.from(typesByHours, ([hours, types]) => {
    const length = hours === Number.POSITIVE_INFINITY ? 'for ever' : `for ${durationWords(hours)}`;
    return `On the surface "${surface}" items stay away ${length} after ${listed(types)}`;
  });
}

function rankedBelow(decision: Decision, item: DecidedItem, { rankDepth }: Beside): NotShown {
  const { slate } = decision;
  const place = ordinal(item.position + 1);
  const scored = [...slate, ...decision.runnersUp].some(({ partScores }) => partScores.length > 0);
  if (scored && item.partScores.length === 0) {
    const depth = rankDepth === undefined ? '' : ` ${rankDepth}`;
    return {
      because: `It was proposed, but not among the${depth} candidates that its sources think most of, which alone are scored`,
      primaryReason: 'Other candidates were thought more of',
      reasons: proposedBy(item),
      certainty: 1,
    };
  }
  const last = slate.findLast(({ placedBy }) => isRanked(placedBy));
  if (last === undefined) {
    const because = `It was ranked ${place}; the places of this slate were taken by what operators want and by chance`;
    return { because, primaryReason: 'Other items were ranked higher', reasons: proposedBy(item), certainty: 1 };
  }
  const gap = last.score - item.score;
  const against = `its score is ${item.score.toFixed(4)}, that of the last ranked item of the slate, "${last.itemId}", ${last.score.toFixed(4)}`;
  if (gap <= 0) {
    const because = `It was ranked ${place}, below the ${slate.length} that were shown, for the sake of variety: ${against}`;
    return { because, primaryReason: 'The slate had enough of its kind', reasons: proposedBy(item), certainty: 1 };
  }
  return {
    because: `It was ranked ${place}, below the ${slate.length} that were shown: ${against}`,
    primaryReason: 'Other items were ranked higher',
    reasons: [...whatItLacked(item, last), ...proposedBy(item)],
    certainty: 1,
  };
}

/** The parts in which it fell behind, what cost it most first. */
function whatItLacked(item: DecidedItem, last: DecidedItem): string[] {
  const behind = last.partScores.flatMap((theirs) => {
    const own = item.partScores.find(({ part }) => part === theirs.part);
    if (own === undefined) return [];
    const cost = addedBy(theirs) - addedBy(own);
    return cost > 0 ? [{ part: own.part, own: own.calibrated, theirs: theirs.calibrated, cost }] : [];
  });
  behind.sort((a, b) => b.cost - a.cost);
  const parts = behind.map(
    ({ part, own, theirs, cost }) =>
      `${capitalized(partWords(part))}: ${own.toFixed(2)} against ${theirs.toFixed(2)}, which cost it ${cost.toFixed(3)}`,
  );
  if (item.boost === last.boost) return parts;
  return [
    ...parts,
    `Its score was multiplied by ${item.boost} for operators, that of "${last.itemId}" by ${last.boost}`,
  ];
}

function proposedBy({ sourceScores }: DecidedItem): string[] {
  const bestFirst = [...sourceScores].sort((a, b) => a.rank - b.rank);
  return bestFirst.map(({ source, rank }) => `It is number ${rank + 1} of ${sourceWords(source)}`);
}

/** Nobody proposed it, or it is one of those that a record counts and does not name. */
function notInTheRecord(decision: Decision, { absences, isKnown }: Beside): NotShown {
  if (!isKnown) {
    const because = 'Nothing is known here of an item with this id, so no source can have proposed it';
    return { because, primaryReason: 'There is no such item', reasons: [], certainty: NEARLY_CERTAIN };
  }
  const { filters, slate, runnersUp, candidateCount } = decision;
  const removed = filters.reduce((sum, { removedCount }) => sum + removedCount, 0);
  const pinned = slate.filter(({ sourceScores }) => sourceScores.length === 0).length;
  const lower = Math.max(0, candidateCount - removed - (slate.length - pinned) - runnersUp.length);
  const full = filters.filter(({ removedCount, removedItemIds }) => removedCount > removedItemIds.length);
  const possible = [
    ...(lower > 0 ? [`it is one of ${lower} candidates that were ranked lower than the record goes`] : []),
    ...full.map(
      ({ filter, removedCount, removedItemIds }) =>
        `the filter ${filter} removed it, as one of ${removedCount - removedItemIds.length} that the record does not name`,
    ),
  ];
  const reasons = sourcesSay(decision, absences);
  if (possible.length === 0) {
    const because = `No source proposed it: it is none of the ${candidateCount} candidates`;
    return { because, primaryReason: 'No source proposed it', reasons, certainty: 1 };
  }
  return {
    because: `No source proposed it, or ${possible.join(', or ')}`,
    primaryReason: 'It is not among the best candidates',
    reasons,
    certainty: HALF_CERTAIN,
  };
}

/** Why each source did not propose it, as far as that can be said. */
function sourcesSay({ sources, degraded }: Decision, absences: ReadonlyMap<string, string>): string[] {
  return sources.map(({ source, candidateCount, note }) => {
    const words = capitalized(sourceWords(source));
    const failed = degraded.find(({ stage }) => stage === `sources/${source}`);
    if (failed !== undefined && candidateCount === 0) return `${words}: could not be asked (${failed.code})`;
    if (candidateCount === 0) return `${words}: nothing was proposed${note === '' ? '' : `, for ${note}`}`;
    const absence = absences.get(source);
    return `${words}: ${absence ?? `${candidateCount} others were proposed`}`;
  });
}
