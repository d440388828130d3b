import { armStatistics, encodeArmStates } from '@attune/bandits';
import { aPolicy, aSelection, KNOWN_AT } from '../../tests/fixtures/domain';
import { type Folded, foldEarned, foldNothing, foldSelected } from './fold-event';
import { rulesOf } from './policy-rules';

const rules = rulesOf(aPolicy());
const selected = () => foldSelected(rules, new Map(), aSelection());
const earn = ({ states, selection }: Folded, reward: number) => foldEarned(rules, states, selection, reward);
const nothing = ({ states, selection }: Folded) => foldNothing(rules, states, selection);
const bytes = ({ states }: Folded) => Buffer.from(encodeArmStates([...states.values()])).toString('hex');
const left = ({ states }: Folded) => armStatistics(rules, states.get('left')!, KNOWN_AT.getTime());

describe('the fold of a policy', () => {
  it('counts a choice, and waits for what comes of it', () => {
    expect(left(selected())).toMatchObject({ selectionCount: 1, rewardCount: 0, mean: 0.5 });
    expect(selected().selection).toMatchObject({ outcome: 'pending', reward: 0 });
  });

  it('comes to the same bytes whether a reward was prompt, or corrected the nothing that was assumed', () => {
    expect(left(nothing(selected())).mean).toBeCloseTo(1 / 3, 12);
    expect(bytes(earn(nothing(selected()), 1))).toBe(bytes(earn(selected(), 1)));
  });

  it('lets nothing that is said of a rewarded choice change it', () => {
    const rewarded = earn(selected(), 1);
    expect(nothing(rewarded)).toEqual(rewarded);
    expect(nothing(nothing(selected()))).toEqual(nothing(selected()));
  });

  it('adds up rewards of one choice, and counts it as one', () => {
    const twice = earn(earn(selected(), 0.25), 0.5);
    expect(twice.selection).toMatchObject({ outcome: 'earned', reward: 0.75 });
    expect(bytes(twice)).toBe(bytes(earn(selected(), 0.75)));
    expect(left(twice)).toMatchObject({ rewardCount: 1 });
  });

  it('takes no more than one click of a choice', () => {
    expect(earn(earn(selected(), 1), 1).selection.reward).toBe(1);
    const gaussian = rulesOf(aPolicy({ kind: 'thompson_gaussian' }));
    const { states, selection } = foldSelected(gaussian, new Map(), aSelection());
    const once = foldEarned(gaussian, states, selection, 2);
    expect(foldEarned(gaussian, once.states, once.selection, 3).selection.reward).toBe(5);
  });
});
