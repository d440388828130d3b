import type { DecidedItem, Decision, PartScore } from '../decision';
import { capitalized, durationWords, partWords, percent, sourceWords } from './words';

/** Values of features by name, as they were read for the item; what is missing is absent. */
export type KnownFeatures = ReadonlyMap<string, number>;

/** Below this a share of somebody's interest is not worth a sentence. */
const LEAST_SHARE = 0.02;
const NEW_DAYS = 3;

/**
 * Why an item is where it is, in sentences: what put it there, the largest share of its score, what is known of it and the user, the
 * other shares, which sources proposed it. Everything is of the record, so it says what decided then.
 */
export function whyShown(decision: Decision, item: DecidedItem, known: KnownFeatures): string[] {
  const shares = scoreReasons(item.partScores);
  return [
    ...placementReasons(item),
    ...impersonalReasons(decision),
    ...shares.slice(0, 1),
    ...factReasons(known),
    ...shares.slice(1),
    ...boostReasons(item),
    ...sourceReasons(item),
  ];
}

const TEAM = 'team:';

/** What put an item into its place where that was not its score. */
function placementReasons({ placedBy, propensity, position }: DecidedItem): string[] {
  switch (placedBy) {
    case 'pin':
      return [`An operator wants it in place ${position + 1} of this surface`];
    case 'exploration':
      return [
        `It was drawn by chance, so that what few people were shown can be learned about: its chance was ${percent(propensity)}`,
      ];
    case 'rank':
      return [];
    default:
      return [
        `It was picked by the ranking of variant "${placedBy.slice(TEAM.length)}", which this slate compares with another`,
      ];
  }
}

function impersonalReasons({ personalization }: Decision): string[] {
  switch (personalization) {
    case 'no_consent':
      return ['You did not agree to personalization, so it was chosen as for everybody'];
    case 'unknown_user':
      return ['No model knows you yet, so it was chosen as for everybody'];
    case 'degraded':
      return ['What could make the slate personal was out of order, so it was chosen as for everybody'];
    case 'personal':
      return [];
    default:
      return personalization satisfies never;
  }
}

/** What each scorer said, the largest share of the score first. */
function scoreReasons(parts: readonly PartScore[]): string[] {
  const total = parts.reduce((sum, part) => sum + addedBy(part), 0);
  const strongestFirst = [...parts].sort((a, b) => addedBy(b) - addedBy(a));
  return strongestFirst.map((part) => {
    const words = capitalized(partWords(part.part));
    const value = `${part.calibrated.toFixed(2)} of 1`;
    if (part.raw === undefined) return `${words}: not known of this item, ${value} stands in for it`;
    return `${words}: ${value}${total > 0 ? `, which makes ${percent(addedBy(part) / total)} of its score` : ''}`;
  });
}

/** What a part added to a score, before boosts. */
export function addedBy({ calibrated, weight }: PartScore): number {
  return calibrated * weight;
}

function boostReasons({ boost }: DecidedItem): string[] {
  if (boost === 1) return [];
  const times = Number(boost.toPrecision(3));
  return [`An operator wants to see ${boost > 1 ? 'more' : 'less'} of it: its score was multiplied by ${times}`];
}

/** What is known of the item and the user that people understand without a model. */
function factReasons(known: KnownFeatures): string[] {
  const facts: string[] = [];
  const people = known.get('user_item_social_proof') ?? 0;
  if (people >= 1)
    facts.push(`${people === 1 ? '1 person' : `${people} people`} whom you follow did something with it`);
  const match = known.get('user_item_interest_match') ?? 0;
  if (match >= LEAST_SHARE) facts.push(`Its topics make up ${percent(match)} of what interests you`);
  const affinity = known.get('user_item_author_affinity') ?? 0;
  if (affinity >= LEAST_SHARE) facts.push(`${percent(affinity)} of what you liked lately is by its author`);
  const ageDays = known.get('item_age_days');
  if (ageDays !== undefined && ageDays >= 0 && ageDays <= NEW_DAYS) {
    facts.push(`It is new: published ${ageDays < 1 / 24 ? 'within the hour' : `${durationWords(24 * ageDays)} ago`}`);
  }
  return facts;
}

function sourceReasons({ sourceScores }: DecidedItem): string[] {
  const bestFirst = [...sourceScores].sort((a, b) => a.rank - b.rank);
  return bestFirst.map(({ source, rank }) => `It is number ${rank + 1} of ${sourceWords(source)}`);
}
