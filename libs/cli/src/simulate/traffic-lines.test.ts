import { experiment, serving } from '@attune/contracts';
import { makeRng, type SlateEvent } from '@attune/simulator';
import type { PlayedSlate } from './drive-traffic';
import { TrafficBook } from './traffic-book';
import { type TrafficProgress, trafficLine, trafficLines } from './traffic-lines';
import { clickRate, clicksPerImpression, NO_TRAFFIC } from './traffic-totals';

const shown: SlateEvent['type'][] = ['impression', 'impression', 'impression', 'impression'];

function played(strategy: string, variant: string, types: readonly SlateEvent['type'][], hour = 1): PlayedSlate {
  const variants = [{ experimentId: 'rules-or-bandit', variant }];
  return {
    session: { index: 0, hour, userId: 'u000001', rng: makeRng(1) },
    slate: serving.RecommendResponse.fromPartial({ strategy, variants }),
    events: types.map((type, position) => ({ type, position, itemId: `p${position}`, afterSeconds: 0 })),
  };
}

function aBook(): TrafficBook {
  const book = new TrafficBook();
  book.add(played('rule_based', 'rules', shown));
  book.add(played('hybrid', 'bandit', [...shown, 'view', 'click', 'click'], 2));
  book.add(played('hybrid', 'bandit', [...shown, 'view', 'click', 'like', 'hide'], 3));
  book.add(played('hybrid', 'bandit', shown, 4));
  return book;
}

const progress = (rest: Partial<TrafficProgress> = {}): TrafficProgress => ({
  ...{ hours: 24, seconds: 2, book: aBook(), learning: { problems: [] } },
  ...rest,
});

describe('what came of the traffic', () => {
  it('counts a slate with two clicks as one slate with a click, and as two clicks', () => {
    const hybrid = aBook().byStrategy.get('hybrid')!;
    expect(hybrid).toEqual({ slates: 3, clickedSlates: 2, impressions: 12, clicks: 3, likes: 1, hides: 1 });
    expect([clickRate(hybrid), clicksPerImpression(hybrid)]).toEqual([2 / 3, 3 / 12]);
  });

  it('is kept by strategy and by the variants of experiments', () => {
    const book = aBook();
    expect([...book.byStrategy.keys()]).toEqual(['hybrid', 'rule_based']);
    expect([...book.byVariant.keys()]).toEqual(['rules-or-bandit/bandit', 'rules-or-bandit/rules']);
    expect(book.all.slates).toBe(4);
    expect(book.hour).toBe(4);
  });

  it('has no rates before anything was shown', () => {
    expect([clickRate(NO_TRAFFIC), clicksPerImpression(NO_TRAFFIC)]).toEqual([undefined, undefined]);
  });

  it('is a table for people', () => {
    expect(trafficLines(progress())).toEqual([
      'Hour 4.0 of 24: 4 slates (2/s)',
      '',
      '                        slates  with a click  clicks/impression  likes  hides',
      'all                          4  50 %          18.75 %                1      1',
      'by hybrid                    3  66.7 %        25 %                   1      1',
      'by rule_based                1  0 %           0 %                    0      0',
      'rules-or-bandit/bandit       3  66.7 %        25 %                   1      1',
      'rules-or-bandit/rules        1  0 %           0 %                    0      0',
    ]);
  });

  it('shows what the policy chose, and what the experiment says', () => {
    const arms = [
      { arm: 'hybrid', share: 0.75, rewardMean: 0.5, selections: 3 },
      { arm: 'popularity_based', share: 0.25, rewardMean: 0.2, selections: 1 },
    ];
    const policy = { name: 'home-strategies', enabled: true, arms };
    const result = { metric: 'click_rate', variant: 'bandit', lift: 0.4, sequentialLow: 0.1, sequentialHigh: 0.7 };
    const results = [experiment.MetricResult.fromPartial({ ...result, probabilityBetter: 0.999 })];
    const recommendation = 'Roll out bandit.';
    const running = { experimentId: 'rules-or-bandit', state: 'running', action: 'roll_out', withheld: '' };
    const learning = { policy, experiment: { ...running, recommendation, results }, problems: [] };
    expect(trafficLines(progress({ learning })).slice(8)).toEqual([
      '',
      'Policy home-strategies has chosen:',
      'arm               share                        choices  mean reward',
      'hybrid            75 %   ###############             3  0.500',
      'popularity_based  25 %   #####                       1  0.200',
      '',
      'Experiment rules-or-bandit is running: roll_out',
      'metric      variant  lift  always-valid interval  P(better)',
      'click_rate  bandit   40 %  10 % to 70 %           0.999',
      'Roll out bandit.',
    ]);
  });

  it('says why results are withheld and what could not be asked', () => {
    const withheld = {
      experimentId: 'e',
      state: 'running',
      action: '',
      withheld: 'units are lost',
      recommendation: '',
    };
    const learning = { experiment: { ...withheld, results: [] }, problems: ['policy p: not found'] };
    const lines = trafficLines(progress({ learning }));
    expect(lines).toContain('Its results are withheld: units are lost');
    expect(lines).toContain('(policy p: not found)');
  });

  it('is one line where nobody looks', () => {
    expect(trafficLine(progress())).toBe(
      'hour 4.0, 4 slates, click rate 50 %, rules-or-bandit/bandit 66.7 %, rules-or-bandit/rules 0 %',
    );
  });
});
