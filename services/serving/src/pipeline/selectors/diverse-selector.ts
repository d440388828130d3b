import type { BlendedCandidate } from '../../domain/blend';
import type { Choices, DiversityWeights } from '../../domain/diversify';
import { columnOf } from '../../domain/feature-table';
import { noveltyOf } from '../../domain/novelty';
import { pinsAt } from '../../domain/pins';
import { selectSlate } from '../../domain/select-slate';
import type { ItemCatalog } from '../../item-ports';
import type { Filter, PlacedCandidate, Selection, Selector } from '../parts';

/** Of a user whose preference nobody knows, or may look at: neither for variety nor against it. */
const NEUTRAL_PREFERENCE = 0.5;
/** More of those below the slate nobody looks at: the record keeps fifty. */
const RUNNERS_UP = 100;
const PREFERENCE = 'user_diversity_preference';
/** What tells how many people know an item, the best first. */
const FAMILIARITY_FEATURES = ['item_views', 'item_popularity_decayed'];
const FAMILIARITY_SOURCES = ['trending', 'recent_popularity'];

type Catalog = Pick<ItemCatalog, 'find' | 'authorOf' | 'categoryOf'>;

/** What the selector needs. */
export interface DiverseSelectorParts {
  readonly catalog: Catalog;
  /** Filters that no operator overrules by pinning an item: what users and callers forbade, and what is not available. */
  readonly forbidding: readonly Filter[];
}

/** Places pins, leaves some places to chance, and fills the others with what is good, unlike the rest, and new to most. */
export function diverseSelector(parts: DiverseSelectorParts): Selector {
  return {
    name: 'selectors/diverse',
    description:
      'fills the slate by score, likeness of authors and categories, and novelty, with pins of operators and places left to chance',
    select: (selection) => select(parts, selection),
  };
}

function select({ catalog, forbidding }: DiverseSelectorParts, selection: Selection): ReturnType<Selector['select']> {
  const { request, user, random } = selection;
  const { surface, count, nowMs } = request;
  const tests = surface.pins.length === 0 ? [] : forbidding.flatMap((filter) => filter.removes(request, user) ?? []);
  const mayBeShown = (item: number) => !tests.some((removes) => removes(item));
  const pins = pinsAt(surface.pins, { count, nowMs }, { find: (itemId) => catalog.find(itemId), mayBeShown });
  const isPinned = new Set(pins.map(({ item }) => item));
  const candidates =
    pins.length === 0 ? selection.candidates : selection.candidates.filter(({ item }) => !isPinned.has(item));
  const scored = scoredOf(candidates);
  const { slate, below } = selectSlate({
    count,
    candidateCount: candidates.length,
    scored: choicesOf(catalog, scored, selection),
    diversity: weightsFor(selection),
    exploration: surface.exploration,
    arms: selection.arms,
    proposedBy: (source, at) => candidates[at]!.sourceScores.some((one) => one.source === source),
    pins,
    pinned: {
      authors: pins.map(({ item }) => catalog.authorOf(item)),
      categories: pins.map(({ item }) => catalog.categoryOf(item)),
    },
    random,
  });
  return {
    slate: slate.map(({ placedBy, at, propensity }): PlacedCandidate => {
      const candidate = placedBy === 'pin' ? pinnedCandidate(selection, pins[at]!.item) : candidates[at]!;
      return { candidate, placedBy, propensity };
    }),
    runnersUp: below
      .slice(0, RUNNERS_UP)
      .map((at) => ({ candidate: candidates[at]!, propensity: 1, placedBy: 'rank' })),
  };
}

function choicesOf(catalog: Catalog, scored: readonly BlendedCandidate[], selection: Selection): Choices {
  const scores = new Float64Array(scored.length);
  const authors = new Int32Array(scored.length);
  const categories = new Int32Array(scored.length);
  for (let at = 0; at < scored.length; at++) {
    const { item, score } = scored[at]!;
    scores[at] = score;
    authors[at] = catalog.authorOf(item);
    categories[at] = catalog.categoryOf(item);
  }
  return { scores, authors, categories, novelty: noveltyOf(familiarityOf(scored, selection)) };
}

/** The candidates before the first that was not scored. */
function scoredOf(candidates: readonly BlendedCandidate[]): readonly BlendedCandidate[] {
  const end = candidates.findIndex(({ row }) => row < 0);
  return end < 0 ? candidates : candidates.slice(0, end);
}

function weightsFor({ request, user, features }: Selection): DiversityWeights {
  const { most, author, category, novelty } = request.surface.diversity;
  const known = features?.user.find(({ name }) => name === PREFERENCE)?.value;
  const mayLook = user.agreement === 'agreed' && typeof known === 'number' && Number.isFinite(known);
  const preference = mayLook ? Math.min(1, Math.max(0, known)) : NEUTRAL_PREFERENCE;
  return { likeness: most * preference, author, category, novelty: novelty * preference };
}

/** [n]: how many people know each item, NaN where nobody can say: by its features, its popularity score, or what counts popularity. */
function familiarityOf(scored: readonly BlendedCandidate[], { features }: Selection): Float64Array {
  const table = features?.items;
  const column = table === undefined ? -1 : firstFound(FAMILIARITY_FEATURES, (name) => columnOf(table, name));
  if (table !== undefined && column >= 0) {
    const values = new Float64Array(scored.length);
    for (let at = 0; at < values.length; at++)
      values[at] = table.values[scored[at]!.row * table.names.length + column]!;
    return values;
  }
  return Float64Array.from(scored, ({ parts, sourceScores }) => {
    const part = parts.find((own) => own.part === 'popularity')?.raw;
    const source = FAMILIARITY_SOURCES.map((name) => sourceScores.find((own) => own.source === name)?.score);
    return part ?? source.find((score) => score !== undefined) ?? Number.NaN;
  });
}

function firstFound(names: readonly string[], columnOf: (name: string) => number): number {
  for (const name of names) {
    const column = columnOf(name);
    if (column >= 0) return column;
  }
  return -1;
}

// An item that no source proposed has no score of its own.
function pinnedCandidate({ candidates }: Selection, item: number): BlendedCandidate {
  return (
    candidates.find((candidate) => candidate.item === item) ?? {
      item,
      sourceScores: [],
      row: -1,
      score: 0,
      parts: [],
      boost: 1,
    }
  );
}
