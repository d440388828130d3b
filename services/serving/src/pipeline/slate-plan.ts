import type { ChosenStrategy, DegradedStage, TriedVariant } from '../domain/decision';
import type { Surface } from '../domain/surface';
import type { VersionRules } from '../model-ports';
import type { Draft } from './fill-slate';

/** How a slate is to be made: by its surface, and by the experiments that its user is in. */
export interface SlatePlan {
  readonly surface: Surface;
  readonly versions: VersionRules;
  /** The strategy that an experiment asks for. */
  readonly chosen: ChosenStrategy | undefined;
  /** The two rankings that an experiment compares within the slate. */
  readonly draft: Draft | undefined;
  readonly variants: readonly TriedVariant[];
  /** What the variants change beyond slates, for the product. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What could not be done as a variant asks for it. */
  readonly problems: readonly DegradedStage[];
}
