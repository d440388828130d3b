import type { BlendedCandidate } from '../domain/blend';
import type { Candidate, RankedList } from '../domain/candidate';
import type { Agreement } from '../domain/consent';
import type { Decision, ModelRef, PlacedBy } from '../domain/decision';
import type { ExplorationArms } from '../domain/exploration-pool';
import type { FeatureTable, UserFeature } from '../domain/feature-table';
import type { ScorePart, Strategy, Surface } from '../domain/surface';
import type { Asker, BorrowedModel, ModelKind, VersionRules } from '../model-ports';
import type { ScoredItems, Waiting } from '../ports';
import type { KeptUser, UserVector } from '../user-ports';

/** What a caller asked for, checked. Items are numbers of the catalog. */
export interface SlateRequest {
  readonly userId: string;
  readonly surface: Surface;
  readonly count: number;
  readonly context: Readonly<Record<string, string>>;
  readonly excluded: ReadonlySet<number>;
  readonly includeSeen: boolean;
  /** Items like this one are wanted. */
  readonly relatedTo: number | undefined;
  readonly nowMs: number;
  /** Which versions of models may serve it. */
  readonly versions: VersionRules;
}

/** What the hydrators found out about the user. A part that failed leaves its default. */
export interface UserState
  extends Omit<KeptUser, 'refused' | 'blockedAuthors' | 'hiddenTopics' | 'vector' | 'isProvisional'> {
  readonly blockedAuthors: ReadonlySet<number>;
  readonly hiddenTopics: ReadonlySet<number>;
  /** Where the user is in the space of a model by what they did until now; undefined where that is not known better than by the training. */
  readonly vector: UserVector | undefined;
  /** Personal sources are asked for those who agreed, and for nobody else. */
  readonly agreement: Agreement;
  /** Nothing is tried on those who did not agree to that: no experiment, no canary, no policy, no place left to chance. */
  readonly experiments: Agreement;
}

/** A part that worked with less than it should have: it names what it did instead. */
export interface PartDegraded {
  readonly code: string;
  readonly message: string;
}

/** What every part says of itself. */
export interface Part {
  /** The stage, for instance `sources/collaborative`. */
  readonly name: string;
  /** What it does, in a sentence, for operators. */
  readonly description: string;
}

/** Finds out one thing about the user before the sources are asked. */
export interface Hydrator extends Part {
  hydrate(request: SlateRequest, waiting: Waiting): Promise<Partial<UserState>>;
  /** What stands in when `hydrate` failed or ran late, and a sentence that says so. */
  fallback(request: SlateRequest): { readonly state: Partial<UserState>; readonly message: string };
}

/** What a source is asked for. */
export interface SourceQuery {
  readonly request: SlateRequest;
  readonly user: UserState;
  /** How many candidates are wanted; a source that has fewer gives what it has. */
  readonly count: number;
}

/** What a source answers. */
export interface Proposal extends ScoredItems {
  /** There is nothing beyond these: asking for more gives no more. */
  readonly isExhausted: boolean;
  /** Why there is nothing, where there is nothing. */
  readonly note?: string | undefined;
  readonly model?: ModelRef;
  /** Whether this source's model knows the user; absent for sources that are the same for everybody. */
  readonly knowsUser?: boolean;
  readonly degraded?: PartDegraded;
  /** What the model was asked, for versions on trial that are to be asked the same. */
  readonly asked?: AskedModel;
  /** In a few words, why this item; without it the source's own `reason`. */
  readonly because?: (item: number) => string | undefined;
}

/** A question that the version which serves has answered, and its answer, best first. */
export interface AskedModel {
  readonly kind: ModelKind;
  readonly ref: ModelRef;
  /** Whom or what another version may be asked about, or a note why it may not: it is of another space, and of another time. */
  readonly askerOf: (model: BorrowedModel) => Asker | string;
  readonly count: number;
  readonly items: ArrayLike<number>;
}

/** Proposes candidates. A surface says which sources it asks, and for how many. */
export interface Source extends Part {
  /** `always`: asked in the first round. `when_short`: asked only if the others cannot fill the slate. */
  readonly turn: 'always' | 'when_short';
  /** Whether it proposes by what is known of the user. It is asked only for users who agreed to that. */
  readonly isPersonal: boolean;
  propose(query: SourceQuery, waiting: Waiting): Promise<Proposal>;
  /** Why an item is there that came from this source, in a few words. */
  readonly reason: string;
  /** A sentence about what happens without this source. */
  readonly withoutIt: string;
}

