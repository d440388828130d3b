import { RejectionShares } from './rejection-shares';

const startMs = Date.UTC(2026, 0, 1);
const rule = { rejectedShare: 0.5, minEvents: 100, windowMs: 60_000 };
const names = (shares: RejectionShares, nowMs: number) => shares.bad(nowMs).map(({ producer }) => producer);

describe('RejectionShares', () => {
  it('finds the producer whose events are mostly rejected, and not the others', () => {
    const shares = new RejectionShares(rule);
    shares.add('bad', { events: 200, rejected: 150 }, startMs);
    shares.add('good', { events: 200, rejected: 99 }, startMs);
    shares.add('small', { events: 99, rejected: 99 }, startMs);
    expect(shares.bad(startMs)).toEqual([{ producer: 'bad', rejectedCount: 150, eventCount: 200 }]);
  });

  it('looks back over the window, across its border', () => {
    const shares = new RejectionShares(rule);
    shares.add('bad', { events: 90, rejected: 90 }, startMs + 59_000);
    shares.add('bad', { events: 90, rejected: 90 }, startMs + 61_000);
    expect(names(shares, startMs + 61_000)).toEqual(['bad']);
  });

  it('forgets what is older than the window', () => {
    const shares = new RejectionShares(rule);
    shares.add('bad', { events: 500, rejected: 500 }, startMs);
    expect(names(shares, startMs + 59_999)).toEqual(['bad']);
    expect(names(shares, startMs + 120_000)).toEqual([]);
  });

  it('begins anew after it was told to forget', () => {
    const shares = new RejectionShares(rule);
    shares.add('bad', { events: 500, rejected: 500 }, startMs);
    shares.forget('bad');
    shares.add('bad', { events: 100, rejected: 0 }, startMs);
    expect(names(shares, startMs)).toEqual([]);
  });

  it('never finds anybody when the share is beyond 1', () => {
    const shares = new RejectionShares({ ...rule, rejectedShare: 1.01 });
    shares.add('bad', { events: 500, rejected: 500 }, startMs);
    expect(names(shares, startMs)).toEqual([]);
  });
});
