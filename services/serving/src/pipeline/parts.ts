import type { Candidate, RankedList, ScoredItem } from '../domain/candidate';
import type { Agreement } from '../domain/consent';
import type { DecidedItem, Decision, ModelRef, Personalization, Strategy } from '../domain/decision';
import type { SeenItems, Waiting } from '../ports';

/** What a caller asked for, checked. */
export interface SlateRequest {
  readonly userId: string;
  readonly surface: string;
  readonly count: number;
  readonly context: Readonly<Record<string, string>>;
  readonly excludedItemIds: ReadonlySet<string>;
  readonly includeSeen: boolean;
}

/** What the hydrators found out about the user. A part that failed leaves its default. */
export interface UserState {
  readonly seenItems: SeenItems;
  /** Personal sources are asked for those who agreed, and for nobody else. */
  readonly agreement: Agreement;
  /** When the user was forgotten; models that were trained before must not be asked about the user. */
  readonly forgottenAt?: Date | undefined;
}

/** A hydrator or a source that worked with less than it should have: it names what it did instead. */
export interface PartDegraded {
  readonly code: string;
  readonly message: string;
}

/** Finds out one thing about the user before the sources are asked. */
export interface Hydrator {
  /** The stage, for instance `hydrators/seen_items`. */
  readonly name: string;
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
export interface Proposal {
  readonly items: readonly ScoredItem[];
  /** There is nothing beyond these: asking for more gives no more. */
  readonly isExhausted: boolean;
  /** Why there is nothing, where there is nothing. */
  readonly note?: string;
  readonly model?: ModelRef;
  /** Whether this source's model knows the user; absent for sources that are the same for everybody. */
  readonly knowsUser?: boolean;
  readonly degraded?: PartDegraded;
}

/** Proposes candidates. */
export interface Source {
  /** The stage, for instance `sources/collaborative`. */
  readonly name: string;
  /** `always`: asked in the first round. `when_short`: asked only if the others cannot fill the slate. */
  readonly turn: 'always' | 'when_short';
  /** Whether it proposes by what is known of the user. It is asked only for users who agreed to that. */
  readonly isPersonal: boolean;
  propose(query: SourceQuery, waiting: Waiting): Promise<Proposal>;
  /** A sentence about what happens without this source. */
  readonly withoutIt: string;
}

/** Takes candidates out. */
export interface Filter {
  /** The stage, for instance `filters/already_seen`. */
  readonly name: string;
  /** The test for one request, or undefined where the filter does not apply to it. */
  removes(request: SlateRequest, user: UserState): ((itemId: string) => boolean) | undefined;
  /** The most items that it could remove: sources are asked for so many more. */
  limit(request: SlateRequest, user: UserState): number;
}

/** What the selector is given. */
export interface Selection {
  readonly request: SlateRequest;
  readonly user: UserState;
  /** What passed the filters. */
  readonly candidates: readonly Candidate[];
  /** The sources' answers of this request by their stage; a source that failed is missing. */
  readonly proposals: ReadonlyMap<string, Proposal>;
}

/** The slate and what is said about it. */
export interface SelectedSlate {
  readonly strategy: Strategy;
  readonly strategyPropensity: number;
  readonly personalization: Personalization;
  readonly slate: readonly DecidedItem[];
  readonly runnersUp: readonly DecidedItem[];
}

/** Decides which candidates make the slate, and in which order. */
export interface Selector {
  readonly name: string;
  select(selection: Selection): SelectedSlate;
}

/** Something that happens after the answer; it must not throw and must not wait. */
export interface SideEffect {
  readonly name: string;
  /** Said in the answer, before it is given, where the effect cannot happen. */
  problem?(): PartDegraded | undefined;
  after(decision: Decision): void;
}

/** The parts of the pipeline in their order. */
export interface Pipeline {
  readonly hydrators: readonly Hydrator[];
  readonly sources: readonly Source[];
  readonly filters: readonly Filter[];
  readonly selector: Selector;
  readonly sideEffects: readonly SideEffect[];
}

/** The stages of a pipeline in their order, as spans, degraded entries and operators name them. */
export function stagesOf({ hydrators, sources, filters, selector, sideEffects }: Pipeline): string[] {
  return [...hydrators, ...sources, ...filters, selector, ...sideEffects].map((part) => part.name);
}

/** The last word of a stage: `collaborative` of `sources/collaborative`, as decision records name sources and filters. */
export function shortName(stage: string): string {
  return stage.slice(stage.indexOf('/') + 1);
}

/** The lists of proposals, in their order. */
export function rankedLists(proposals: ReadonlyMap<string, Proposal>): RankedList[] {
  return Array.from(proposals, ([stage, { items }]) => ({ source: shortName(stage), items }));
}
