import type { Clock } from '../ports';
import type { AnalysisQuestion, FullAnalysis, makeAnalyseExperiment } from './analyse-experiment';

/** So many answers are remembered; a fleet has few experiments that are looked at in the same second. */
const MOST_REMEMBERED = 100;

/** The analysis of an experiment for a person who looks. Those who ask at the same moment share one answer. */
export function makeGetResults(ports: {
  readonly analyse: ReturnType<typeof makeAnalyseExperiment>;
  readonly clock: Clock;
  /** How old an answer may be. */
  readonly maxAgeMs: number;
}) {
  const known = new Map<string, { readonly atMs: number; readonly answer: Promise<FullAnalysis> }>();
  return (experimentId: string, question: Omit<AnalysisQuestion, 'looks'>): Promise<FullAnalysis> => {
    const key = JSON.stringify([experimentId, question]);
    const nowMs = ports.clock().getTime();
    const found = known.get(key);
    if (found !== undefined && nowMs - found.atMs < ports.maxAgeMs && nowMs >= found.atMs) return found.answer;
    const answer = ports.analyse(experimentId, { ...question, looks: 'once' });
    known.delete(key);
    known.set(key, { atMs: nowMs, answer });
    if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value!);
    // what failed is asked again
    answer.catch(() => known.get(key)?.answer === answer && known.delete(key));
    return answer;
  };
}
