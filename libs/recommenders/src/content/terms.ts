import type { ItemContent } from '../model';
import { STOP_WORDS } from './stop-words';

// Scripts that write words without spaces: pairs of letters stand in for words.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const TOKEN = /#?[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*(?:['’][\p{L}\p{N}\p{M}]+)*/gu;

/** Letters of one form: compatible characters made equal, lower case, straight apostrophes. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'");
}

/** The words of a text and its hashtags, in order. Words of one letter and stop words are left out, a possessive 's too. */
export function tokenize(text: string): { readonly words: string[]; readonly hashtags: string[] } {
  const words: string[] = [];
  const hashtags: string[] = [];
  for (const [token] of plain(text).matchAll(TOKEN)) {
    if (token.startsWith('#')) {
      hashtags.push(token.slice(1));
      continue;
    }
    const word = token.replace(/'s$/, '');
    const spaced = word.replaceAll(UNSPACED, (run) => {
      for (const pair of pairsOf(run)) words.push(pair);
      return ' ';
    });
    for (const rest of spaced.split(' ')) if (isWord(rest)) words.push(rest);
  }
  return { words, hashtags };
}

function pairsOf(run: string): string[] {
  const letters = [...run];
  if (letters.length === 1) return letters;
  return letters.slice(1).map((letter, at) => letters[at]! + letter);
}

function isWord(word: string): boolean {
  return word.length > 1 && !STOP_WORDS.has(word);
}

/** How much the fields of an item count beside its words. */
export interface FieldWeights {
  readonly tagWeight: number;
  readonly categoryWeight: number;
}

/**
 * The terms of an item with how often each is there, times the weight of its field. Words are themselves, tags begin with `#`,
 * the category with `@`. The words of a tag count as words, too: "space opera" is near a text about space.
 */
export function countTerms(content: ItemContent, { tagWeight, categoryWeight }: FieldWeights): Map<string, TermCount> {
  const counts = new Map<string, TermCount>();
  const add = (term: string, weight: number) => {
    if (weight === 0) return;
    const known = counts.get(term);
    if (known === undefined) counts.set(term, { count: 1, weight });
    else known.count++;
  };
  const addTag = (tag: string) => {
    const name = plain(tag.replace(/^#/, ''))
      .trim()
      .replaceAll(/[\s_-]+/g, ' ');
    if (name !== '') add(`#${name}`, tagWeight);
  };
  const text = tokenize(content.text);
  for (const word of text.words) add(word, 1);
  for (const tag of new Set([...text.hashtags, ...content.tags])) {
    addTag(tag);
    for (const word of tokenize(tag.replace(/^#/, '')).words) add(word, 1);
  }
  const category = plain(content.category).trim();
  if (category !== '') add(`@${category}`, categoryWeight);
  return counts;
}

/** How often a term is in an item, and the weight of its field. */
export interface TermCount {
  count: number;
  readonly weight: number;
}
