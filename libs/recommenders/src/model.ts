import type { Scorer } from '@attune/evaluation';
import type { Interactions } from '@attune/interactions';
import type { Csr } from '@attune/kernels';
import type { Checkpoint, CheckpointStore, EngineLogger } from '@attune/nn';
import type { ArtifactGraph } from '@attune/onnx';
import type { z } from 'zod';
import type { SearchSpace } from './search-space';

/** What people did with what they were shown. */
export interface Observed {
  readonly interactions: Interactions;
  /** How often users were shown items: one entry a pair, of which the value counts. Absent where nobody asked for it (`wants`). */
  readonly showings?: Interactions;
}

/** What a model learns from. Everything is by the same user and item indices. */
export interface TrainingData extends Observed {
  /** The same before and since a moment at which tastes shifted, for models that ask for it. */
  readonly shift?: { readonly earlier: Observed; readonly since: Observed };
  /** What is known of items beside who liked them; by item index. */
  readonly items?: readonly ItemContent[];
  /** Who follows whom: row u has the users that u follows. */
  readonly follows?: Csr;
  /** A segment label per user, for instance a language; '' where unknown. */
  readonly userSegments?: readonly string[];
}

/** What an item says about itself; fields that are unknown are empty. */
export interface ItemContent {
  readonly text: string;
  readonly tags: readonly string[];
  readonly category: string;
}

/** What a model reads beside preferences. */
export interface Wants {
  readonly showings: boolean;
  /** When tastes shifted, in milliseconds since 1970. */
  readonly tastesSinceMs?: number;
}

/** `ranking` orders items for a user; `ratings` predicts the value that a user gives to an item. */
export type Task = 'ranking' | 'ratings';

/** Data beyond interactions that a model cannot do without. */
export type Need = 'item_content' | 'follows' | 'values';

/** How far a training is. `metrics` holds what moves: loss, speed. */
export type OnProgress = (progress: {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly phase: string;
  readonly metrics?: Readonly<Record<string, number>>;
}) => void;

export type { Checkpoint, CheckpointStore };

/** An earlier version of the same model, to begin from. */
export interface PreviousModel {
  readonly settings: Readonly<Record<string, unknown>>;
  /** A stored tensor by its name in the artifact's graphs, row by row. */
  tensor(name: string): Float32Array | undefined;
  /** [userCount]: each user's row in the earlier version, or -1. */
  readonly userRows: Int32Array;
  /** [itemCount]: each item's row in the earlier version, or -1. */
  readonly itemRows: Int32Array;
}

/** One training. */
export interface FitRequest<Settings> {
  readonly data: TrainingData;
  readonly settings: Settings;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly checkpoints?: CheckpointStore;
  readonly previous?: PreviousModel;
  /** Told which engine trains a net, and why. */
  readonly logger?: EngineLogger;
}

/** A trained model. Dispose of it when it is no longer asked: it may hold threads and native memory. */
export interface FittedModel extends Scorer, AsyncDisposable {
  /** What the training says of itself, for instance its last loss. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * Scores of all items for people whom the training did not see, by what they liked: row r of `histories` has item indices and
   * strengths. [rows x itemCount]. Absent where a model knows only users that it was trained on.
   */
  scoreHistories?(histories: Csr): Promise<Float32Array>;
  /** The graphs that serve the model; absent where it cannot be served. */
  graphs?(): readonly ArtifactGraph[];
}

/** One kind of model: its settings and how it is trained. Equal data, settings and one thread give equal numbers. */
export interface ModelDefinition<Settings extends object = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** What it does and is good at, in a sentence. */
  readonly description: string;
  readonly tasks: readonly Task[];
  readonly needs: readonly Need[];
  /** Data beyond interactions that makes it better where it is there. */
  readonly uses?: readonly Need[];
  /** Whether it ranks for people of whom it knows nothing; for the others somebody else answers, as serving does. */
  readonly ranksForStrangers?: boolean;
  /** A strict object with a default and a description for every setting, `seed` and `threads` among them where they matter. */
  readonly settings: z.ZodType<Settings>;
  /** Where a search looks. */
  readonly searchSpace: SearchSpace;
  /** What these settings read beside preferences; absent where no settings do. */
  wants?(settings: Settings): Wants;
  fit(request: FitRequest<Settings>): Promise<FittedModel>;
}
