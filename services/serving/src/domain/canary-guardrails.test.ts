import { seededRandom } from '@attune/testkit';
import { FALSE_ALARM, judgeGuardrails, LEAST_SLATES, SLOW_MS, type SlateOutcomes } from './canary-guardrails';

interface Truth {
  readonly degraded: number;
  readonly slow: number;
  readonly clicked: (user: number) => number;
}

const healthy: Truth = { degraded: 0.005, slow: 0.02, clicked: () => 0.1 };

/** Slates of users who each come again and again; every outcome is drawn. */
class Audience {
  outcomes: SlateOutcomes = { slates: 0, degraded: 0, slow: SLOW_MS.map(() => 0), clicked: 0 };

  constructor(
    private readonly random: () => number,
    private readonly truth: Truth,
    private readonly users: number,
  ) {}

  come(slates: number): void {
    const { degraded, slow, clicked } = this.outcomes;
    let [failed, late, happy] = [0, 0, 0];
    for (let slate = 0; slate < slates; slate++) {
      const user = Math.floor(this.random() * this.users);
      failed += this.random() < this.truth.degraded ? 1 : 0;
      late += this.random() < this.truth.slow ? 1 : 0;
      happy += this.random() < this.truth.clicked(user) ? 1 : 0;
    }
    this.outcomes = {
      slates: this.outcomes.slates + slates,
      degraded: degraded + failed,
      // slower than 100 ms is slower than 50 ms too, and here nothing is slower than 200
      slow: slow.map((count, index) => (index < 2 ? count + late : count)),
      clicked: clicked + happy,
    };
  }
}

/** A canary with one slate in four, looked at again and again; when and by what it is breached. */
function trial(seed: number, truth: Partial<Truth>, { looks = 30, perLook = 100, production = healthy } = {}) {
  const random = seededRandom(seed);
  const canary = new Audience(random, { ...production, ...truth }, 100);
  const others = new Audience(random, production, 300);
  for (let look = 1; look <= looks; look++) {
    canary.come(perLook);
    others.come(3 * perLook);
    const breached = judgeGuardrails({ canary: canary.outcomes, production: others.outcomes }).find(
      ({ verdict }) => verdict === 'breached',
    );
    if (breached !== undefined) return { slates: look * perLook, by: breached.name, reason: breached.reason };
  }
  return undefined;
}

const trials = (count: number, ...args: Parameters<typeof trial> extends [number, ...infer Rest] ? Rest : never) =>
  Array.from({ length: count }, (_, seed) => trial(seed + 1, ...args)).filter((one) => one !== undefined);

describe('judging a canary', () => {
  it('almost never rolls a harmless one back, however often it looks', () => {
    // three guardrails, each with its false alarms; 60 trials of 30 looks
    expect(trials(60, {}).length / 60).toBeLessThanOrEqual(3 * FALSE_ALARM);
  });

  it('bears that people differ in how much they click', () => {
    const clicked = (user: number) => (user % 5 === 0 ? 0.4 : 0.025);
    const production = { ...healthy, clicked };
    expect(trials(40, {}, { production }).length / 40).toBeLessThanOrEqual(3 * FALSE_ALARM);
  });

  it.each([
    ['errors', { degraded: 0.1 }, 1_500],
    ['latency', { slow: 0.12 }, 1_500],
    ['clicks', { clicked: () => 0.04 }, 3_000],
  ] as const)('rolls one back for %s, every time, within some thousand slates', (name, truth, within) => {
    const found = trials(9, truth);
    expect(found.map(({ by }) => by)).toEqual(Array(9).fill(name));
    const median = found.map(({ slates }) => slates).sort((a, b) => a - b)[4]!;
    expect(median).toBeLessThanOrEqual(within);
  });

  it('rolls one back at once that breaks every slate', () => {
    expect(trial(1, { degraded: 1 }, { looks: 1, perLook: LEAST_SLATES })).toMatchObject({
      by: 'errors',
      reason: expect.stringMatching(/^100 % degraded slates of 50, in production .* more is tolerated$/),
    });
  });

  it('says nothing before it has seen enough', () => {
    const all = (slates: number): SlateOutcomes => ({
      slates,
      degraded: slates,
      slow: SLOW_MS.map(() => slates),
      clicked: 0,
    });
    const none = (slates: number): SlateOutcomes => ({
      slates,
      degraded: 0,
      slow: SLOW_MS.map(() => 0),
      clicked: slates,
    });
    const verdicts = (canary: number, production: number) =>
      judgeGuardrails({ canary: all(canary), production: none(production) }).map(({ verdict }) => verdict);
    expect(verdicts(LEAST_SLATES - 1, 10_000)).toEqual(Array(3).fill('collecting'));
    expect(verdicts(10_000, LEAST_SLATES - 1)).toEqual(Array(3).fill('collecting'));
    expect(verdicts(10_000, 10_000)).toEqual(Array(3).fill('breached'));
  });

  it('does not blame a canary for what is as bad in production', () => {
    const broken = { ...healthy, degraded: 0.5 };
    expect(trials(10, {}, { production: broken })).toEqual([]);
  });

  it('lets a canary be better', () => {
    expect(trials(10, { degraded: 0, slow: 0, clicked: () => 0.3 })).toEqual([]);
  });

  it('bears counts that do not fit yet', () => {
    const odd: SlateOutcomes = { slates: 100, degraded: 0, slow: [], clicked: 130 };
    expect(judgeGuardrails({ canary: odd, production: odd }).map(({ verdict }) => verdict)).toEqual(
      Array(3).fill('within'),
    );
  });
});
