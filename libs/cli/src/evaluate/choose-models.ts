import { AppError } from '@attune/errors';
import type { Protocol } from '@attune/evaluation';
import { MODELS, type ModelDefinition } from '@attune/recommenders';
import type { EvaluationData } from './evaluation-data';

/** Names that stand for several models. */
const ALL = 'all';
export const AUTO = 'auto';

/** What is wanted: single models, and the search for the best. */
export interface ChosenModels {
  readonly definitions: readonly ModelDefinition[];
  readonly isAuto: boolean;
  /** Why models are left out of `all`. */
  readonly remarks: readonly string[];
}

/** The models of a list of names; `all` are those that suit the protocol and the data. */
export function chooseModels(names: readonly string[], protocol: Protocol, data: EvaluationData): ChosenModels {
  const unknown = names.filter((name) => name !== ALL && name !== AUTO && !MODELS.has(name));
  if (unknown.length > 0) {
    const known = [...MODELS.keys()].join(', ');
    throw new AppError('not_found.model', `there is no model ${unknown.join(', ')}; there are ${known}, all, auto`);
  }
  const all = [...MODELS.values()].map((model) => ({ model, reason: unsuitable(model, protocol, data) }));
  const wanted = all.filter(({ model }) => names.includes(model.name) || names.includes(ALL));
  for (const { model, reason } of wanted) {
    if (reason !== undefined && names.includes(model.name))
      throw new AppError('invalid.models', `${model.name} ${reason}`);
  }
  const definitions = wanted.filter(({ reason }) => reason === undefined).map(({ model }) => model);
  const isAuto = names.includes(AUTO);
  if (definitions.length === 0 && !isAuto) {
    throw new AppError('invalid.models', `no model suits the protocol ${protocol} and this data`);
  }
  return {
    definitions,
    isAuto,
    remarks: wanted.flatMap(({ model, reason }) => (reason === undefined ? [] : [`left out: ${model.name} ${reason}`])),
  };
}

/** All models that suit the protocol and the data. */
export function suitableModels(protocol: Protocol, data: EvaluationData): readonly ModelDefinition[] {
  return [...MODELS.values()].filter((model) => unsuitable(model, protocol, data) === undefined);
}

function unsuitable(model: ModelDefinition, protocol: Protocol, data: EvaluationData): string | undefined {
  const task = protocol === 'ratings' ? 'ratings' : 'ranking';
  if (!model.tasks.includes(task)) {
    return task === 'ratings' ? 'does not predict ratings' : 'does not rank items';
  }
  const { items, follows } = data.training;
  if (model.needs.includes('item_content') && items === undefined) return 'needs --items, which says what items are';
  if (model.needs.includes('follows') && follows === undefined) return 'needs --follows, which says who follows whom';
  if (model.needs.includes('values') && !data.hasValues) return 'needs ratings, and the training file has none';
  return undefined;
}
