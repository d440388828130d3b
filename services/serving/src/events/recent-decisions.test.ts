import { aDecision } from '../../tests/fixtures/a-decision';
import { decisionOfRecord } from '../grpc/decision-of-record';
import { RecentDecisionMemory } from './recent-decisions';

describe('recent decisions', () => {
  it('are found by their id, the latest of them', () => {
    const recent = new RecentDecisionMemory(2, decisionOfRecord);
    for (const decisionId of ['a', 'b', 'c']) recent.keep(aDecision({ decisionId }));
    expect(['a', 'b', 'c'].map((id) => recent.find(id)?.decisionId)).toEqual([undefined, 'b', 'c']);
  });

  it('are given back as they were', () => {
    const recent = new RecentDecisionMemory(1, decisionOfRecord);
    const decision = aDecision({ decisionId: 'a', userId: 'ann' });
    recent.keep(decision);
    expect(recent.find('a')).toEqual(decision);
  });

  it('are gone when their user is forgotten, and those of others are not', () => {
    const recent = new RecentDecisionMemory(5, decisionOfRecord);
    recent.keep(aDecision({ decisionId: 'a', userId: 'ann' }));
    recent.keep(aDecision({ decisionId: 'b', userId: 'ben' }));
    recent.forget('ann');
    expect(recent.find('a')).toBeUndefined();
    expect(recent.find('b')).toBeDefined();
  });
});
