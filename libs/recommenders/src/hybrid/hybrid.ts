import { AppError } from '@attune/errors';
import { checkInteractions, type Interactions } from '@attune/interactions';
import { breathing } from '../breathing';
import { holdOutNewest } from '../hold-out-newest';
import type { FitRequest, FittedModel, ModelDefinition, TrainingData } from '../model';
import { parseSettings } from '../parse-settings';
import type { Blend } from './blend';
import { blendExamples } from './blend-examples';
import { fixedBlend, groupNdcg, heldOutLoss, learnedBlend, rankedBlend, soloBlend } from './blend-weights';
import { HybridModel, type HybridPart } from './hybrid-model';
import { type HybridSettings, hybridSearchSpace, hybridSettings } from './hybrid-settings';
import { rescalerOf } from './part-scale';

type Models = ReadonlyMap<string, ModelDefinition>;

/** A blend of some of these models; docs/models/hybrid.md has its equations. */
export function makeHybrid(models: Models): ModelDefinition<HybridSettings> {
  return {
    name: 'hybrid',
    description: 'Several models as one, on calibrated scales: 40 % collaborative, 35 % content, 25 % popularity.',
    tasks: ['ranking'],
    needs: [],
    uses: ['item_content', 'follows'],
    ranksForStrangers: true,
    settings: hybridSettings,
    searchSpace: hybridSearchSpace,
    fit: (request) => fitHybrid(request, models),
  };
}

const BLENDS = { fixed: fixedBlend, learned: learnedBlend, ranked: rankedBlend } as const;

interface ChosenPart {
  readonly name: string;
  readonly definition: ModelDefinition;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly weight: number;
}

async function fitHybrid(request: FitRequest<HybridSettings>, models: Models): Promise<FittedModel> {
  const { data, settings, signal, onProgress } = request;
  const { interactions } = data;
  checkInteractions(interactions);
  const breathe = breathing(signal);
  await breathe();
  const { chosen, withoutContent } = chooseParts(settings, data, models);
  const { rest, held } = holdOutNewest(interactions, settings.heldOut, settings.seed);
  if (held.userIndex.length === 0) {
    throw new AppError(
      'failed_precondition.dataset_too_small',
      'no user has two interactions, one of which speaks for its item: nothing can be held out to learn scales from',
    );
  }
  const report = (step: number) => (progress: Parameters<NonNullable<typeof onProgress>>[0]) =>
    onProgress?.({ ...progress, fraction: (step + progress.fraction) / (2 * chosen.length) });
  const common = { chosen, data, signal };
  const rescale = rescalerOf(settings.scale, interactions.itemCount);
  const examples = await withParts({ ...common, interactions: rest, report }, (parts) =>
    blendExamples({ ...settings, rescale, parts: parts.map(({ model }) => model), held, interactions, breathe }),
  );
  const shares = chosen.map(({ weight }) => weight);
  const blend = BLENDS[settings.weights](examples, shares);
  const metrics = {
    ...describe(blend, chosen),
    held_out: held.userIndex.length,
    'held_out.ndcg': groupNdcg(examples, blend),
    'held_out.loss': heldOutLoss(examples, blend),
    ...Object.fromEntries(
      chosen.flatMap(({ name }, part) => {
        const solo = soloBlend(examples, part);
        return [
          [`${name}.held_out.ndcg`, groupNdcg(examples, solo)],
          [`${name}.held_out.loss`, heldOutLoss(examples, solo)],
        ];
      }),
    ),
    without_content: withoutContent ? 1 : 0,
  };
  await using stack = new AsyncDisposableStack();
  const offset = (part: number) => report(chosen.length + part);
  const parts = await fitParts({ ...common, interactions, report: offset }, stack);
  const isKnownUser = new Uint8Array(interactions.userCount);
  for (const user of interactions.userIndex) isKnownUser[user] = 1;
  stack.move();
  return new HybridModel({ parts, blend, rescale, itemCount: interactions.itemCount, isKnownUser, metrics });
}

/** The parts with their checked settings. One that needs content is left out where no item says anything, as the metrics tell. */
function chooseParts(settings: HybridSettings, data: TrainingData, models: Models) {
  const all = settings.parts.map(({ model, name = model, weight, settings: own }, index): ChosenPart => {
    const definition = models.get(model);
    if (definition === undefined || !definition.tasks.includes('ranking')) {
      const ranking = [...models.values()].filter(({ tasks }) => tasks.includes('ranking'));
      const message = `"${model}" cannot be a part; choose of: ${ranking.map(({ name }) => name).join(', ')}`;
      throw new AppError('invalid.settings', message, {
        violations: [{ field: `settings.parts[${index}].model`, description: message }],
      });
    }
    return { name, definition, settings: parseSettings(definition, own), weight };
  });
  const hasContent = data.items !== undefined;
  const chosen = all.filter(({ definition }) => hasContent || !definition.needs.includes('item_content'));
  if (chosen.length === 0) {
    throw new AppError(
      'failed_precondition.dataset_no_content',
      'all parts need the content of items, which is unknown',
    );
  }
  return { chosen, withoutContent: chosen.length < all.length };
}

interface FitParts {
  readonly chosen: readonly ChosenPart[];
  readonly data: TrainingData;
  /** In place of the interactions of `data`. */
  readonly interactions: Interactions;
  readonly signal?: AbortSignal;
  readonly report: (part: number) => FitRequest<HybridSettings>['onProgress'];
}

async function fitParts(request: FitParts, stack: AsyncDisposableStack): Promise<HybridPart[]> {
  const { chosen, interactions, signal, report } = request;
  const data = { ...request.data, interactions };
  const parts: HybridPart[] = [];
  for (const [index, { name, definition, settings }] of chosen.entries()) {
    const model = await definition.fit({ data, settings, signal, onProgress: report(index) });
    parts.push({ name, model: stack.use(model) });
  }
  return parts;
}

async function withParts<T>(request: FitParts, use: (parts: readonly HybridPart[]) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  return await use(await fitParts(request, stack));
}

function describe(blend: Blend, chosen: readonly ChosenPart[]): Record<string, number> {
  const total = blend.factors.reduce((sum, factor) => sum + factor, 0);
  return {
    intercept: blend.intercept,
    ...Object.fromEntries(
      chosen.flatMap(({ name }, part) => [
        [`${name}.factor`, blend.factors[part]!],
        [`${name}.influence`, total === 0 ? 0 : blend.factors[part]! / total],
      ]),
    ),
  };
}
