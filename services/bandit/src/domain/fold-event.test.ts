import { armStatistics, encodeArmStates } from '@attune/bandits';
import { aPolicy, aSelection, KNOWN_AT } from '../../tests/fixtures/domain';
import { type Folded, foldDue, foldEarned, foldSelected } from './fold-event';
import { rulesOf } from './policy-rules';

const rules = rulesOf(aPolicy());
const selected = () => foldSelected(rules, new Map(), aSelection());
const earn = ({ states, selection }: Folded, reward: number) => foldEarned(rules, states, selection, reward);
const due = ({ states, selection }: Folded) => foldDue(rules, states, selection);
const bytes = ({ states }: Folded) => Buffer.from(encodeArmStates([...states.values()])).toString('hex');
const left = ({ states }: Folded) => armStatistics(rules, states.get('left')!, KNOWN_AT.getTime());

describe('the fold of a policy', () => {
  it('counts a choice, and waits for what comes of it', () => {
    expect(left(selected())).toMatchObject({ selectionCount: 1, rewardCount: 0, mean: 0.5 });
    expect(selected().selection).toMatchObject({ outcome: 'pending', reward: 0 });
  });

  it('holds what comes while it waits: a reward at once and its absence later would favor what was chosen lately', () => {
    const held = earn(selected(), 1);
    expect(bytes(held)).toBe(bytes(selected()));
    expect(held.selection).toMatchObject({ outcome: 'held', reward: 1 });
    expect(left(due(held))).toMatchObject({ rewardCount: 1, mean: 2 / 3 });
    expect(left(due(selected()))).toMatchObject({ rewardCount: 0, mean: expect.closeTo(1 / 3, 12) });
  });

  it('comes to the same bytes whether a reward came in time, or corrected the nothing that was assumed', () => {
    expect(bytes(earn(due(selected()), 1))).toBe(bytes(due(earn(selected(), 1))));
  });

  it('lets an outcome fall due once', () => {
    const rewarded = due(earn(selected(), 1));
    expect(due(rewarded)).toEqual(rewarded);
    expect(due(due(selected()))).toEqual(due(selected()));
  });

  it('adds up rewards of one choice, before and after it is due, and counts it as one', () => {
    const twice = earn(due(earn(selected(), 0.25)), 0.5);
    expect(twice.selection).toMatchObject({ outcome: 'earned', reward: 0.75 });
    expect(bytes(twice)).toBe(bytes(due(earn(earn(selected(), 0.5), 0.25))));
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
