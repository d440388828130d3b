import type { Client, training } from '@attune/contracts';
import { CategoryCounts, DistributionSketch } from '@attune/drift';
import { isAppError } from '@attune/errors';
import type { ProfileSource } from '../detection-ports';
import type { TrainedFeature } from '../domain/detection/judge-skew';
import type { Clock } from '../ports';

/** A version never changes; a registry that was made anew gives its number to another one. */
const KEPT_MS = 3_600_000;

interface Kept {
  readonly version: string;
  readonly askedAt: Date;
  readonly features: readonly TrainedFeature[];
}

/** What versions learned from, as training tells. The latest of each model is kept for an hour. */
export class TrainingProfiles implements ProfileSource {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly client: () => Pick<Client<training.TrainingServiceServer>, 'getFeatureProfile'>,
    private readonly clock: Clock,
  ) {}

  async profileOf(
    model: string,
    version: string,
    asking: { readonly signal: AbortSignal },
  ): Promise<readonly TrainedFeature[]> {
    const askedAt = this.clock();
    const known = this.#kept.get(model);
    if (known?.version === version && askedAt.getTime() - known.askedAt.getTime() < KEPT_MS) return known.features;
    const features = await this.#ask(model, version, asking);
    this.#kept.set(model, { version, askedAt, features });
    return features;
  }

  async #ask(
    model: string,
    version: string,
    asking: { readonly signal: AbortSignal },
  ): Promise<readonly TrainedFeature[]> {
    try {
      const { features } = await this.client().getFeatureProfile({ model, version }, asking);
      return features.flatMap(featureOf);
    } catch (error) {
      // a version that training does not know has no profile
      if (isAppError(error, 'not_found')) return [];
      throw error;
    }
  }
}

/** All parts of a feature are of one kind. */
function featureOf({ name, parts }: training.FeatureProfile): readonly TrainedFeature[] {
  const bytesOf = (kind: 'sketch' | 'counts') =>
    parts.flatMap(({ values }) => (values?.$case === kind ? [values.value] : []));
  const [sketches, counts] = [bytesOf('sketch'), bytesOf('counts')];
  if (sketches.length > 0) return [{ name, kind: 'numbers', parts: sketches.map(DistributionSketch.decode) }];
  if (counts.length > 0) return [{ name, kind: 'words', parts: counts.map(CategoryCounts.decode) }];
  return [];
}
