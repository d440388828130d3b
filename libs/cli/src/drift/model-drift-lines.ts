import type { monitoring } from '@attune/contracts';
import { table } from '../output';

const TESTS = ['psi', 'ks', 'wasserstein', 'chi_square', 'null_rate'] as const;

/** What the fleet says of a model's drift, for people: the verdict, a line per feature, and which are other than in training. */
export function modelDriftLines(found: monitoring.GetDriftResponse): string[] {
  const { measures, verdict, from, to, referenceFrom } = found;
  const window = [
    ...(from === undefined || to === undefined ? [] : [`window ${timeText(from)} to ${timeText(to)}`]),
    ...(referenceFrom === undefined ? [] : [`reference from ${timeText(referenceFrom)} on`]),
  ];
  return [
    verdict,
    ...(window.length > 0 ? [window.join(', ')] : []),
    ...(measures.length === 0 ? ['Nothing was measured yet.'] : ['', ...measureTable(measures)]),
    ...skewLines(found),
  ];
}

/** What serving asks the version with beside what it learned from: those features that are other. */
function skewLines({ skews, skewVerdict }: monitoring.GetDriftResponse): string[] {
  if (skewVerdict === '') return [];
  const skewed = skews.filter(({ isSkewed }) => isSkewed);
  return [
    ...['', `Training and serving: ${skewVerdict}`],
    ...(skewed.length === 0
      ? []
      : table(
          ['feature', 'test', 'value', 'what it means'],
          skewed.map(({ name, test, value, bound, verdict }) => [
            ...[name, test, `${short(value)} of ${short(bound)}`, verdict],
          ]),
        )),
  ];
}

function measureTable(measures: readonly monitoring.DriftMeasure[]): string[] {
  return table(
    ['feature', 'type', 'drift', 'values', 'reference', ...TESTS, 'what it means'],
    measures.map((one) => [
      one.name,
      one.type,
      one.hasDrifted ? 'yes' : 'no',
      one.sampleCount,
      one.referenceCount,
      ...TESTS.map((name) => testText(one.tests.find((test) => test.name === name))),
      one.verdict,
    ]),
  );
}

function testText(test: monitoring.DriftTest | undefined): string {
  if (test === undefined) return '';
  const { statistic, bound, hasDrifted } = test;
  return `${short(statistic)} of ${short(bound)}${hasDrifted ? ' !' : ''}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
