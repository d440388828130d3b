import { aDecision } from '../../tests/fixtures/a-decision';
import { RecentDecisionMemory } from './recent-decisions';

describe('recent decisions', () => {
  it('are found by their id, the latest of them', () => {
    const recent = new RecentDecisionMemory(2);
    for (const decisionId of ['a', 'b', 'c']) recent.keep(aDecision({ decisionId }));
    expect(['a', 'b', 'c'].map((id) => recent.find(id)?.decisionId)).toEqual([undefined, 'b', 'c']);
  });

  it('are gone when their user is forgotten, and those of others are not', () => {
    const recent = new RecentDecisionMemory(5);
    recent.keep(aDecision({ decisionId: 'a', userId: 'ann' }));
    recent.keep(aDecision({ decisionId: 'b', userId: 'ben' }));
    recent.forget('ann');
    expect(recent.find('a')).toBeUndefined();
    expect(recent.find('b')).toBeDefined();
  });
});
