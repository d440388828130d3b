/** Longer texts are judged by their beginning. */
const MAX_CHARACTERS = 4_000;
const LOWEST = -100;

/**
 * The reading ease of an English text (Flesch 1948): 206.835 - 1.015 words per sentence - 84.6 syllables per word; about 100 is
 * very easy, 0 very hard. NaN for a text without words. Syllables are counted as groups of vowels, less a silent e.
 */
export function readingEase(text: string): number {
  const words = text.slice(0, MAX_CHARACTERS).match(/[\p{L}\p{N}']+/gu) ?? [];
  if (words.length === 0) return Number.NaN;
  const sentences = Math.max(1, text.slice(0, MAX_CHARACTERS).match(/[.!?]+(\s|$)/g)?.length ?? 0);
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  return Math.max(LOWEST, 206.835 - 1.015 * (words.length / sentences) - 84.6 * (syllables / words.length));
}

function syllablesOf(word: string): number {
  const groups =
    word
      .toLowerCase()
      .replace(/e$/, '')
      .match(/[aeiouy]+/g)?.length ?? 0;
  return Math.max(1, groups);
}
