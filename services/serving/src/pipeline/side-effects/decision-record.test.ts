import type { Decision } from '../../domain/decision';
import { decisionRecord } from './decision-record';

const aPublisher = (isFull: boolean) => {
  const published: Decision[] = [];
  return { published, isFull, publish: (decision: Decision) => published.push(decision) > 0 };
};

it('publishes the decision after the answer', () => {
  const decisions = aPublisher(false);
  decisionRecord({ decisions }).after({ decisionId: 'd' } as Decision);
  expect(decisions.published).toEqual([{ decisionId: 'd' }]);
});

it('says in the answer when there will be no record', () => {
  expect(decisionRecord({ decisions: aPublisher(false) }).problem?.()).toBeUndefined();
  expect(decisionRecord({ decisions: aPublisher(true) }).problem?.()).toMatchObject({
    code: 'exhausted.decision_records',
  });
});
