import type { Feature } from './feature';
import { sharesOf } from './shares';

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** At which hours a user is active. */
export const userHourPattern: Feature = {
  name: 'user_hour_pattern',
  entity: 'user',
  view: 'user',
  valueType: 'numbers',
  unit: 'share',
  description: 'The share of the interactions in each hour of the day, UTC, impressions excepted: 24 numbers.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: new Array<number>(HOURS).fill(0),
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    slots[at + (Math.floor(event.occurredAtMs / HOUR_MS) % HOURS)]! += 1;
    return true;
  },
  value: ({ slots, at }) => sharesOf(slots, at, HOURS),
};
