import type { PolicyArm, PolicyRules } from '@attune/bandits';
import type { ChangedPolicy } from './domain/change-policy';
import type { ArmStates } from './domain/fold-event';
import type { DecidedInteraction } from './domain/outcomes-of';
import type { NewChange, Policy, PolicyChange } from './domain/policy';
import type { KnownSelection, OutcomeEvent, Selection } from './domain/policy-event';

/** The time, as an argument. */
export type Clock = () => Date;

/** What a policy is and what it has learned, as of one moment. */
export interface PolicyWithStates {
  readonly policy: Policy;
  readonly states: ArmStates;
}

/** Where policies and their history are kept. Changes of one policy happen one after the other. */
export interface PolicyStore {
  /** Throws `exists.policy` where the name is taken. */
  create(policy: Policy, change: NewChange): Promise<void>;
  /** Throws `not_found.policy`. What `change` throws leaves everything as it was. */
  change(name: string, change: (before: Policy) => ChangedPolicy): Promise<Policy>;
  /** Undefined where there is none of that name. */
  get(name: string): Promise<PolicyWithStates | undefined>;
  /** In the order of their names, after one of them. */
  list(filter: { readonly after?: string; readonly limit: number }): Promise<readonly Policy[]>;
  /** Newest first. */
  changes(filter: {
    readonly policy: string;
    readonly beforeSequence?: number;
    readonly limit: number;
  }): Promise<readonly PolicyChange[]>;
  /** Which version of definition and state each policy has. */
  versions(): Promise<ReadonlyMap<string, string>>;
  /** Those of the names that exist. */
  getMany(names: readonly string[]): Promise<readonly PolicyWithStates[]>;
}

/** What a fold reads and writes, all in one transaction. Nothing else folds the same policies meanwhile. */
export interface FoldWork {
  /** The policies of a batch with what is known of their arms; those that do not exist are missing. */
  lock(policies: readonly string[]): Promise<ReadonlyMap<string, PolicyWithStates>>;
  /** Choices by their keys (`selectionKey`). */
  selections(
    keys: readonly { readonly policy: string; readonly decisionId: string }[],
  ): Promise<ReadonlyMap<string, KnownSelection>>;
  /** Notes that rewards and hits are folded; returns the ids of those that were not before. */
  markFolded(outcomes: readonly OutcomeEvent[]): Promise<ReadonlySet<string>>;
  save(result: {
    readonly states: ReadonlyMap<string, ArmStates>;
    readonly selections: readonly KnownSelection[];
    readonly minutes: readonly ArmMinute[];
  }): Promise<void>;
}

/** So many choices of an arm, made within one minute, were just added, or were just followed by a type of interaction. */
export interface ArmMinute {
  readonly policy: string;
  readonly arm: string;
  /** Empty for choices, else the type of interaction. */
  readonly what: string;
  readonly minute: Date;
  readonly count: number;
}

/** Where the folds of `policies.v1` are kept. */
export interface FoldStore {
  transaction<T>(work: (tx: FoldWork) => Promise<T>): Promise<T>;
}

/** A choice, as far as attribution looks at it. */
export interface SelectionPlace {
  readonly policy: string;
  readonly decisionId: string;
  readonly selectedAt: Date;
}

/** Where choices are looked up. */
export interface SelectionStore {
  /** Every choice that was made under these ids. */
  find(decisionIds: readonly string[]): Promise<readonly SelectionPlace[]>;
  /** Choices of a policy whose outcome does not count yet, made before a time, oldest first. */
  pending(filter: {
    readonly policy: string;
    readonly before: Date;
    readonly limit: number;
  }): Promise<readonly string[]>;
}

/** Where rewards and hits are written before they are in the log, so that each is there once in effect. */
export interface OutcomeStore {
  /** Returns the ids of those that were not there before. */
  add(outcomes: readonly OutcomeEvent[], now: Date): Promise<ReadonlySet<string>>;
  /** Hands what the log may not have to `publish`, in order, and notes that it has it. Returns how many. */
  publishPending(publish: (outcomes: readonly OutcomeEvent[]) => Promise<void>, now: Date): Promise<number>;
  /** Keeps interactions whose choice may still be on its way. */
  park(interactions: readonly DecidedInteraction[], now: Date): Promise<void>;
  /** Interactions that wait for one of these choices. */
  waiting(decisionIds: readonly string[]): Promise<readonly DecidedInteraction[]>;
}

/** Appends to `policies.v1`. */
export interface PolicyEventPublisher {
  /** Resolves when the log has them. */
  outcomes(outcomes: readonly OutcomeEvent[]): Promise<void>;
  /** The outcomes of these choices count from here on. */
  due(policy: string, decisionIds: readonly string[]): Promise<void>;
}

/** Takes choices right after they were answered, and appends them to `policies.v1` as soon as it can. */
export interface SelectionPublisher {
  /** `isDue`: its outcome counts at once. */
  publish(selection: Selection, isDue: boolean): void;
}

/** Policies at hand, in memory. */
export interface PolicyShelf {
  /** Throws `not_found.policy`. */
  get(name: string): Promise<ShelvedPolicy>;
  /** All of them, as of now. */
  all(): Promise<readonly Policy[]>;
}

/** A policy that is ready to choose. */
export interface ShelvedPolicy extends PolicyWithStates {
  readonly rules: PolicyRules;
  readonly arms: readonly PolicyArm[];
}

/** What followed the choices of an arm that were made within a window. */
export interface ArmWatch {
  readonly arm: string;
  readonly windowSeconds: number;
  readonly selections: number;
  /** Choices followed by each type of interaction that was seen. */
  readonly hits: Readonly<Record<string, number>>;
}

/** Where choices and hits are counted by the minute. */
export interface WatchStore {
  /** Per arm and window up to `now`; of an arm with a `since`, only what was chosen from then on. */
  watch(question: {
    readonly policy: string;
    readonly windowsSeconds: readonly number[];
    readonly since: ReadonlyMap<string, Date>;
    readonly now: Date;
  }): Promise<readonly ArmWatch[]>;
}
