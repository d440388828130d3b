import type { SourceName } from '../domain/surface';
import type { Filter, Source } from './parts';
import { shortName } from './parts';
import type { AskedSource, Sifted, SlateRun } from './slate-run';

/** A source is asked for at most so many times its quota more, for what the filters may remove; who needs more gets a second round. */
const FIRST_ROUND_SPARE = 1;
/** The part of the whole time that the first round of sources may take. What it leaves belongs to the second. */
const FIRST_ROUND_SHARE = 0.5;
/** The most that the later rounds may take: scoring and selecting need some time, too. */
const LATER_ROUNDS_SHARE = 0.25;

const NOT_ASKED = {
  refused: 'the user did not agree to personalization',
  unknown: 'it is not known whether the user agreed to personalization',
};

/** The sources and filters of a pipeline. */
export interface GatherParts {
  readonly sources: readonly Source[];
  readonly filters: readonly Filter[];
  readonly idOf: (item: number) => string;
}

/**
 * Asks the sources of the surface for their quotas and takes out what must not be shown. When too little is left for the slate, those
 * that have more are asked again for so much that no filter can leave it short, and at last those that stand in for the others.
 */
export async function gatherCandidates({ sources, filters, idOf }: GatherParts, run: SlateRun): Promise<Sifted> {
  const { request, user } = run;
  const quotas = request.surface.sources;
  const quotaOf = ({ name }: Source) => quotas[shortName(name) as SourceName] ?? 0;
  const used = sources.filter((source) => quotaOf(source) > 0);
  const mayAsk = (source: Source) => user.agreement === 'agreed' || !source.isPersonal;
  if (user.agreement !== 'agreed')
    run.leaveOut(
      used.filter((source) => !mayAsk(source)),
      NOT_ASKED[user.agreement],
    );
  const removable = filters.reduce((sum, filter) => sum + filter.limit(request, user), 0);
  const inTurn = (turn: Source['turn']) => used.filter((source) => source.turn === turn && mayAsk(source));
  const wanted = (source: Source) => Math.max(quotaOf(source), request.count);
  const asked = (of: readonly Source[], most: number): AskedSource[] =>
    of.map((source) => ({ source, count: wanted(source) + Math.min(removable, most * wanted(source)) }));

  await run.gather(asked(inTurn('always'), FIRST_ROUND_SPARE), FIRST_ROUND_SHARE);
  let sifted = run.sift(filters, idOf);
  const more = inTurn('always').filter((source) => run.proposals.get(source.name)?.isExhausted === false);
  if (sifted.kept.length < request.count && more.length > 0) {
    await run.gather(asked(more, Number.POSITIVE_INFINITY), LATER_ROUNDS_SHARE);
    sifted = run.sift(filters, idOf);
  }
  if (sifted.kept.length < request.count) {
    await run.gather(asked(inTurn('when_short'), Number.POSITIVE_INFINITY), LATER_ROUNDS_SHARE);
    sifted = run.sift(filters, idOf);
  }
  return sifted;
}
