import type { Score } from './score';
import type { ScoreDay } from './score-history';
import type { WindowJudgement } from './window-judgement';

/** Names of the odd scores of a window. */
export interface OddScores {
  readonly at: number;
  readonly odd: ReadonlySet<string>;
}

/** What the history of scores is told of a window, at once or when the next window has come. */
export interface Remembered {
  readonly at: number;
  readonly scores: readonly (Score & { readonly bound: number })[];
  /** Whether the weeks before had a say. */
  readonly byWeeks: boolean;
}

/** All that a judge knows after a window, but for the windows themselves. */
export interface JudgeState {
  /** When it began. */
  readonly first: number;
  readonly latest: WindowJudgement;
  /** Of the last windows, newest last. */
  readonly recent: readonly OddScores[];
  readonly calmRun: number;
  /** An odd window that the next one may confirm. */
  readonly unconfirmed: Remembered | undefined;
  /** Scores against the days before alone: all that there is in the first three weeks. */
  readonly byDays: ReadonlyMap<string, readonly ScoreDay[]>;
  /** Scores of which the weeks before have a say. */
  readonly byWeeks: ReadonlyMap<string, readonly ScoreDay[]>;
}
