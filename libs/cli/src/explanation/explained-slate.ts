import type { serving } from '@attune/contracts';
import type { CliContext } from '../context';
import { explainItem } from './explain-item';
import { shortExplanationLines } from './explanation-lines';

/** Explanations asked for at a time: each costs serving some ten milliseconds of a model. */
const AT_A_TIME = 4;

/** Why each item of a slate is there, in its order. */
export async function explainSlate(
  context: CliContext,
  { decisionId, items }: serving.RecommendResponse,
): Promise<serving.ExplainDecisionResponse[]> {
  const found = new Array<serving.ExplainDecisionResponse>(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const at = next++;
      found[at] = await explainItem(context, { decisionId, itemId: items[at]!.itemId });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return found;
}

/** A slate with the reasons of each item under it. */
export function explainedSlateLines(
  { items }: serving.RecommendResponse,
  explanations: readonly serving.ExplainDecisionResponse[],
  titles: ReadonlyMap<string, string>,
): string[] {
  const width = String(items.length).length + 1;
  return items.flatMap(({ itemId, position, reason }, at) => {
    const title = titles.get(itemId) ?? '';
    const name = title === '' ? itemId : `${title} (${itemId})`;
    const indent = ' '.repeat(width + 1);
    return [
      `${`${position + 1}.`.padStart(width)} ${name}: ${reason}`,
      ...shortExplanationLines(explanations[at]!).map((line) => `${indent}${line}`),
      '',
    ];
  });
}
