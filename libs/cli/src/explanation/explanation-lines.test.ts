import { serving } from '@attune/contracts';
import { explanationLines, shortExplanationLines } from './explanation-lines';

const number = (name: string, value: number, contribution: number, description = '') => ({
  ...{ name, contribution, description },
  value: { name, value: { $case: 'number' as const, value } },
});

const SHOWN = serving.ExplainDecisionResponse.fromPartial({
  decisionId: 'd1',
  itemId: 'i1',
  position: 0,
  primaryReason: 'People with your taste liked it',
  reasons: [
    'The taste of people like you: 0.80 of 1, which makes 86 % of its score',
    '3 people whom you follow did something with it',
  ],
  ...{ baseValue: 0.12, prediction: 0.234, label: 'click', method: 'exact', confidence: 0.87 },
  model: { name: 'engagement', version: '4' },
  contributions: [
    number('item_likes', 1412, 0.0914, 'How often the item was liked.'),
    number('user_trust_score', 0.53271, 0.0266, 'How far the user is trusted.'),
    number('item_age_days', 34, -0.004, 'Days since the item was published.'),
  ],
  caveats: ['This is of now: the slate was made for the explanation and was not served.'],
});

describe('an explanation for people', () => {
  it('says the place, the reason, what each feature added and how sure that is, aligned', () => {
    expect(
      explanationLines(SHOWN, 'Toy Story').join('\n'),
    ).toBe(`Toy Story (i1) is number 1 of the slate of decision d1.
  People with your taste liked it.

Because
  - The taste of people like you: 0.80 of 1, which makes 86 % of its score
  - 3 people whom you follow did something with it

Chance of a click: 23.4 %, by engagement version 4
  12.0 % if nothing were known; what was known moved it by so many percentage points:
    points  what              value  meaning
      +9.1  its likes         1,412  How often the item was liked.
      +2.7  your trust score  0.533  How far the user is trusted.
      −0.4  its age in days   34     Days since the item was published.

Note
  - This is of now: the slate was made for the explanation and was not served.

How sure this is: 87 %`);
  });

  it('says what kept an item out, and leaves out what nobody computed', () => {
    const lines = explanationLines(
      serving.ExplainDecisionResponse.fromPartial({
        itemId: 'i9',
        notShownBecause: 'The filter already_seen removed it: you did something with it already',
        reasons: ['On the surface "home" items stay away for ever after view'],
        confidence: 1,
      }),
      '',
    );
    expect(lines).toEqual([
      'i9 is not in the slate that would be made now.',
      '  The filter already_seen removed it: you did something with it already.',
      '',
      'In particular',
      '  - On the surface "home" items stay away for ever after view',
      '',
      'How sure this is: 100 %',
    ]);
  });

  it('adds up the features behind the first eight, and says how exact samples are', () => {
    const many = serving.ExplainDecisionResponse.fromPartial({
      ...SHOWN,
      contributions: Array.from({ length: 20 }, (_, at) => number(`item_f${at}`, at, 0.01)),
      ...{ method: 'sampled', standardError: 0.0004 },
    });
    const lines = explanationLines(many, '');
    expect(lines).toContainEqual(expect.stringMatching(/^ {5}\+12\.0 {2}12 others together$/));
    expect(lines).toContainEqual(expect.stringContaining('percentage points, each give or take 0.1:'));
  });

  it('is a few lines under an item of a slate', () => {
    expect(shortExplanationLines(SHOWN)).toEqual([
      '- The taste of people like you: 0.80 of 1, which makes 86 % of its score',
      '- 3 people whom you follow did something with it',
      '- Chance of a click: 23.4 %, against 12.0 % if nothing were known',
      '  mostly by its likes (1,412) +9.1, your trust score (0.533) +2.7, its age in days (34) −0.4',
    ]);
  });
});
