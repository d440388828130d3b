import { AppError } from '@attune/errors';
import { confidenceSequence, interleavingTest } from '@attune/statistics';
import type { InterleavingFacts } from './samples';
import type { InterleavingResult } from './results';
import type { SequenceTerms } from './sequential-lift';

/** The library's preference is from -0.5 to 0.5; twice that reads as wins minus losses in a hundredth. */
const SCALE = 2;

/** Whom people prefer of two interleaved variants; undefined while there are too few of them to say. */
export function judgeInterleaving(facts: InterleavingFacts, terms: SequenceTerms): InterleavingResult | undefined {
  const { tally, wins, losses, ties } = facts;
  try {
    const test = interleavingTest(tally, { confidence: 1 - terms.alpha });
    const userCount = tally.users.count;
    const look = {
      difference: SCALE * test.preference,
      standardError: SCALE * test.standardError,
      count: userCount,
    };
    return {
      preference: look.difference,
      low: SCALE * test.low,
      high: SCALE * test.high,
      pValue: test.pValue,
      ...{ wins, losses, ties, userCount },
      sequential: confidenceSequence(look, terms),
    };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
