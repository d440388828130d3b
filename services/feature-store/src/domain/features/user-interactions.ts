import { windowed } from './windowed';

/** How much a user did lately. */
export const userInteractions = windowed({
  entity: 'user',
  name: 'user_interactions',
  unit: 'interactions',
  counts: 'Interactions of the user, impressions excepted,',
  isCounted: ({ type }) => type !== 'impression',
});
