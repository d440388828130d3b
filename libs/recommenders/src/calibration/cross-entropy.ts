/** -ln of the probability of a target in [0, 1] under log-odds, in nats, without overflow. */
export function crossEntropy(target: number, logOdds: number): number {
  return Math.max(logOdds, 0) - logOdds * target + Math.log1p(Math.exp(-Math.abs(logOdds)));
}
