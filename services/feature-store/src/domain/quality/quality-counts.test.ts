import type { AcceptedInteraction } from '../interaction';
import { QualityCounts } from './quality-counts';

const nowMs = Date.UTC(2026, 0, 1, 12, 30);
const types = [
  { name: 'view', value: { min: 0, max: 1, unit: 's' } },
  { name: 'impression', hasPosition: true },
  { name: 'like' },
];
const anEvent = (changes: Partial<AcceptedInteraction>): AcceptedInteraction => ({
  ...{ eventId: 'e', userId: 'u', itemId: 'i', type: 'like', occurredAt: new Date(nowMs), acceptedAt: new Date(nowMs) },
  ...{ decisionId: 'd', surface: 'home', context: {}, producer: 'web', flags: [] },
  ...changes,
});
const aBatch = (accepted: readonly AcceptedInteraction[], producer = 'web') => ({
  ...{ producer, accepted, duplicateCount: 0, rejectedCount: 0 },
});
const shown = (counts: QualityCounts) =>
  Object.fromEntries(
    counts
      .take()
      .map(({ hour, producer, measure, subject, count }) => [
        `${hour.getUTCHours()} ${producer} ${measure} ${subject}`.trim(),
        count,
      ]),
  );

describe('QualityCounts', () => {
  it('counts events by what became of them, by type, and by the fields that they could have and do not', () => {
    const counts = new QualityCounts(types);
    const accepted = [
      anEvent({ type: 'view', value: 3 }),
      anEvent({ type: 'view', decisionId: '' }),
      anEvent({ type: 'impression', surface: '' }),
      anEvent({ type: 'like', flags: ['rate'] }),
    ];
    const flagged = counts.addBatch({ producer: 'web', accepted, duplicateCount: 2, rejectedCount: 5 }, nowMs);
    expect(flagged).toBe(1);
    expect(shown(counts)).toEqual({
      '12 web accepted': 4,
      '12 web rejected': 5,
      '12 web duplicate': 2,
      '12 web flagged': 1,
      '12 web accepted view': 2,
      '12 web accepted impression': 1,
      '12 web accepted like': 1,
      '12 web empty value': 1,
      '12 web empty decision_id': 1,
      '12 web empty surface': 1,
      '12 web empty position': 1,
    });
  });

  it('keeps hours and producers apart', () => {
    const counts = new QualityCounts(types);
    counts.addBatch(aBatch([anEvent({})]), nowMs);
    counts.addBatch(aBatch([anEvent({})]), nowMs + 3_600_000);
    counts.addQuarantined('app', 7, nowMs);
    expect(shown(counts)).toEqual({
      '12 web accepted': 1,
      '12 web accepted like': 1,
      '13 web accepted': 1,
      '13 web accepted like': 1,
      '12 app quarantined': 7,
    });
  });

  it('is empty once it was taken, and adds what is given back to what came meanwhile', () => {
    const counts = new QualityCounts(types);
    counts.addBatch(aBatch([anEvent({})]), nowMs);
    const taken = counts.take();
    expect(counts.take()).toEqual([]);
    counts.addBatch(aBatch([anEvent({})]), nowMs);
    counts.giveBack(taken);
    expect(shown(counts)).toEqual({ '12 web accepted': 2, '12 web accepted like': 2 });
  });

  it('counts producers together when there are too many of them', () => {
    const counts = new QualityCounts(types);
    for (let n = 0; n < 1_005; n++) counts.addBatch(aBatch([anEvent({})], `p${n}`), nowMs);
    const all = counts.take().filter(({ subject }) => subject === '');
    expect(all).toHaveLength(1_001);
    expect(all.find(({ producer }) => producer === '(others)')?.count).toBe(5);
  });
});
