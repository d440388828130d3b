/** A share as people read it, with its sign: `+5.2 %`. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return share > 0 ? 'without bound' : 'without bound below';
  return `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

/** A number with three digits that count. */
export function valueText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'unknown';
}
