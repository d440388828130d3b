import { SentimentIntensityAnalyzer } from 'vader-sentiment';

/** Longer texts are judged by their beginning: the analysis takes longer than their length. */
const MAX_CHARACTERS = 2_000;

/** The compound score of VADER (Hutto and Gilbert 2014), from -1 to 1, for English; NaN for a text without words. */
export function sentimentOf(text: string): number {
  const beginning = text.slice(0, MAX_CHARACTERS);
  if (!/\p{L}/u.test(beginning)) return Number.NaN;
  return SentimentIntensityAnalyzer.polarity_scores(beginning).compound;
}
