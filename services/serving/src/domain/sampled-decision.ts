/**
 * Whether a decision is among the share of them that is recorded. The end of its id is random and the same everywhere, so whoever asks
 * about a decision gets the same answer, and the sample is not bound to users or times.
 */
export function isSampled(decisionId: string, share: number): boolean {
  return Number.parseInt(decisionId.slice(-8), 16) / 2 ** 32 < share;
}
