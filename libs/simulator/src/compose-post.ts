import { pick, type Rng, unit } from './random';
import { TOPICS } from './topics';

/** The words of one post. */
export interface PostText {
  readonly title: string;
  readonly text: string;
  /** Hashtags without their sign. */
  readonly tags: readonly string[];
}

const TITLES = [
  'My {thing} from {place}',
  'The {thing} that changed my week',
  '{Doing} another {thing}',
  'A {thing}, at last',
  'Notes on a {thing}',
  'Why I {doing} the {thing} twice',
  '{Thing} at {place}',
  'What a {thing} taught me',
];

const OPENINGS = [
  'Today I {doing} a {thing} at {place}.',
  'Nobody told me that a {thing} could be this much fun.',
  'It took three tries, but the {thing} finally worked.',
  'Spent the whole morning at {place} with a {thing}.',
  'Unpopular opinion: the {thing} beats the {other}.',
  'We {doing} the {thing} again, this time at {place}.',
  'A year ago I had never {doing} a {thing}.',
  'Met a stranger at {place} who {doing} a {thing} for a living.',
  'Small win of the day: one {thing}, no {other}.',
  'The {thing} looked easy until I {doing} it myself.',
];

const CLOSINGS = [
  'Would do it again tomorrow.',
  'Next up: the {other}.',
  'Any tips for the {other}?',
  'Photos follow when the light is better.',
  'Still thinking about {place}.',
  'Has anyone here {doing} one before?',
  'Thanks to everybody who talked me into it.',
  'I learned more from the mistakes than from the plan.',
  'Tell me what you would change.',
  'The {other} can wait.',
];

/** Writes a post about its main topic; a second topic lends a hashtag and sometimes a sentence. */
export function composePost(rng: Rng, mainTopic: number, secondTopic: number): PostText {
  const fill = filler(rng, mainTopic);
  const sentences = [fill(pick(rng, OPENINGS)), fill(pick(rng, CLOSINGS))];
  if (secondTopic >= 0 && unit(rng) < 0.6) sentences.splice(1, 0, filler(rng, secondTopic)(pick(rng, OPENINGS)));
  const tags = pickTags(rng, mainTopic, secondTopic);
  const text = `${sentences.join(' ')} ${tags.map((tag) => `#${tag}`).join(' ')}`;
  return { title: fill(pick(rng, TITLES)), text, tags };
}

function filler(rng: Rng, topicIndex: number): (template: string) => string {
  const { things, doings, places } = TOPICS[topicIndex]!;
  const thingAt = Math.floor(unit(rng) * things.length);
  const values: Record<string, string> = {
    thing: things[thingAt]!,
    other: things[(thingAt + 1 + Math.floor(unit(rng) * (things.length - 1))) % things.length]!,
    doing: pick(rng, doings),
    place: pick(rng, places),
  };
  return (template) =>
    template.replace(/\b([Aa]) \{thing\}|\{(\w+)\}/g, (_, article: string | undefined, name: string | undefined) => {
      if (article !== undefined) return `${article}${/^[aeiou]/.test(values.thing!) ? 'n' : ''} ${values.thing}`;
      const word = values[name!.toLowerCase()]!;
      return name! === name!.toLowerCase() ? word : word[0]!.toUpperCase() + word.slice(1);
    });
}

function pickTags(rng: Rng, mainTopic: number, secondTopic: number): string[] {
  const count = 1 + Math.floor(unit(rng) * 3);
  const tags = new Set<string>();
  while (tags.size < count) tags.add(pick(rng, TOPICS[mainTopic]!.tags));
  if (secondTopic >= 0) tags.add(pick(rng, TOPICS[secondTopic]!.tags));
  return [...tags];
}
