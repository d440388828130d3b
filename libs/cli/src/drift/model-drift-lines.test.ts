import { monitoring } from '@attune/contracts';
import { modelDriftLines } from './model-drift-lines';

describe('drift of a model for people', () => {
  it('shows each feature with its tests and bounds', () => {
    const found = monitoring.GetDriftResponse.fromPartial({
      verdict: 'The feature price has moved.',
      from: new Date('2026-11-27T03:00:00Z'),
      to: new Date('2026-11-27T04:00:00Z'),
      referenceFrom: new Date('2026-11-20T03:00:00Z'),
      measures: [
        {
          ...{ name: 'price', type: 'numeric', hasDrifted: true, sampleCount: 900, referenceCount: 60_000 },
          tests: [{ name: 'ks', statistic: 0.213, bound: 0.1, hasDrifted: true }],
          verdict: 'the distributions are 0.213 apart',
        },
      ],
    });
    const text = modelDriftLines(found).join('\n');
    expect(text).toMatch(
      /^The feature price has moved\.\nwindow 2026-11-27 03:00 UTC to 2026-11-27 04:00 UTC, reference from/,
    );
    expect(text).toMatch(/price +numeric +yes +900 +60000 +0\.213 of 0\.1 ! +the distributions are 0\.213 apart/);
  });

  it('shows which features are other in serving than in training', () => {
    const verdict = '100 % of the values are missing in serving, and 0 % were in training';
    const found = monitoring.GetDriftResponse.fromPartial({
      skewVerdict: 'in 900 slates of version 3, 1 of 2 features are other than in its training set: price',
      skews: [
        { name: 'price', isSkewed: true, test: 'missing', value: 1, bound: 0.3, verdict },
        { name: 'age', isSkewed: false, test: 'distribution', value: 0.1, bound: 0.5, verdict: 'close' },
      ],
    });
    const lines = modelDriftLines(found);
    expect(lines.slice(-3).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'Training and serving: in 900 slates of version 3, 1 of 2 features are other than in its training set: price',
      'feature test value what it means',
      `price missing 1 of 0.3 ${verdict}`,
    ]);
  });

  it('says so where nothing was measured', () => {
    const lines = modelDriftLines(monitoring.GetDriftResponse.fromPartial({ verdict: 'Unknown.' }));
    expect(lines).toEqual(['Unknown.', 'Nothing was measured yet.']);
  });
});
