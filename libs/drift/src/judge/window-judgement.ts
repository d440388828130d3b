/** What is said of a window. */
export type WindowVerdict = 'insufficient_data' | 'calm' | 'odd' | 'drift';

/** A score with its bound. */
export interface JudgedScore {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly isOdd: boolean;
}

/** One window, judged. */
export interface WindowJudgement {
  readonly at: Date;
  /** `odd` is a window out of the ordinary that may be chance; `drift` is one that was confirmed by another. */
  readonly verdict: WindowVerdict;
  /** Whether the drift begins with this judgement: what somebody is told of. */
  readonly hasBegun: boolean;
  /** While there is drift: the beginning of its first odd window. */
  readonly since: Date | null;
  readonly scores: readonly JudgedScore[];
  /** In a sentence. */
  readonly reason: string;
}

/** A judgement with its reason in words. */
export function withReason(judgement: Omit<WindowJudgement, 'reason'>): WindowJudgement {
  return { ...judgement, reason: reasonOf(judgement.verdict, judgement.scores) };
}

function reasonOf(verdict: WindowVerdict, scores: readonly JudgedScore[]): string {
  const short = (value: number) => String(Number(value.toPrecision(3)));
  const odd = scores
    .filter(({ isOdd }) => isOdd)
    .map(({ name, value, bound }) => `${name} is ${short(value)} (bound ${short(bound)})`);
  switch (verdict) {
    case 'insufficient_data':
      return 'there is too little history to compare with, or too few values';
    case 'calm':
      return 'as at the same time of the days before';
    case 'odd':
      return `out of the ordinary, not yet confirmed: ${odd.join(', ')}`;
    case 'drift':
      return odd.length > 0
        ? `other than at the same time of the days before: ${odd.join(', ')}`
        : 'drift that is ending';
    default:
      return verdict satisfies never;
  }
}
