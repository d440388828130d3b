import { averageSessionMinutes, markActive, NEVER_ACTIVE } from '../blocks/active-steps';
import type { Feature } from './feature';

/** How long a user stays. */
export const userAverageSessionMinutes: Feature = {
  name: 'user_average_session_minutes',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'minutes',
  description:
    'The mean length of the sessions of the last 7 days, in steps of 5 minutes; half an hour without an interaction ends a session.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: NEVER_ACTIVE,
  on(event, slots, at) {
    if (event.kind !== 'interaction' || event.type === 'impression') return false;
    markActive(slots, at, event.occurredAtMs);
    return true;
  },
  value: ({ slots, at, nowMs }) => averageSessionMinutes(slots, at, nowMs),
};
