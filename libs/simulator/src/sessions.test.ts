import { AppError } from '@attune/errors';
import { simulate } from './simulate';
import type { SessionOptions } from './simulated';

const simulation = simulate({ seed: 7, users: 80, items: 50, days: 5, startTime: new Date('2026-01-05T00:00:00Z') });
// a Monday
const options = { seed: 3, hours: 48, sessionsPerUserDay: 10, startTime: new Date('2026-01-05T00:00:00Z') };
const planned = (changes: Partial<SessionOptions> = {}) => [...simulation.sessions({ ...options, ...changes })];

describe('the sessions of a closed loop', () => {
  it('come as often as they were asked for, on average over a week', () => {
    const sessions = planned({ hours: 168 });
    expect(Math.abs(sessions.length - 80 * 10 * 7)).toBeLessThanOrEqual(1);
  });

  it('come in the order of time, within the hours', () => {
    const hours = planned().map(({ hour }) => hour);
    expect(hours).toEqual([...hours].sort((a, b) => a - b));
    expect(hours[0]).toBeGreaterThanOrEqual(0);
    expect(hours.at(-1)).toBeLessThan(48);
  });

  it('are many in the evening and few at night', () => {
    const at = (hour: number) => planned().filter((session) => Math.floor(session.hour) === hour).length;
    expect(at(20)).toBeGreaterThan(5 * at(3));
  });

  it('stop within the last hour where that is not a whole one', () => {
    const whole = planned({ hours: 1, sessionsPerUserDay: 200 }).length;
    const half = planned({ hours: 0.5, sessionsPerUserDay: 200 });
    expect(Math.abs(half.length - whole / 2)).toBeLessThanOrEqual(1);
    expect(half.at(-1)?.hour).toBeLessThan(0.5);
  });

  it('are of the first people only where so many were asked for', () => {
    const users = new Set(planned({ users: 5 }).map(({ userId }) => userId));
    expect([...users].sort()).toEqual(['u000000', 'u000001', 'u000002', 'u000003', 'u000004']);
  });

  it('are the same for the same seed, and others for another', () => {
    const whoAndWhat = (seed: number) => planned({ seed }).map(({ userId, rng }) => `${userId} ${rng.next()}`);
    expect(whoAndWhat(3)).toEqual(whoAndWhat(3));
    expect(whoAndWhat(4)).not.toEqual(whoAndWhat(3));
  });

  it.each([
    { users: 0 },
    { users: 81 },
    { users: 1.5 },
    { hours: 0 },
    { hours: Number.NaN },
    { sessionsPerUserDay: -1 },
    { sessionsPerUserDay: Number.POSITIVE_INFINITY },
  ])('refuse %j', (wrong) => {
    expect(() => planned(wrong)).toThrow(AppError);
  });
});
