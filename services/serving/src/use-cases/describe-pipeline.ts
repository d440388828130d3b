import { weightsFor } from '../domain/blend';
import { percent } from '../domain/percent';
import { STRATEGIES, type Strategy, type Surface } from '../domain/surface';
import { NOTHING_TRIED } from '../model-ports';
import type { Filter, Hydrator, Part, Pipeline, Scorer, SlateRequest, Source } from '../pipeline/parts';

/** One part of the pipeline, as a surface uses it. */
export interface DescribedPart {
  readonly name: string;
  readonly description: string;
  readonly isUsed: boolean;
  /** How, for instance `asked for 200`; empty where there is nothing to say. */
  readonly usage: string;
  /** What happens when it fails; empty where it cannot. */
  readonly withoutIt: string;
}

const FOR_THOSE_WHO_AGREED = 'of users who agreed to personalization';

/** Makes the use case: every part in its order, and what the surface makes of it. */
export function makeDescribePipeline(pipeline: Pipeline) {
  return (surface: Surface): readonly DescribedPart[] => [
    ...pipeline.hydrators.map((part) =>
      describe(part, { usage: 'for every slate', withoutIt: missing(part, surface) }),
    ),
    ...pipeline.sources.map((part) => describeSource(part, surface)),
    ...pipeline.filters.map((part) => describe(part, { usage: filterUsage(part, surface) })),
    ...pipeline.scorers.map((part) => describeScorer(part, surface)),
    describe(pipeline.selector, { usage: selectorUsage(surface) }),
    ...pipeline.sideEffects.map((part) => describe(part, { usage: 'after the answer' })),
  ];
}

function describe({ name, description }: Part, more: Partial<DescribedPart>): DescribedPart {
  return { name, description, isUsed: true, usage: '', withoutIt: '', ...more };
}

function missing(part: Hydrator, surface: Surface): string {
  return part.fallback(aboutNobody(surface)).message;
}

function describeSource(part: Source, { sources }: Surface): DescribedPart {
  const quota = sources[nameOf(part) as keyof typeof sources];
  const { withoutIt } = part;
  if (quota === undefined) return describe(part, { isUsed: false, usage: 'not asked', withoutIt });
  const when = part.turn === 'when_short' ? ', only where the others cannot fill the slate' : '';
  const who = part.isPersonal ? `, ${FOR_THOSE_WHO_AGREED}` : '';
  return describe(part, { usage: `asked for ${quota}${when}${who}`, withoutIt });
}

function filterUsage(part: Filter, { seenHours }: Surface): string {
  if (nameOf(part) !== 'already_seen') return 'for every slate';
  const byHours = Map.groupBy(Object.entries(seenHours), ([, hours]) => hours);
  if (byHours.size === 0) return 'nothing stays away';
  return [...byHours]
    .map(([hours, types]) => {
      const time = Number.isFinite(hours) ? `for ${hours} h` : 'for ever';
      return `${time} after ${types.map(([type]) => type).join(', ')}`;
    })
    .join('; ');
}

function describeScorer(part: Scorer, surface: Surface): DescribedPart {
  const weights = strategiesOf(surface).flatMap((strategy) => {
    const weight = weightsFor(strategy, surface).get(part.part);
    return weight === undefined ? [] : [`${percent(weight, 1)} of ${strategy}`];
  });
  const { withoutIt } = part;
  if (weights.length === 0) {
    const usage = part.part === 'rules' ? 'where no part of the strategy can answer' : 'not asked';
    return describe(part, { isUsed: part.part === 'rules', usage, withoutIt });
  }
  const who = part.isPersonal ? `, ${FOR_THOSE_WHO_AGREED}` : '';
  return describe(part, { usage: `${weights.join(', ')}${who}`, withoutIt });
}

/** The strategies that may rank a slate of the surface: with a policy, any that it has an arm for. */
function strategiesOf({ strategies, policy }: Surface): readonly Strategy[] {
  return STRATEGIES.filter((strategy) => policy !== '' || (strategies[strategy] ?? 0) > 0);
}

function selectorUsage({ diversity, exploration, pins, boosts }: Surface): string {
  return [
    `likeness costs up to ${percent(diversity.most, 1)}`,
    `novelty ${percent(diversity.novelty, 1)}`,
    exploration.share === 0
      ? 'no place left to chance'
      : `${percent(exploration.share, 1)} of the places left to chance, among ${exploration.pool}${exploredBy(exploration)}`,
    ...(pins.length === 0 ? [] : [`pins: ${pins.length}`]),
    ...(boosts.length === 0 ? [] : [`boosts: ${boosts.length}`]),
  ].join('; ');
}

function exploredBy({ policy }: Surface['exploration']): string {
  return policy === '' ? '' : ` of a source that the policy "${policy}" chooses`;
}

const nameOf = ({ name }: Part) => name.slice(name.indexOf('/') + 1);

function aboutNobody(surface: Surface): SlateRequest {
  return {
    ...{ userId: '', surface, count: 0, context: {}, excluded: new Set<number>(), includeSeen: false },
    ...{ relatedTo: undefined, nowMs: 0, versions: NOTHING_TRIED },
  };
}
