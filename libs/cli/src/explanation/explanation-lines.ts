import type { serving } from '@attune/contracts';
import { table } from '../output';
import { percentText } from '../percent-text';
import { chance, featureWords, points, valueWords } from './feature-words';

/** How many features are told apart; the others are added up. */
const SHOWN = 8;
/** How many in a slate, where every item has its own. */
const SHOWN_SHORT = 3;
/** Reasons of one item of a slate. */
const REASONS_SHORT = 3;

/** An explanation for people, whole: the reason, what is behind it, what each feature added, and what could not be told. */
export function explanationLines(explanation: serving.ExplainDecisionResponse, title: string): string[] {
  return [
    ...headline(explanation, title),
    ...section(
      explanation.notShownBecause === '' ? 'Because' : 'In particular',
      explanation.reasons.map((reason) => `- ${reason}`),
    ),
    ...predictionLines(explanation),
    ...section(
      'Note',
      explanation.caveats.map((caveat) => `- ${caveat}`),
    ),
    '',
    `How sure this is: ${percentText(explanation.confidence, 0)}`,
  ];
}

/** An explanation of one item of a slate in a few lines: reasons, and the features that mattered most. */
export function shortExplanationLines(explanation: serving.ExplainDecisionResponse): string[] {
  const reasons = explanation.reasons.slice(0, REASONS_SHORT).map((reason) => `- ${reason}`);
  if (explanation.method === '') return reasons;
  const strongest = explanation.contributions.slice(0, SHOWN_SHORT);
  const features = strongest.map(
    ({ name, value, contribution }) => `${featureWords(name)} (${valueWords(value?.value)}) ${points(contribution)}`,
  );
  const { label, prediction, baseValue } = explanation;
  return [
    ...reasons,
    `- Chance of a ${label}: ${chance(prediction)}, against ${chance(baseValue)} if nothing were known`,
    ...(features.length === 0 ? [] : [`  mostly by ${features.join(', ')}`]),
  ];
}

function headline(
  { itemId, position, primaryReason, notShownBecause, decisionId }: serving.ExplainDecisionResponse,
  title: string,
) {
  const item = title === '' ? itemId : `${title} (${itemId})`;
  const slate = decisionId === '' ? 'the slate that would be made now' : `the slate of decision ${decisionId}`;
  if (position !== undefined) return [`${item} is number ${position + 1} of ${slate}.`, `  ${primaryReason}.`];
  return [`${item} is not in ${slate}.`, `  ${notShownBecause}.`];
}

function predictionLines(explanation: serving.ExplainDecisionResponse): string[] {
  const { method, label, prediction, baseValue, model, contributions, standardError } = explanation;
  if (method === '') return [];
  const rows = contributions
    .slice(0, SHOWN)
    .map((one) => [points(one.contribution), featureWords(one.name), valueWords(one.value?.value), one.description]);
  const others = contributions.slice(SHOWN);
  const rest = others.reduce((sum, { contribution }) => sum + contribution, 0);
  if (others.length > 0) rows.push([points(rest), `${others.length} others together`, '', '']);
  const error = method === 'sampled' ? `, each give or take ${(200 * standardError).toFixed(1)}` : '';
  return section(`Chance of a ${label}: ${chance(prediction)}, by ${model?.name} version ${model?.version}`, [
    `${chance(baseValue)} if nothing were known; what was known moved it by so many percentage points${error}:`,
    ...indented(rightAligned(table(['points', 'what', 'value', 'meaning'], rows), 'points'.length)),
  ]);
}

/** The first column of a table ends where its heading does: signs make it a column of words. */
function rightAligned(lines: readonly string[], width: number): string[] {
  return lines.map((line) => `${line.slice(0, width).trim().padStart(width)}${line.slice(width)}`);
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading, ...indented(lines)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
