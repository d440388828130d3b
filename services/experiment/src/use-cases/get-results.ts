import type { Clock } from '../ports';
import type { AnalysisQuestion, FullAnalysis, makeAnalyseExperiment } from './analyse-experiment';
import { SharedAnswer } from './shared-answer';
import { takeTurns } from './take-turns';

/** So many answers are remembered; a fleet has few experiments that are looked at in the same second. */
const MOST_REMEMBERED = 100;
/** So many are worked out at a time: people who look must not keep facts from coming in, or the job from its looks. */
const MOST_AT_A_TIME = 2;

/** The analysis of an experiment for a person who looks. Those who ask at the same moment share one answer. */
export function makeGetResults(ports: {
  readonly analyse: ReturnType<typeof makeAnalyseExperiment>;
  readonly clock: Clock;
  /** How old an answer may be. */
  readonly maxAgeMs: number;
}) {
  const known = new Map<string, { readonly atMs: number; readonly answer: SharedAnswer<FullAnalysis> }>();
  const inTurn = takeTurns(MOST_AT_A_TIME);
  return (
    experimentId: string,
    question: Omit<AnalysisQuestion, 'looks'>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<FullAnalysis> => {
    const key = JSON.stringify([experimentId, question]);
    const nowMs = ports.clock().getTime();
    const found = known.get(key);
    const isFresh = found !== undefined && nowMs - found.atMs < ports.maxAgeMs && nowMs >= found.atMs;
    if (isFresh && !found.answer.isAbandoned) return found.answer.join(signal);
    const answer = new SharedAnswer((abandoned) =>
      inTurn(() => ports.analyse(experimentId, { ...question, looks: 'once' }, { signal: abandoned }), abandoned),
    );
    known.delete(key);
    known.set(key, { atMs: nowMs, answer });
    if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value!);
    const told = answer.join(signal);
    // what failed is asked again
    told.catch(() => known.get(key)?.answer === answer && known.delete(key));
    return told;
  };
}
