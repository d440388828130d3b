import type { Decision } from '../../domain/decision';
import { decisionRecord } from './decision-record';

const aPublisher = (isFull: boolean) => {
  const published: Decision[] = [];
  return { published, isFull, publish: (decision: Decision) => published.push(decision) > 0 };
};

const ALL = { recent: { keep: () => undefined }, recordShare: 1 };

it('publishes the decision after the answer', () => {
  const decisions = aPublisher(false);
  decisionRecord({ decisions, ...ALL }).after({ decisionId: 'd' } as Decision, []);
  expect(decisions.published).toEqual([{ decisionId: 'd' }]);
});

it('says in the answer when there will be no record', () => {
  expect(decisionRecord({ decisions: aPublisher(false), ...ALL }).problem?.()).toBeUndefined();
  expect(decisionRecord({ decisions: aPublisher(true), ...ALL }).problem?.()).toMatchObject({
    code: 'exhausted.decision_records',
  });
});

it('keeps the records of a share of the decisions', () => {
  const decisions = aPublisher(false);
  const effect = decisionRecord({ decisions, ...ALL, recordShare: 0.5 });
  effect.after({ decisionId: '01a21961-d935-7d62-a351-000010000000' } as Decision, []);
  effect.after({ decisionId: '01a21961-d935-7d62-a351-0000f0000000' } as Decision, []);
  expect(decisions.published.map(({ decisionId }) => decisionId.slice(-8))).toEqual(['10000000']);
});
