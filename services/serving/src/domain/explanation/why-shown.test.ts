import { aDecision, anItem } from '../../../tests/fixtures/a-decision';
import { whyShown } from './why-shown';

const NOTHING = new Map<string, number>();

describe('why an item was shown', () => {
  it('is what its score is made of, the largest share first, and who proposed it', () => {
    expect(whyShown(aDecision(), anItem('first'), NOTHING)).toEqual([
      'The taste of people like you: 0.80 of 1, which makes 86 % of its score',
      'How popular it is with everybody: 0.40 of 1, which makes 14 % of its score',
      'It is number 3 of what people with your taste liked',
    ]);
  });

  it('is first of all what put it there without its score', () => {
    const pinned = anItem('first', { placedBy: 'pin', position: 2, partScores: [] });
    expect(whyShown(aDecision(), pinned, NOTHING)[0]).toBe('An operator wants it in place 3 of this surface');
    const drawn = anItem('first', { placedBy: 'exploration', propensity: 0.02 });
    expect(whyShown(aDecision(), drawn, NOTHING)[0]).toMatch(/drawn by chance.*its chance was 2 %/);
  });

  it('says that an operator wants more of it', () => {
    const reasons = whyShown(aDecision(), anItem('first', { boost: 1.5 }), NOTHING);
    expect(reasons).toContain('An operator wants to see more of it: its score was multiplied by 1.5');
  });

  it('tells what a part stands in for where it does not know the item', () => {
    const item = anItem('first', { partScores: [{ part: 'neural', raw: undefined, calibrated: 0.5, weight: 1 }] });
    expect(whyShown(aDecision(), item, NOTHING)[0]).toBe(
      'What the neural model expects: not known of this item, 0.50 of 1 stands in for it',
    );
  });

  it('counts people whom the user follows, and names interest, author and age where they speak for it', () => {
    const known = new Map([
      ['user_item_social_proof', 3],
      ['user_item_interest_match', 0.24],
      ['user_item_author_affinity', 0.1],
      ['item_age_days', 0.25],
    ]);
    expect(whyShown(aDecision(), anItem('first', { partScores: [] }), known)).toEqual([
      '3 people whom you follow did something with it',
      'Its topics make up 24 % of what interests you',
      '10 % of what you liked lately is by its author',
      'It is new: published 6 hours ago',
      'It is number 3 of what people with your taste liked',
    ]);
  });

  it('says facts right behind the largest share of the score: people understand them best', () => {
    const reasons = whyShown(aDecision(), anItem('first'), new Map([['user_item_social_proof', 1]]));
    expect(reasons.slice(0, 3)).toEqual([
      expect.stringMatching(/^The taste of people like you/),
      '1 person whom you follow did something with it',
      expect.stringMatching(/^How popular it is/),
    ]);
  });

  it('leaves out facts that do not speak for it', () => {
    const known = new Map([
      ['user_item_social_proof', 0],
      ['user_item_interest_match', 0.001],
      ['item_age_days', 40],
    ]);
    expect(whyShown(aDecision(), anItem('first', { partScores: [], sourceScores: [] }), known)).toEqual([]);
  });

  it.each([
    ['no_consent', /did not agree/],
    ['unknown_user', /No model knows you/],
    ['degraded', /out of order/],
  ] as const)('says of a slate that is not personal (%s) why', (personalization, words) => {
    expect(whyShown(aDecision({ personalization }), anItem('first'), NOTHING)[0]).toMatch(words);
  });
});
