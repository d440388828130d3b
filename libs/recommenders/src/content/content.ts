import { AppError } from '@attune/errors';
import { checkInteractions } from '@attune/interactions';
import { breathing } from '../breathing';
import type { FitRequest, ItemContent, ModelDefinition } from '../model';
import { neighborTable } from './content-graphs';
import { ContentModel } from './content-model';
import { type ContentSettings, contentSearchSpace, contentSettings } from './content-settings';
import { sphericalKMeans } from './spherical-k-means';
import { countTerms } from './terms';
import { learnVocabulary, stack, vectorize } from './vocabulary';

/** Items with similar content: TF-IDF, cosine and k-means; docs/models/content.md has its equations. */
export const CONTENT: ModelDefinition<ContentSettings> = {
  name: 'content',
  description: 'Items whose words, tags and category are like what a user liked; knows new items at once.',
  tasks: ['ranking'],
  needs: ['item_content'],
  settings: contentSettings,
  searchSpace: contentSearchSpace,
  fit: fitContent,
};

// Texts cut into words between two looks at the world: some tens of milliseconds.
const ITEMS_PER_BREATH = 2_000;

async function fitContent({ data, settings, signal, onProgress }: FitRequest<ContentSettings>): Promise<ContentModel> {
  const { interactions, items } = data;
  checkInteractions(interactions);
  if (items === undefined || items.length !== interactions.itemCount) {
    throw new AppError(
      'failed_precondition.dataset_no_content',
      `content is known of ${items?.length ?? 0} of ${interactions.itemCount} items; give a data set with items`,
    );
  }
  const breathe = breathing(signal);
  onProgress?.({ fraction: 0, phase: 'reading texts' });
  const counts = await countAll(items, settings, breathe);
  const vocabulary = learnVocabulary(counts, settings);
  const vectors = stack(counts.map((terms) => vectorize(terms, vocabulary)));
  const termCount = vocabulary.terms.length;
  const clusters = await sphericalKMeans({
    items: vectors,
    termCount,
    clusters: settings.clusters,
    iterations: settings.clusterIterations,
    seed: settings.seed,
    onPass: async ({ iteration, cohesion }) => {
      const fraction = 0.3 + (0.4 * iteration) / settings.clusterIterations;
      onProgress?.({ fraction, phase: 'clustering', metrics: { cohesion } });
      await breathe();
    },
  });
  onProgress?.({ fraction: 0.7, phase: 'finding similar items' });
  const { servedNeighbors: width, threads } = settings;
  const neighbors = await neighborTable(vectors, termCount, { width, threads, signal });
  const model = new ContentModel({ vocabulary, vectors, clusters, neighbors, interactions, settings });
  onProgress?.({ fraction: 1, phase: 'trained', metrics: model.metrics });
  return model;
}

async function countAll(items: readonly ItemContent[], settings: ContentSettings, breathe: () => Promise<void>) {
  const counts: ReturnType<typeof countTerms>[] = [];
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_PER_BREATH === 0) await breathe();
    counts.push(countTerms(item, settings));
  }
  return counts;
}
