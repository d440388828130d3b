import type { ScorePart, SourceName } from '../surface';

/** What each source proposes, spoken to the user: `number 3 of <this>`. */
const SOURCE_WORDS: Readonly<Record<SourceName, string>> = {
  collaborative: 'what people with your taste liked',
  item_item: 'what goes with items that you liked',
  content: 'what is about the same things as items that you liked',
  neural: 'what the neural model expects you to like',
  social: 'what people liked lately whom you follow',
  similar: 'what is like the item that the slate is beside',
  trending: 'what is popular with everybody',
  fresh: 'what is new',
  recent_popularity: 'what most people did something with in the last days',
};

/** What each part of a score says of an item, spoken to the user. */
const PART_WORDS: Readonly<Record<ScorePart, string>> = {
  collaborative: 'the taste of people like you',
  content: 'how much it is like what you liked',
  neural: 'what the neural model expects',
  popularity: 'how popular it is with everybody',
  engagement: 'how likely you are to do something with it',
  rules: 'the rules: your interests, its age, popularity, trust, and people you follow',
};

/** What a source proposes; the name itself where a later build has other sources. */
export function sourceWords(source: string): string {
  return (SOURCE_WORDS as Readonly<Record<string, string>>)[source] ?? `what the source "${source}" proposes`;
}

/** What a part says; the name itself where a later build has other parts. */
export function partWords(part: string): string {
  return (PART_WORDS as Readonly<Record<string, string>>)[part] ?? `what "${part}" says`;
}

/** A feature's name as words: `item_age_days` is `its age days`. For features that nobody described. */
export function featureWords(name: string): string {
  const words = (prefix: string) => name.slice(prefix.length).replaceAll('_', ' ');
  if (name.startsWith('user_item_')) return words('user_item_');
  if (name.startsWith('user_')) return `your ${words('user_')}`;
  if (name.startsWith('item_')) return `its ${words('item_')}`;
  return words('');
}

/** The sentence with its first letter as a capital. */
export function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `34 %`; less than a hundredth of the whole is said as that. */
export function percent(share: number): string {
  const rounded = Math.round(100 * share);
  return rounded === 0 && share > 0 ? 'less than 1 %' : `${rounded} %`;
}

/** `1st`, `2nd`, `13th`. */
export function ordinal(place: number): string {
  const teens = place % 100 >= 11 && place % 100 <= 13;
  return `${place}${teens ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th')}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Hours as people say them: `5 hours`, `7 days`, `for ever` for infinity. */
export function durationWords(hours: number): string {
  if (hours === Number.POSITIVE_INFINITY) return 'for ever';
  const [count, unit] = hours < 48 ? [hours, 'hour'] : [hours / 24, 'day'];
  const shown = Number(count.toFixed(count < 10 && !Number.isInteger(count) ? 1 : 0));
  return `${shown} ${unit}${shown === 1 ? '' : 's'}`;
}
