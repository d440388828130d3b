import { userFacts } from '../blocks/user-facts';
import { DAY_MS, type Feature } from './feature';

/** How long a user has had an account. */
export const userAccountAgeDays: Feature = {
  name: 'user_account_age_days',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'days',
  description: 'Days since the account was made.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value({ states, nowMs }) {
    const createdAtMs = states.user?.part(userFacts).facts?.createdAtMs ?? Number.NaN;
    return Number.isNaN(createdAtMs) ? undefined : Math.max(0, nowMs - createdAtMs) / DAY_MS;
  },
};
