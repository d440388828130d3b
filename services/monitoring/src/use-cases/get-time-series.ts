import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CourseQuestion, checkQuestion } from '../domain/metrics/check-question';
import type { Metric } from '../domain/metrics/metric';
import { type StretchValue, valueOfSteps } from '../domain/metrics/value-of-steps';
import type { StepReader } from './read-steps';

/** After so many points others have their turn. */
const PER_TURN = 10;

/** A point of a course. */
export interface CoursePoint extends StretchValue {
  readonly at: Date;
}

/** The course of a metric. */
export interface Course {
  readonly metric: Metric;
  readonly points: readonly CoursePoint[];
}

/** Makes the use case: the course of a metric, with a point for every step of the time that is asked for. */
export function makeGetTimeSeries(readSteps: StepReader) {
  return async function getTimeSeries(question: CourseQuestion): Promise<Course> {
    const metric = checkQuestion(question);
    const widthMs = question.stepSeconds * 1_000;
    const first = Math.floor(question.from.getTime() / widthMs) * widthMs;
    const { metric: name, labels, to } = question;
    const steps = await readSteps({ metric: name, labels, from: new Date(first), to }, question.stepSeconds);
    const byPoint = Map.groupBy(steps, ({ at }) => Math.floor(at.getTime() / widthMs) * widthMs);
    const points: CoursePoint[] = [];
    for (let at = first; at < to.getTime(); at += widthMs) {
      points.push({ at: new Date(at), ...valueOfSteps(metric, byPoint.get(at) ?? []) });
      if (points.length % PER_TURN === 0) await nextTurn();
    }
    return { metric, points };
  };
}
