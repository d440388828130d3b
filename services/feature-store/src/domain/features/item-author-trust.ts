import type { Feature } from './feature';
import { trustOf } from './trust';

/** How far the author of an item can be trusted. */
export const itemAuthorTrust: Feature = {
  name: 'item_author_trust',
  entity: 'item',
  view: 'item',
  valueType: 'number',
  unit: 'ratio',
  description: 'The trust score of the author, from 0 to 1.',
  defaultValue: undefined,
  timeToLiveSeconds: 0,
  owner: 'feature-store',
  version: 1,
  initial: [],
  needsAuthor: true,
  value: ({ states: { author, authorGraph }, nowMs }) =>
    author === undefined ? undefined : trustOf(author, authorGraph, nowMs),
};
