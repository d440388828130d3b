import { setTimeout } from 'node:timers/promises';
import { type AlertWatch, isAtWork } from './timeline.ts';
import type { VirtualClock, VirtualFleet } from './virtual-fleet.ts';

/** What a fleet does every minute, here every half hour. */
const ROUND_MS = 1_800_000;
const POLL_MS = 50;

/** What rounds are of. */
export interface RoundsOptions {
  readonly fleet: VirtualFleet;
  readonly clock: VirtualClock;
  readonly watch: AlertWatch;
  readonly model: string;
}

/**
 * Lets the virtual clock go on, and the fleet measure, detect and learn whenever half an hour has passed by it. While a challenger is trained
 * or proved the clock stands: a day passes here in less time than that takes.
 */
export function roundsBy({ fleet, clock, watch, model }: RoundsOptions) {
  let doneUntil = Math.floor(clock.now().getTime() / ROUND_MS);
  let last = Promise.resolve();
  const round = async () => {
    await fleet.caughtUp();
    await fleet.rounds.measure();
    await fleet.rounds.detect();
    // alerts go to training by the log
    if (await watch.look(clock.now())) await fleet.caughtUp();
    await fleet.rounds.learn();
    while (await isAtWork(fleet, model)) {
      await setTimeout(POLL_MS);
      await fleet.rounds.learn();
    }
  };
  return (time: Date): Promise<void> => {
    last = last.then(async () => {
      clock.goTo(time);
      const at = Math.floor(clock.now().getTime() / ROUND_MS);
      if (at <= doneUntil) return;
      doneUntil = at;
      await round();
    });
    return last;
  };
}
