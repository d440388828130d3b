import type { TrainedFeature } from './domain/detection/judge-skew';
import type { KnownChange } from './domain/detection/likely-cause';
import type { Finding } from './domain/finding';

/** What may be why something changed. */
export interface CauseReader {
  /** Stages of models and experiments that changed, and what was odd in incoming data, from a time on. */
  changesSince(from: Date): Promise<readonly KnownChange[]>;
  /** The version in production by model. */
  productionVersions(): Promise<ReadonlyMap<string, string>>;
  /** What was odd in incoming data, as findings. */
  qualityFindings(from: Date): Promise<readonly Finding[]>;
}

/** Which version serves. */
export interface ProductionReader {
  /** The version of a model that is in production, and since when. */
  productionOf(model: string): Promise<{ readonly version: string; readonly since: Date } | undefined>;
}

/** What versions learned from. */
export interface ProfileSource {
  /** Empty where the version has no profile. */
  profileOf(
    model: string,
    version: string,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly TrainedFeature[]>;
}
