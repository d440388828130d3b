import { DAY_MS, type Feature } from './feature';
import { sharesOf } from './shares';

const DAYS = 7;
/** 1 January 1970 was one; Monday is 0. */
const THURSDAY = 3;

/** On which days a user is active. */
export const userWeekdayPattern: Feature = {
  name: 'user_weekday_pattern',
  entity: 'user',
  view: 'user',
  valueType: 'numbers',
  unit: 'share',
  description:
    'The share of the interactions on each day of the week, UTC, from Monday on, impressions excepted: 7 numbers.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: new Array<number>(DAYS).fill(0),
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    slots[at + ((Math.floor(event.occurredAtMs / DAY_MS) + THURSDAY) % DAYS)]! += 1;
    return true;
  },
  value: ({ slots, at }) => sharesOf(slots, at, DAYS),
};
