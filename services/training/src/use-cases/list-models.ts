import type { Trainer } from '../domain/trainer';
import type { ModelRegistry, ModelSummary } from '../ports';

/** A model: its trainer and what was made with it. */
export interface ListedModel extends Pick<Trainer, 'name' | 'description' | 'defaults'> {
  readonly summary?: ModelSummary;
}

/** Every trainer with its versions, by name; also trainers that were never run. */
export function makeListModels(ports: {
  readonly registry: ModelRegistry;
  readonly trainers: ReadonlyMap<string, Trainer>;
}) {
  return async (): Promise<readonly ListedModel[]> => {
    const summaries = new Map((await ports.registry.summaries()).map((summary) => [summary.model, summary]));
    return [...ports.trainers.values()]
      .map(({ name, description, defaults }) => {
        const summary = summaries.get(name);
        return { name, description, defaults, ...(summary === undefined ? {} : { summary }) };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };
}
