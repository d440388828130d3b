import type { ArmState } from './arm-state';
import { bestProbabilities } from './best-probabilities';
import { betaLogitDensity, normalDensity, studentDensity } from './densities';
import { evidenceFactor, evidenceTimeMs } from './forward-decay';
import { keptBestProbabilities } from './kept-probabilities';
import { linearBelief, withBias } from './linear-belief';
import type { PolicyRules } from './policy-rules';
import { rateBelief, valueBelief } from './value-belief';

/** What preferences are made of. */
export interface PreferenceRequest {
  readonly rules: PolicyRules;
  readonly states: readonly ArmState[];
  readonly context: ArrayLike<number> | undefined;
  readonly atMs: number;
}

/** [arms]: the probabilities with which the kind itself would choose, before any floor; they add up to 1. */
export function armPreferences({ rules, states, context, atMs }: PreferenceRequest): Float64Array {
  const evidenceMs = evidenceTimeMs(rules.settings, states, atMs);
  const factors = states.map((state) => evidenceFactor(rules.settings, state, evidenceMs));
  switch (rules.kind) {
    case 'thompson_beta':
      return thompsonBeta(rules, states, factors);
    case 'thompson_gaussian':
      return thompsonGaussian(rules, states, factors);
    case 'linucb':
      return linUcb(rules, states, factors, withBias(context!));
    case 'linear_thompson':
      return linearThompson(rules, states, factors, withBias(context!));
    case 'epsilon_greedy':
      return epsilonGreedy(rules, states, meansOf(rules, states, factors));
    case 'softmax':
      return softmax(rules, states, meansOf(rules, states, factors));
    default:
      return rules.kind satisfies never;
  }
}

function thompsonBeta(rules: PolicyRules, states: readonly ArmState[], factors: readonly number[]): Float64Array {
  const beliefs = states.map((state, at) => rateBelief(rules, state, factors[at]!));
  return keptBestProbabilities(
    rules,
    beliefs.flatMap(({ a, b }) => [a, b]),
    () => beliefs.map(({ a, b }) => betaLogitDensity(a, b)),
  );
}

function thompsonGaussian(rules: PolicyRules, states: readonly ArmState[], factors: readonly number[]): Float64Array {
  const beliefs = states.map((state, at) => valueBelief(rules, state, factors[at]!));
  return keptBestProbabilities(
    rules,
    beliefs.flatMap(({ mean, scale, degreesOfFreedom }) => [mean, scale, degreesOfFreedom]),
    () => beliefs.map(({ mean, scale, degreesOfFreedom }) => studentDensity(degreesOfFreedom, mean, scale)),
  );
}

/** LinUCB (Li et al. 2010, Alg. 1): the highest upper confidence bound x' theta + alpha sqrt(x' A^-1 x), reward units. */
function linUcb(
  rules: PolicyRules,
  states: readonly ArmState[],
  factors: readonly number[],
  x: Float64Array,
): Float64Array {
  return greedy(
    states.map((state, at) => {
      const { theta, inverse } = linearBelief(rules, state, factors[at]!);
      return dot(theta, x) + rules.settings.alpha * Math.sqrt(Math.max(0, inverse.quadratic(x)));
    }),
  );
}

/** Linear Thompson sampling (Agrawal and Goyal 2013): an arm's score is normal, with mean x' theta and deviation noise sqrt(x' A^-1 x). */
function linearThompson(
  rules: PolicyRules,
  states: readonly ArmState[],
  factors: readonly number[],
  x: Float64Array,
): Float64Array {
  return bestProbabilities(
    states.map((state, at) => {
      const { theta, inverse } = linearBelief(rules, state, factors[at]!);
      return normalDensity(dot(theta, x), rules.settings.noise * Math.sqrt(Math.max(0, inverse.quadratic(x))));
    }),
  );
}

/** Epsilon-greedy; with `annealSelections` n0 epsilon falls as n0 / (n0 + n), as in Auer, Cesa-Bianchi and Fischer 2002. */
function epsilonGreedy(rules: PolicyRules, states: readonly ArmState[], means: readonly number[]): Float64Array {
  const epsilon = rules.settings.epsilon * cooling(rules, states);
  return greedy(means).map((probability) => epsilon / means.length + (1 - epsilon) * probability);
}

/** Boltzmann's rule; with `annealSelections` n0 the temperature falls as sqrt(n0 / (n0 + n)). */
function softmax(rules: PolicyRules, states: readonly ArmState[], means: readonly number[]): Float64Array {
  const temperature = rules.settings.temperature * Math.sqrt(cooling(rules, states));
  const best = Math.max(...means);
  const weights = Float64Array.from(means, (mean) => Math.exp((mean - best) / temperature));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

function cooling({ settings }: PolicyRules, states: readonly ArmState[]): number {
  if (settings.annealSelections === undefined) return 1;
  const selections = states.reduce((sum, { selectionCount }) => sum + selectionCount, 0);
  return settings.annealSelections / (settings.annealSelections + selections);
}

function meansOf(rules: PolicyRules, states: readonly ArmState[], factors: readonly number[]): number[] {
  return states.map((state, at) => valueBelief(rules, state, factors[at]!).mean);
}

/** All for the highest, in equal parts where several are. */
function greedy(scores: readonly number[]): Float64Array {
  const best = Math.max(...scores);
  const share = 1 / scores.filter((score) => score === best).length;
  return Float64Array.from(scores, (score) => (score === best ? share : 0));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
