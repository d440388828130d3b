import { aPolicy, KNOWN_AT } from '../../tests/fixtures/domain';
import { isWatched, outcomesOf } from './outcomes-of';

const policy = aPolicy({ guardrails: [{ interactionType: 'hide', maxRate: 0.1, minSelections: 1 }] });
const did = (type: string, seconds = 1, eventId = 'e') => ({
  ...{ eventId, decisionId: 'd', type },
  occurredAt: new Date(KNOWN_AT.getTime() + seconds * 1_000),
});

describe('what an interaction means for a choice', () => {
  it('is its reward, or a hit of a guardrail, or nothing', () => {
    expect(outcomesOf(policy, KNOWN_AT, did('click'))).toMatchObject([{ kind: 'reward', reward: 1 }]);
    expect(outcomesOf(policy, KNOWN_AT, did('hide'))).toMatchObject([{ kind: 'hit', interactionType: 'hide' }]);
    expect(outcomesOf(policy, KNOWN_AT, did('like'))).toEqual([]);
    expect(outcomesOf(policy, KNOWN_AT, did('constructor'))).toEqual([]);
  });

  it('has the same id for two events of one type, and others for other types', () => {
    const [one] = outcomesOf(policy, KNOWN_AT, did('click', 1, 'first'));
    const [two] = outcomesOf(policy, KNOWN_AT, did('click', 2, 'second'));
    const [hit] = outcomesOf(policy, KNOWN_AT, did('hide'));
    expect(two!.eventId).toBe(one!.eventId);
    expect(hit!.eventId).not.toBe(one!.eventId);
  });

  it('is nothing outside the window', () => {
    expect(outcomesOf(policy, KNOWN_AT, did('click', 86_400))).toHaveLength(1);
    expect(outcomesOf(policy, KNOWN_AT, did('click', 86_401))).toEqual([]);
    expect(outcomesOf(policy, KNOWN_AT, did('click', -301))).toEqual([]);
  });

  it('is looked for only where a policy rewards or watches it', () => {
    expect(['click', 'hide', 'like', 'toString'].map((type) => isWatched(policy, type))).toEqual([
      ...[true, true, false, false],
    ]);
  });
});
