import { decideTrial, type TrialSight } from './decide-trial';
import type { LearningSettings } from './learning-settings';

const MINUTE_MS = 60_000;
const since = new Date('2026-01-08T12:00:00Z');
const settings = {
  ...{ shadowMs: 30 * MINUTE_MS, canaryMs: 60 * MINUTE_MS, canaryLeastSlates: 200, canaryMaxMs: 600 * MINUTE_MS },
} as LearningSettings;
const sight = (rest: Partial<TrialSight> = {}): TrialSight => ({
  ...{ stage: 'canary', since, registered: rest.stage ?? 'canary', movedBecause: '', alerts: [] },
  ...rest,
});
const after = (minutes: number, rest: Partial<TrialSight> = {}) =>
  decideTrial(sight(rest), settings, new Date(since.getTime() + minutes * MINUTE_MS));
const seen = (slates: number, verdict = 'within') => ({ canary: { slates, verdict, reason: 'errors: within' } });

describe('deciding about a challenger on trial', () => {
  it('lets a shadow hear questions for its time, and then serve a share', () => {
    expect(after(29, { stage: 'shadow' }).kind).toBe('wait');
    expect(after(30, { stage: 'shadow' }).kind).toBe('go_on');
  });

  it('lets a canary serve for its time, and until enough slates were judged', () => {
    expect(after(59, seen(1_000)).kind).toBe('wait');
    expect(after(60, seen(199))).toMatchObject({ kind: 'wait', reason: expect.stringContaining('only 199 of 200') });
    expect(after(60, seen(200))).toMatchObject({ kind: 'go_on', reason: expect.stringContaining('200 slates') });
  });

  it('does not wait for ever where nobody comes, and says by what it goes on', () => {
    expect(after(599).kind).toBe('wait');
    expect(after(600)).toMatchObject({ kind: 'go_on', reason: expect.stringContaining('by what was proved before') });
  });

  it.each([
    ['serving took it back', seen(500, 'rolled_back'), /serving took it back: errors/],
    [
      'serving moved it in the registry',
      { registered: 'candidate', movedBecause: 'clicks' },
      /canary to candidate: clicks/,
    ],
    ['serving cannot run it', { refusedBecause: 'a golden vector' }, /does not run it: a golden vector/],
    ['monitoring has an alert about it', { alerts: ['its latency doubled'] }, /monitoring: its latency doubled/],
  ] as const)('rejects it at once where %s', (_, rest, reason) => {
    expect(after(1, rest)).toMatchObject({ kind: 'reject', reason: expect.stringMatching(reason) });
  });
});
