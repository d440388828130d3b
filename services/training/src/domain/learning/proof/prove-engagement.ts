import type { Measurement } from '../../evaluation';
import { lossTable, measureEngagement } from '../../measure-engagement';
import { LOG_LOSS } from '../../trainers';
import type { LearningCheck } from '../learning-cycle';
import { checkCalibration, checkFeatures, checkLeak, checkPredictorNumbers, checkReproduced } from './check-examples';
import { checkBetter } from './check-gain';
import { checkLatency } from './check-latency';
import { strangeWeight } from './check-numbers';
import { checkSegments, gainsByPart } from './check-segments';
import { check, checkFuture, checkRows, checkSize } from './checks';
import { exampleParts } from './example-parts';
import { answersOf, baseRatesOf, type DatedExamples, matrixFor, newestRows, questionsOfRows } from './example-rows';
import type { OpenedPredictor } from './opened-version';

/** What proving a model that says probabilities needs. */
export interface ProveEngagementRequest {
  readonly challenger: OpenedPredictor;
  readonly champion?: OpenedPredictor;
  /** What the challenger says that it learned from. */
  readonly trainedOn: DatedExamples;
  /** Everything until now. */
  readonly exam: DatedExamples;
  /** Questions are the examples from here on. */
  readonly heldOutFromMs: number;
  /** Milliseconds of some clock. */
  readonly stopwatch: () => number;
}

const SEED = 1;
const MOST_QUESTIONS = 20_000;
const TIMED_ROWS = 256;
const METHOD = 'the examples of the time that was kept back, which neither version has seen';

/** Proves a challenger that says probabilities: asks it and the champion about the same examples, and looks at what could make it unfit. */
export async function proveEngagement(
  request: ProveEngagementRequest,
): Promise<{ checks: LearningCheck[]; measurement?: Measurement }> {
  const { challenger, champion, trainedOn, exam, heldOutFromMs } = request;
  const fresh = [...exam.timesMs.keys()].filter((row) => exam.timesMs[row]! >= heldOutFromMs);
  const rows = newestRows(fresh, exam.timesMs, MOST_QUESTIONS);
  const isHeldOut = champion !== undefined && rows.length > 0;
  const newestMs = trainedOn.timesMs.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  const checks = [
    checkFuture({ newestMs, trainedToMs: challenger.trainedToMs, heldOutFromMs, isHeldOut }),
    checkRows(trainedOn.timesMs.length, rowsInTime(request)),
    checkFeatures(challenger, trainedOn),
    checkLeak(trainedOn),
    checkSize(challenger, champion),
  ];
  const strange = strangeWeight(challenger);
  if (strange !== undefined) return { checks: [...checks, check('numbers', false, strange)] };
  if (!checks.every(({ name, passed }) => passed || name !== 'features')) return { checks };
  const asked = await answersOf(
    challenger,
    exam.examples,
    isHeldOut ? rows : newestRows([...exam.timesMs.keys()], exam.timesMs, 1_000),
  );
  const theirs = isHeldOut ? await answersOf(champion, exam.examples, rows) : undefined;
  const numbers = await checkPredictorNumbers(challenger, exam.examples, {
    asked,
    ...(theirs && { champion: theirs }),
  });
  checks.push(numbers);
  if (!numbers.passed) return { checks };
  checks.push(await checkReproduced(challenger, trainedOn), await checkSpeed(request));
  if (!isHeldOut || theirs === undefined) {
    return { checks: [...checks, check('better', true, 'nothing was kept back; the evaluation of its run decides')] };
  }
  const compared = compare(request, { rows, asked, theirs });
  return { checks: [...checks, ...compared.checks], measurement: compared.measurement };
}

/** How many examples happened between the first and the last of the data set, by what is known now. */
function rowsInTime({ trainedOn, exam }: ProveEngagementRequest): number {
  const [first, last] = [Math.min, Math.max].map((pick) => trainedOn.timesMs.reduce((a, b) => pick(a, b)));
  return exam.timesMs.reduce((count, time) => count + (time >= first! && time <= last! ? 1 : 0), 0);
}

function checkSpeed({ challenger, champion, exam, stopwatch }: ProveEngagementRequest): Promise<LearningCheck> {
  const rows = newestRows([...exam.timesMs.keys()], exam.timesMs, TIMED_ROWS);
  const answer = (version: OpenedPredictor) => {
    const matrix = matrixFor(version, exam.examples, rows);
    return () => version.predict(matrix, rows.length);
  };
  return checkLatency({
    challenger: answer(challenger),
    ...(champion && { champion: answer(champion) }),
    ...{ growth: 1, stopwatch },
  });
}

function compare(
  { champion, exam, heldOutFromMs }: ProveEngagementRequest,
  { rows, asked, theirs }: { readonly rows: Uint32Array; readonly asked: Float32Array; readonly theirs: Float32Array },
) {
  const before = Uint32Array.from(exam.timesMs.keys()).filter((row) => exam.timesMs[row]! < heldOutFromMs);
  const questions = questionsOfRows(exam, rows, baseRatesOf(exam.examples, before));
  const rival = { opponent: String(champion!.number), method: 'artifact', probabilities: theirs } as const;
  const measured = measureEngagement(questions, asked, { rivals: [rival], seed: SEED, method: METHOD });
  const measurement = { ...measured, askedFrom: new Date(heldOutFromMs) };
  const parts = exampleParts(exam, rows).map(({ name, places }) => {
    const part = questionsOfRows(
      exam,
      Uint32Array.from(places, (place) => rows[place]!),
      [],
    );
    const pick = (all: Float32Array) => pickRows(all, places, questions.labels.length);
    return { name, challenger: lossTable(part, pick(asked)), champion: lossTable(part, pick(theirs)) };
  });
  const gains = gainsByPart(parts, { metric: LOG_LOSS, isHigherBetter: false });
  const checks = [
    checkBetter(measurement, LOG_LOSS),
    checkSegments(gains, LOG_LOSS),
    checkCalibration(questions, asked, theirs),
  ];
  return { checks, measurement };
}

function pickRows(all: Float32Array, places: Int32Array, width: number): Float32Array {
  const picked = new Float32Array(places.length * width);
  places.forEach((place, at) => {
    picked.set(all.subarray(place * width, (place + 1) * width), at * width);
  });
  return picked;
}
