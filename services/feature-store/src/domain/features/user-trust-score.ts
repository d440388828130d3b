import type { Feature } from './feature';
import { trustOf } from './trust';

/** How far a user can be trusted. */
export const userTrustScore: Feature = {
  name: 'user_trust_score',
  entity: 'user',
  view: 'user',
  valueType: 'number',
  unit: 'ratio',
  description:
    'From 0 to 1: the attribute trust_score where the product sets it, else half by account age and half by followers.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  value: ({ states: { user, userGraph }, nowMs }) => (user === undefined ? undefined : trustOf(user, userGraph, nowMs)),
};