/** Takes candidates out. */
export interface Filter extends Part {
  /** The test for one request, or undefined where the filter does not apply to it. */
  removes(request: SlateRequest, user: UserState): ((item: number) => boolean) | undefined;
  /** The most items that it could remove: sources are asked for so many more. */
  limit(request: SlateRequest, user: UserState): number;
}

/** What the scorers are given: the candidates that passed the filters, the best of them by the sources. */
export interface ScoringQuery {
  readonly request: SlateRequest;
  readonly user: UserState;
  readonly strategy: Strategy;
  readonly candidates: readonly Candidate[];
  /** [candidates]: their numbers in the catalog. */
  readonly items: Int32Array;
  /** What was read for the candidates, in their order; undefined where no scorer wanted any or the read failed. */
  readonly features: ScoringFeatures | undefined;
}

/** Features as they were read for the candidates. */
export interface ScoringFeatures {
  readonly user: readonly UserFeature[];
  readonly items: FeatureTable;
}

/** What one scorer said. */
export interface PartScores {
  /** [candidates]; NaN where it does not know the item. */
  readonly raw: Float32Array | Float64Array;
  /** [candidates]: on the scale that all parts share, 0 to 1; where `raw` is NaN, what stands in for it. */
  readonly calibrated: Float32Array | Float64Array;
  /** [candidates]: the probability of a click, where the model says one. */
  readonly probabilities?: Float32Array;
  readonly model?: ModelRef;
}

/** Scores candidates. Asked only where the blend of the strategy gives its part a weight. */
export interface Scorer extends Part {
  readonly part: ScorePart;
  /** By what is known of the user: asked only for users who agreed to that. */
  readonly isPersonal: boolean;
  /** The features that it needs, none where it needs none. Asked before each read, since models come and go. */
  features(request: SlateRequest): { readonly user: readonly string[]; readonly item: readonly string[] };
  /** Undefined where it has nothing to say, for instance of a user whom its model does not know: its weight goes to the others. */
  score(query: ScoringQuery, waiting: Waiting): Promise<PartScores | undefined>;
  readonly withoutIt: string;
}

/** What the selector is given. */
export interface Selection {
  readonly request: SlateRequest;
  readonly user: UserState;
  readonly strategy: Strategy;
  /** Best first: the scored ones by their score, then the rest in the order of the sources. */
  readonly candidates: readonly BlendedCandidate[];
  readonly features: ScoringFeatures | undefined;
  /** What a policy said of where places left to chance are drawn from; absent where none was asked. */
  readonly arms?: ExplorationArms | undefined;
  /** Uniform in [0, 1), a new one at each call; the same for the same decision. */
  readonly random: () => number;
}

/** A candidate in its place. */
export interface PlacedCandidate {
  readonly candidate: BlendedCandidate;
  readonly propensity: number;
  readonly placedBy: PlacedBy;
}

/** Decides which candidates make the slate, and in which order. Never shorter than it could be. */
export interface Selector extends Part {
  select(selection: Selection): {
    readonly slate: readonly PlacedCandidate[];
    readonly runnersUp: readonly PlacedCandidate[];
  };
}

/** Something that happens after the answer; it must not throw and must not wait. */
export interface SideEffect extends Part {
  /** Said in the answer, before it is given, where the effect cannot happen. */
  problem?(): PartDegraded | undefined;
  after(decision: Decision, asked: readonly AskedModel[]): void;
}

/** The parts of the pipeline in their order. */
export interface Pipeline {
  readonly hydrators: readonly Hydrator[];
  readonly sources: readonly Source[];
  readonly filters: readonly Filter[];
  readonly scorers: readonly Scorer[];
  readonly selector: Selector;
  readonly sideEffects: readonly SideEffect[];
}

/** Every part of a pipeline in its order. */
export function partsOf({ hydrators, sources, filters, scorers, selector, sideEffects }: Pipeline): readonly Part[] {
  return [...hydrators, ...sources, ...filters, ...scorers, selector, ...sideEffects];
}

/** The last word of a stage: `collaborative` of `sources/collaborative`, as decision records name sources and filters. */
export function shortName(stage: string): string {
  return stage.slice(stage.indexOf('/') + 1);
}

/** The lists of proposals, in their order. */
export function rankedLists(proposals: ReadonlyMap<string, Proposal>): RankedList[] {
  return Array.from(proposals, ([stage, { items, scores }]) => ({ source: shortName(stage), items, scores }));
}
