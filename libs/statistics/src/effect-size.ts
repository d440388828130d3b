import type { Moments } from './moments';

/**
 * Cohen's d (Cohen 1988): treatment - control in pooled standard deviations of single units; 0.2 is called small, 0.8 large. Undefined
 * where nothing varies.
 */
export function effectSize(control: Moments, treatment: Moments): number | undefined {
  const freedom = control.count + treatment.count - 2;
  const pooled = (control.variance * (control.count - 1) + treatment.variance * (treatment.count - 1)) / freedom;
  return pooled > 0 ? (treatment.mean - control.mean) / Math.sqrt(pooled) : undefined;
}

/** Cohen's h of two shares (Cohen 1988): 2 asin sqrt(treatment) - 2 asin sqrt(control), on the same scale as d. */
export function effectSizeOfProportions(control: number, treatment: number): number {
  return 2 * Math.asin(Math.sqrt(treatment)) - 2 * Math.asin(Math.sqrt(control));
}
