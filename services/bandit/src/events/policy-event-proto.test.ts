import { AppError } from '@attune/errors';
import { aSelection, KNOWN_AT } from '../../tests/fixtures/domain';
import { dueBytes, outcomeBytes, policyEventOf, selectionBytes } from './policy-event-proto';

const outcome = { eventId: 'e', policy: 'clicks', decisionId: 'd', earnedAt: KNOWN_AT } as const;

describe('events of policies', () => {
  it('are read as they were written', () => {
    const selection = aSelection({ context: [0.1, -2.5], propensity: 0.1 + 0.2 });
    expect(policyEventOf(selectionBytes(selection))).toEqual({ kind: 'selected', policy: 'clicks', selection });
    const earned = { ...outcome, kind: 'reward', reward: 0.3, interactionType: '' } as const;
    expect(policyEventOf(outcomeBytes(earned))).toEqual({ kind: 'outcome', policy: 'clicks', outcome: earned });
    const hit = { ...outcome, kind: 'hit', reward: 0, interactionType: 'hide' } as const;
    expect(policyEventOf(outcomeBytes(hit))).toEqual({ kind: 'outcome', policy: 'clicks', outcome: hit });
    const due = { kind: 'due', policy: 'clicks', decisionIds: ['d', 'f'] };
    expect(policyEventOf(dueBytes('clicks', ['d', 'f'], KNOWN_AT))).toEqual(due);
  });

  it.each([
    ['no event', Buffer.from([255, 255])],
    ['an event that says nothing', Buffer.alloc(0)],
  ])('are refused where bytes are %s', (_, bytes) => {
    expect(policyEventOf(bytes)).toBeInstanceOf(AppError);
  });
});
