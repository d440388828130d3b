import { AppError, type FieldViolation } from '@attune/errors';
import { cutFor } from './cut-for';
import type { Metric } from './metric';
import { findMetric, METRICS } from './metric-catalogue';

const MOST_POINTS = 10_000;

/** A question for the course of a metric. */
export interface CourseQuestion {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
}

/** The metric of a question that can be answered. Throws `invalid.request` with everything that is wrong with it. */
export function checkQuestion(question: CourseQuestion): Metric {
  const metric = findMetric(question.metric);
  const violations = [...wrongNames(question, metric), ...wrongTimes(question, metric)];
  if (metric !== undefined && violations.length === 0) return metric;
  const [first] = violations;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.request', `${first!.field} ${first!.description}${more}`, { violations });
}

function wrongNames({ metric: name, labels }: CourseQuestion, metric: Metric | undefined): FieldViolation[] {
  if (metric === undefined) {
    return [
      {
        field: 'metric',
        description: `"${name}" is no metric; there are ${METRICS.map((one) => one.name).join(', ')}`,
      },
    ];
  }
  if (cutFor(name, Object.keys(labels)) !== undefined) return [];
  const cuts = metric.cuts.filter((cut) => cut.length > 0).map((cut) => cut.join(' and '));
  return [
    { field: 'labels', description: `${name} is not kept by these labels together; it is kept by ${cuts.join('; ')}` },
  ];
}

function wrongTimes({ from, to, stepSeconds }: CourseQuestion, metric: Metric | undefined): FieldViolation[] {
  const width = metric?.width ?? 60;
  if (from >= to) return [{ field: 'from', description: 'must be before `to`' }];
  if (!(stepSeconds >= width) || stepSeconds % width !== 0) {
    return [
      {
        field: 'step_seconds',
        description: `must be a multiple of ${width}, the width that the metric is measured by`,
      },
    ];
  }
  const points = (to.getTime() - from.getTime()) / (stepSeconds * 1_000);
  if (points <= MOST_POINTS) return [];
  const description = `makes ${Math.ceil(points)} points, and an answer has at most ${MOST_POINTS}: ask for wider steps or less time`;
  return [{ field: 'step_seconds', description }];
}
