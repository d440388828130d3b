import { hash } from 'node:crypto';
import { type Baseline, baselineOf, type HourValue } from './baseline';
import { ALL_PRODUCERS, type CountedHours, type HourCounts } from './hour-counts';
import type { OptionalField } from './quality-counts';
import type { TypeRule } from './type-rule';

/** What is measured of an hour. */
export type QualityMeasure =
  | 'volume'
  | 'rejected_share'
  | 'duplicate_share'
  | 'flagged_count'
  | 'quarantined_count'
  | 'null_share';

/** One measure of one hour of incoming data. */
export interface QualityFinding {
  readonly hour: Date;
  /** Empty for all producers together. */
  readonly producer: string;
  readonly measure: QualityMeasure;
  /** A type of interaction or a field; empty for none. */
  readonly subject: string;
  readonly value: number;
  /** What was usual in the hours before; undefined where too little is known. */
  readonly expected: number | undefined;
  readonly isAnomaly: boolean;
  readonly message: string;
}

/** Which hour is looked at, with what. */
export interface HourQuestion {
  readonly hours: CountedHours;
  readonly types: readonly TypeRule[];
  readonly hourMs: number;
  /** Nothing more comes of it: an hour that is not over is measured, and not judged. */
  readonly isOver: boolean;
}

/** The hours that an hour is compared with: 7 days. */
export const COMPARED_HOURS = 7 * 24;

const OPTIONAL_FIELDS: readonly OptionalField[] = ['value', 'decision_id', 'surface', 'position'];
/** A share of fewer events says nothing. */
const MIN_EVENTS = 50;
/** Deviations beyond which a value is out of the ordinary (Iglewicz and Hoaglin 1993). */
const FAR = 3.5;

interface Measured {
  readonly measure: QualityMeasure;
  readonly subject: string;
  /** Undefined where the hour has too few events for it. */
  readonly valueOf: (counts: HourCounts) => number | undefined;
}

/** Everything that is measured of one producer's hour, in a fixed order. */
export function findingsOf(question: HourQuestion, producer: string): readonly QualityFinding[] {
  const { hours, types, hourMs } = question;
  const counts = hours.of(producer, hourMs);
  const before = hours.before(producer, hourMs, COMPARED_HOURS);
  return measuresOf(types).flatMap((measured) => {
    const value = measured.valueOf(counts);
    if (value === undefined) return [];
    const known = before.flatMap((one): HourValue[] => {
      const then = measured.valueOf(hours.of(producer, one));
      return then === undefined ? [] : [{ hourMs: one, value: then }];
    });
    const baseline = baselineOf(known, hourMs);
    const isUsuallyNothing = baseline === undefined ? known.every((one) => one.value === 0) : baseline.median === 0;
    // What was not and is not: most types of interaction of most producers.
    if (value === 0 && isUsuallyNothing) return [];
    return [findingOf(question, { producer, measured, value, baseline })];
  });
}

/** Identifies a finding for ever. */
export function findingId({ hour, producer, measure, subject }: QualityFinding): string {
  return hash('sha256', JSON.stringify([hour.getTime(), producer, measure, subject]), 'hex').slice(0, 32);
}

function measuresOf(types: readonly TypeRule[]): readonly Measured[] {
  const share = (part: number, whole: number) => (whole < MIN_EVENTS ? undefined : part / whole);
  return [
    { measure: 'volume', subject: '', valueOf: (counts) => counts.of('accepted') },
    ...types.map(({ name }) => ({
      measure: 'volume' as const,
      subject: name,
      valueOf: (counts: HourCounts) => counts.of('accepted', name),
    })),
    { measure: 'rejected_share', subject: '', valueOf: (counts) => share(counts.of('rejected'), counts.sent) },
    { measure: 'duplicate_share', subject: '', valueOf: (counts) => share(counts.of('duplicate'), counts.sent) },
    { measure: 'flagged_count', subject: '', valueOf: (counts) => counts.of('flagged') },
    { measure: 'quarantined_count', subject: '', valueOf: (counts) => counts.of('quarantined') },
    ...OPTIONAL_FIELDS.map((field) => ({
      measure: 'null_share' as const,
      subject: field,
      valueOf: (counts: HourCounts) => share(counts.of('empty', field), counts.couldHave(field, types)),
    })),
  ];
}

interface Judged {
  readonly producer: string;
  readonly measured: Measured;
  readonly value: number;
  readonly baseline: Baseline | undefined;
}

function findingOf({ hourMs, isOver }: HourQuestion, judged: Judged): QualityFinding {
  const { producer, measured, value, baseline } = judged;
  const isAnomaly = isOver && isOutOfTheOrdinary(judged);
  return {
    ...{ hour: new Date(hourMs), producer, measure: measured.measure, subject: measured.subject, value },
    ...{ expected: baseline?.median, isAnomaly, message: sentenceOf(judged, isOver) },
  };
}

function isOutOfTheOrdinary({ measured: { measure }, value, baseline }: Judged): boolean {
  // Somebody decided to refuse these events, and somebody should look after them.
  if (measure === 'quarantined_count') return value > 0;
  if (baseline === undefined) return false;
  const { median, min, max } = baseline;
  const isFar = Math.abs(value - median) > FAR * leastDeviation(measure, baseline);
  if (measure !== 'volume') return isFar && value > max;
  // A producer that was never silent at this time of the day, and is now.
  if (value === 0 && min > 0) return median >= MIN_EVENTS;
  return isFar && (value < min || value > max) && Math.max(value, median) >= MIN_EVENTS;
}

// What is very regular has hardly a deviation, and would be found odd for a trifle.
function leastDeviation(measure: QualityMeasure, { median, deviation }: Baseline): number {
  if (measure === 'rejected_share' || measure === 'duplicate_share' || measure === 'null_share') {
    return Math.max(deviation, 0.01);
  }
  return Math.max(deviation, median / 10, Math.sqrt(median), 1);
}

function sentenceOf({ producer, measured, value, baseline }: Judged, isOver: boolean): string {
  const who = producer === ALL_PRODUCERS ? 'all producers together' : `"${producer}"`;
  const usual =
    baseline === undefined ? 'too few hours are known to compare with' : `usual: ${shown(measured, baseline.median)}`;
  const far = isOver ? '' : ' so far, the hour is not over';
  return `${who}: ${shown(measured, value)} ${whatOf(measured)}${far}; ${usual}`;
}

function shown({ measure }: Measured, value: number): string {
  return measure.endsWith('_share') ? `${(value * 100).toFixed(1)} %` : String(Math.round(value));
}

function whatOf({ measure, subject }: Measured): string {
  switch (measure) {
    case 'volume':
      return subject === '' ? 'events accepted' : `events of type ${subject} accepted`;
    case 'rejected_share':
      return 'of the events rejected';
    case 'duplicate_share':
      return 'of the events sent before';
    case 'flagged_count':
      return 'events of users who act faster than people do';
    case 'quarantined_count':
      return 'events refused in quarantine';
    case 'null_share':
      return `of the events that can have a ${subject} without one`;
    default:
      return measure satisfies never;
  }
}
