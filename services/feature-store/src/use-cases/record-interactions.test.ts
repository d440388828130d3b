import { anInteraction } from '@attune/testkit';
import type { AcceptedInteraction } from '../domain/interaction';
import { AcceptanceWatch } from '../domain/quality/acceptance-watch';
import { QualityCounts } from '../domain/quality/quality-counts';
import { Quarantines } from '../domain/quality/quarantines';
import { RejectionShares } from '../domain/quality/rejection-shares';
import { UserRates } from '../domain/quality/user-rates';
import { makeRecordInteractions } from './record-interactions';

const now = new Date('2026-01-01T12:00:30Z');
const types = [{ name: 'like' }];

/** The use case with a log that is away for a while. */
function recording({ failures }: { readonly failures: number }) {
  const counts = new QualityCounts(types);
  const shares = new RejectionShares({ rejectedShare: 0.5, minEvents: 1, windowMs: 60_000 });
  const rates = new UserRates({ limitPerMinute: 100, seed: 1 });
  const quarantines = new Quarantines();
  const log: AcceptedInteraction[] = [];
  let left = failures;
  const record = makeRecordInteractions({
    watch: new AcceptanceWatch({ types, rates, counts, shares, quarantines }),
    vocabulary: { isKnown: (type) => type === 'like', strengthOf: () => 1 },
    recent: { look: async () => ({ known: new Set(), add: async () => undefined }) },
    publisher: {
      publish: async (interactions) => {
        if (left-- > 0) throw new Error('the log is away');
        log.push(...interactions);
      },
      pendingCount: async () => 0,
    },
    forgotten: { covers: () => false },
    newEventId: () => 'made',
    clock: () => now,
  });
  return { record, counts, shares, log };
}

describe('recordInteractions', () => {
  it('takes a batch for one burst, however often a log that is away makes its producer send it', async () => {
    const { record, counts, log } = recording({ failures: 5 });
    const interactions = Array.from({ length: 100 }, () => anInteraction({ occurredAt: now }));
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(record({ interactions, producer: 'web' })).rejects.toThrow('the log is away');
    }
    await record({ interactions, producer: 'web' });
    expect(log.filter(({ flags }) => flags.length > 0)).toEqual([]);
    const accepted = counts.take().find(({ measure, subject }) => measure === 'accepted' && subject === '');
    expect(accepted?.count).toBe(100);
  });

  it('flags what goes beyond the limit, and that alone', async () => {
    const { record, log } = recording({ failures: 0 });
    const interactions = Array.from({ length: 103 }, () => anInteraction({ occurredAt: now }));
    await record({
      interactions: [...interactions, anInteraction({ userId: 'u2', occurredAt: now })],
      producer: 'web',
    });
    const flagged = log.map(({ flags }, place) => [place, ...flags]).filter(([, ...flags]) => flags.length > 0);
    expect(flagged).toEqual([
      [100, 'rate'],
      [101, 'rate'],
      [102, 'rate'],
    ]);
  });

  it('counts duplicates and rejected events under the name of a producer without one', async () => {
    const { record, counts, shares } = recording({ failures: 0 });
    const event = anInteraction({ occurredAt: now });
    await record({ interactions: [event, event, anInteraction({ type: 'teleport' })], producer: '' });
    const shown = counts.take().map(({ producer, measure, subject, count }) => [producer, measure, subject, count]);
    expect(shown).toEqual([
      ['(unnamed)', 'accepted', '', 1],
      ['(unnamed)', 'rejected', '', 1],
      ['(unnamed)', 'duplicate', '', 1],
      ['(unnamed)', 'empty', 'decision_id', 1],
      ['(unnamed)', 'empty', 'surface', 1],
      ['(unnamed)', 'accepted', 'like', 1],
    ]);
    await record({ interactions: [anInteraction({ type: 'teleport' })], producer: '' });
    expect(shares.bad(now.getTime())).toEqual([{ producer: '(unnamed)', rejectedCount: 2, eventCount: 4 }]);
  });
});
