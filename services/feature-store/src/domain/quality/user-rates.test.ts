import { UserRates } from './user-rates';

const LIMIT = 300;
const minute = Date.UTC(2026, 0, 1, 12);
const seed = 42;
const rates = () => new UserRates({ limitPerMinute: LIMIT, seed });
const acts = (userId: string, count: number, atMs: (n: number) => number) =>
  Array.from({ length: count }, (_, n) => ({ userId, occurredAt: new Date(atMs(n)) }));
const evenly = (count: number) => (n: number) => minute + Math.floor((n * 60_000) / count);

describe('UserRates', () => {
  it('flags what a user does beyond the limit of a minute, and nothing before', () => {
    const fast = rates().count(
      acts('bot', 400, () => minute),
      minute,
    );
    expect(fast).toEqual(Array.from({ length: 100 }, (_, n) => LIMIT + n));
  });

  it('lets a user do nearly as much as the limit, minute after minute', () => {
    const table = rates();
    for (let n = 0; n < 5; n++) {
      const batch = acts('busy', 290, (k) => evenly(290)(k) + n * 60_000);
      expect(table.count(batch, minute + n * 60_000 + 59_999)).toEqual([]);
    }
  });

  it('looks back 60 seconds and not to the beginning of the minute', () => {
    const table = rates();
    table.count(
      acts('bot', 250, () => minute + 59_000),
      minute + 59_000,
    );
    const next = acts('bot', 250, () => minute + 61_000);
    expect(table.count(next, minute + 61_000).length).toBeGreaterThan(150);
  });

  it('measures when things happened: a phone that was offline is no bot', () => {
    const offline = acts('phone', 1_000, (n) => minute - 300_000 + n * 300);
    expect(rates().count(offline, minute)).toEqual([]);
  });

  it('leaves history alone, however much of it comes', () => {
    const history = acts('imported', 5_000, () => minute - 3_600_000);
    expect(rates().count(history, minute)).toEqual([]);
  });

  it('counts a clock that is ahead as ours', () => {
    const ahead = acts('ahead', 400, () => minute + 240_000);
    expect(rates().count(ahead, minute)).toHaveLength(100);
  });

  it('forgets old minutes, also after a long pause', () => {
    const table = rates();
    table.count(
      acts('u', LIMIT, () => minute),
      minute,
    );
    for (const pauseMinutes of [8, 16, 60]) {
      const later = minute + pauseMinutes * 60_000;
      expect(
        table.count(
          acts('u', LIMIT, () => later),
          later,
        ),
      ).toEqual([]);
    }
  });

  it('does not count what was taken back', () => {
    const table = rates();
    const batch = acts('retrying', 200, () => minute);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(table.count(batch, minute)).toEqual([]);
      table.takeBack(batch);
    }
  });

  it('flags nobody when the limit is 0', () => {
    const table = new UserRates({ limitPerMinute: 0, seed });
    const batch = acts('bot', 1_000, () => minute);
    expect(table.count(batch, minute)).toEqual([]);
    table.takeBack(batch);
  });

  it('mistakes none of 50,000 people for one of 100 bots beside them', () => {
    const table = rates();
    for (let n = 0; n < 100; n++) {
      expect(table.count(acts(`bot-${n}`, 600, evenly(600)), minute + 59_999).length).toBeGreaterThanOrEqual(300);
    }
    let flagged = 0;
    for (let n = 0; n < 50_000; n++) flagged += table.count(acts(`u${n}`, 6, evenly(6)), minute + 59_999).length;
    // Two cells of 16,384 must both be a bot's: 50,000 * (100 / 16,384) ** 2 is 1.9 people in expectation, each with 6 events;
    // the seed is fixed, so the number is too.
    expect(flagged).toBeLessThanOrEqual(24);
  });
});
