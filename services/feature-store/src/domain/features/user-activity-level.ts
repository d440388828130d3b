import { addToWindow, countInWindow, emptyWindow, WINDOWS } from '../blocks/windowed-count';
import type { Feature } from './feature';

const WEEK = WINDOWS['7d'];

/** How active a user is these days. */
export const userActivityLevel: Feature = {
  name: 'user_activity_level',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'interactions per day',
  description: 'Interactions per day over the last 7 days, impressions excepted.',
  defaultValue: 0,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: emptyWindow(WEEK),
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    addToWindow(slots, at, WEEK, event.occurredAtMs);
    return true;
  },
  value: ({ slots, at, nowMs }) => countInWindow(slots, at, WEEK, nowMs) / 7,
};
