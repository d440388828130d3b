import { INTERACTION_TYPES } from '@attune/contracts';
import { EVENT_TYPES } from './event-types';

describe('the types of events that metrics count', () => {
  it('are those of the contracts, and those that speak against an item are unwelcome', () => {
    expect(EVENT_TYPES).toEqual(
      INTERACTION_TYPES.map(({ name, polarity }) => ({ name, isWelcome: polarity !== 'negative' })),
    );
  });
});
