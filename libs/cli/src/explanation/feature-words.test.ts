import { chance, featureWords, numberWords, points, valueWords } from './feature-words';

describe('words for people', () => {
  it.each([
    ['item_likes', 'its likes'],
    ['item_age_days', 'its age in days'],
    ['user_interactions_7d', 'your interactions in 7 days'],
    ['item_engagements_1h', 'its engagements in 1 hour'],
    ['user_average_session_minutes', 'your average session in minutes'],
    ['user_item_social_proof', 'social proof'],
    ['weather', 'weather'],
  ])('say %s as %s', (name, words) => {
    expect(featureWords(name)).toBe(words);
  });

  it('say numbers as short as they can be read', () => {
    expect([0.53271, 12, 1412.25, 0].map(numberWords)).toEqual(['0.533', '12', '1,412.3', '0']);
    expect([0.081, -0.004, 0.0001].map(points)).toEqual(['+8.1', '−0.4', '0.0']);
    expect(chance(0.2345)).toBe('23.4 %');
  });

  it('say lists by their length or their first names, and nothing as not known', () => {
    expect(valueWords({ $case: 'numbers', value: { values: [1, 2] } })).toBe('2 numbers');
    const entries = ['art', 'run', 'tea', 'sea'].map((name) => ({ name, score: 1 }));
    expect(valueWords({ $case: 'scoredNames', value: { entries } })).toBe('art, run, tea');
    expect(valueWords({ $case: 'missing', value: 2 })).toBe('not known');
  });
});
