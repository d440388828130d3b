import type { Decision } from '../../domain/decision';
import { decisionRecord } from './decision-record';

const aPublisher = (isFull: boolean) => {
  const published: Decision[] = [];
  return { published, isFull, publish: (decision: Decision) => published.push(decision) > 0 };
};

const NOWHERE = { keep: () => undefined };

it('publishes the decision after the answer', () => {
  const decisions = aPublisher(false);
  decisionRecord({ decisions, recent: NOWHERE }).after({ decisionId: 'd' } as Decision, []);
  expect(decisions.published).toEqual([{ decisionId: 'd' }]);
});

it('says in the answer when there will be no record', () => {
  expect(decisionRecord({ decisions: aPublisher(false), recent: NOWHERE }).problem?.()).toBeUndefined();
  expect(decisionRecord({ decisions: aPublisher(true), recent: NOWHERE }).problem?.()).toMatchObject({
    code: 'exhausted.decision_records',
  });
});
