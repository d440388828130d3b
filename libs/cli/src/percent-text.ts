/** A share as people read it, with at most so many decimals: `12.5 %`. */
export function percentText(share: number, decimals = 2): string {
  return `${Number((100 * share).toFixed(decimals))} %`;
}
