import type { monitoring } from '@attune/contracts';
import { table } from '../output';

/** An audit: what it says, and a line per group and measure. */
export function auditLines(audit: monitoring.FairnessAudit): string[] {
  return [
    headline(audit),
    audit.verdict,
    '',
    ...table(
      ['group', 'measure', 'ratio to the whole', '95 %', 'slates', ''],
      audit.measures.map((one) => [
        ...[one.group, one.measure, one.problem ? '' : ratio(one.value)],
        one.problem ? '' : `${ratio(one.low)} to ${ratio(one.high)}`,
        ...[one.sampleCount, one.problem?.message ?? ''],
      ]),
    ),
  ];
}

/** Two audits side by side: what changed from the one before to the later one. */
export function comparisonLines(before: monitoring.FairnessAudit, after: monitoring.FairnessAudit): string[] {
  const keyOf = ({ group, measure }: monitoring.FairnessMeasure) => `${group}\n${measure}`;
  const earlier = new Map(before.measures.map((one) => [keyOf(one), one]));
  return [
    `before: ${headline(before)}`,
    `after:  ${headline(after)}`,
    '',
    ...table(
      ['group', 'measure', 'before', 'after', ''],
      after.measures.map((one) => {
        const other = earlier.get(keyOf(one));
        return [one.group, one.measure, valueText(other), valueText(one), changeText(other, one)];
      }),
    ),
  ];
}

/** Intervals that do not meet differ for certain; others may. */
function changeText(before: monitoring.FairnessMeasure | undefined, after: monitoring.FairnessMeasure): string {
  if (before === undefined || before.problem || after.problem) return '';
  if (after.low > before.high) return 'up';
  if (after.high < before.low) return 'down';
  return 'no certain change';
}

function valueText(one: monitoring.FairnessMeasure | undefined): string {
  if (one === undefined || one.problem) return 'insufficient data';
  return `${ratio(one.value)} (${ratio(one.low)} to ${ratio(one.high)})`;
}

function headline({ auditId, subject, groupBy, from, to, actor }: monitoring.FairnessAudit): string {
  const time = (at: Date | undefined) => at?.toISOString().slice(0, 16) ?? '';
  return `${subject} by ${groupBy}, ${time(from)} to ${time(to)}Z, asked by ${actor}, audit ${auditId}`;
}

const ratio = (value: number) => value.toFixed(2);
