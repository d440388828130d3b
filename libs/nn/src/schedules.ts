import { AppError } from '@attune/errors';

/** How the learning rate moves with the steps of a training. Steps are counted from 0 over all epochs. */
export type Schedule =
  | { readonly kind: 'constant'; readonly learningRate: number }
  /** Multiplied by `factor` after every `every` steps. */
  | { readonly kind: 'step'; readonly learningRate: number; readonly every: number; readonly factor: number }
  /**
   * Rises in a line over `warmUp` steps (Goyal et al. 2017, section 2.2), then falls by half a cosine to `floor` (default 0) in step
   * `total` (Loshchilov and Hutter 2017, equation 5, without restarts).
   */
  | {
      readonly kind: 'cosine';
      readonly learningRate: number;
      readonly warmUp: number;
      readonly total: number;
      readonly floor?: number;
    };

/** Throws `invalid.settings` where a schedule makes no sense. */
export function checkSchedule(schedule: Schedule): void {
  const problems: string[] = [];
  const positive = (x: number) => x > 0 && Number.isFinite(x);
  if (!positive(schedule.learningRate)) problems.push('learningRate must be a positive number');
  if (schedule.kind === 'step') {
    if (!positive(schedule.every)) problems.push('every must be a positive number of steps');
    if (!(schedule.factor > 0 && schedule.factor <= 1)) problems.push('factor must be above 0 and at most 1');
  }
  if (schedule.kind === 'cosine') {
    const { warmUp, total, floor = 0, learningRate } = schedule;
    if (!(warmUp >= 0 && warmUp < total)) problems.push('warmUp must be from 0 to below total');
    if (!(floor >= 0 && floor <= learningRate)) problems.push('floor must be from 0 to learningRate');
  }
  if (problems.length > 0)
    throw new AppError('invalid.settings', `the schedule cannot be used: ${problems.join('; ')}`);
}

/** The learning rate of a step (0 is the first). */
export function learningRateAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.learningRate;
    case 'step':
      return schedule.learningRate * schedule.factor ** Math.floor(step / schedule.every);
    case 'cosine': {
      const { learningRate, warmUp, total, floor = 0 } = schedule;
      // the first step already moves, and step `warmUp` has the whole rate
      if (step < warmUp) return (learningRate * (step + 1)) / (warmUp + 1);
      const done = Math.min(1, (step - warmUp) / (total - warmUp));
      return floor + ((learningRate - floor) * (1 + Math.cos(Math.PI * done))) / 2;
    }
    default:
      schedule satisfies never;
      throw new AppError('invalid.settings', 'the schedule is none of constant, step and cosine');
  }
}
