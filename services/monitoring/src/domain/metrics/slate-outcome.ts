import type { OutcomeFact, SlateFact } from '../facts';

/** What users do that metrics ask for by name. */
const CLICK = 'click';
const HIDE = 'hide';
const NDCG_PLACES = 10;

/** A slate with what is measured of it: what came of it, and who got it. */
export interface JoinedSlate extends SlateFact {
  /** The groups that the user was known to be in. `country=DE` */
  readonly segments: readonly string[];
  /** What the user did with it within the attribution window, each once. */
  readonly outcomes: readonly Pick<OutcomeFact, 'type' | 'itemId' | 'isWelcome'>[];
}

/** What came of a slate. */
export interface SlateOutcome {
  /** The places of items that were clicked, and of those that were engaged with in any welcome way, ascending from 0. */
  readonly clicked: ReadonlySet<number>;
  readonly engaged: readonly number[];
  readonly isClicked: boolean;
  readonly isEngaged: boolean;
  readonly isHidden: boolean;
  /** 1 / the first place that was engaged with, counted from 1; 0 where none was. */
  readonly reciprocalRank: number;
  /** Undefined where nothing was engaged with: no order would have been better. */
  readonly ndcg: number | undefined;
}

/** Judges a slate by what users did with it. Clicks and the like on items that are not in it count for the slate, not for a place. */
export function outcomeOf({ itemIds, outcomes }: Pick<JoinedSlate, 'itemIds' | 'outcomes'>): SlateOutcome {
  const placeOf = new Map(itemIds.map((itemId, place) => [itemId, place]));
  const placesOf = (chosen: readonly { readonly itemId: string }[]) =>
    [...new Set(chosen.flatMap(({ itemId }) => placeOf.get(itemId) ?? []))].sort((a, b) => a - b);
  const clicks = outcomes.filter(({ type }) => type === CLICK);
  const welcome = outcomes.filter(({ isWelcome }) => isWelcome);
  const engaged = placesOf(welcome);
  return {
    clicked: new Set(placesOf(clicks)),
    engaged,
    isClicked: clicks.length > 0,
    isEngaged: welcome.length > 0,
    isHidden: outcomes.some(({ type }) => type === HIDE),
    reciprocalRank: engaged.length === 0 ? 0 : 1 / (engaged[0]! + 1),
    ndcg: engaged.length === 0 ? undefined : ndcgOf(engaged),
  };
}

/** DCG with a gain of 1 per place that was engaged with, divided by that of a slate that begins with them (Jaervelin and Kekaelaeinen 2002). */
function ndcgOf(places: readonly number[]): number {
  let [gain, ideal] = [0, 0];
  places.slice(0, NDCG_PLACES).forEach((place, at) => {
    ideal += discount(at);
    if (place < NDCG_PLACES) gain += discount(place);
  });
  return gain / ideal;
}

/** Of a place counted from 0. */
function discount(place: number): number {
  return 1 / Math.log2(place + 2);
}
