import type { InteractionVocabulary } from '../domain/interaction';
import type { ExampleFigures } from '../domain/training-set/example-summary';
import type { ExamplesQuestion, SliceQuestion } from '../domain/training-set/question';
import type { TrainingSetSummary } from '../domain/training-set-summary';
import type { DatasetFiles, DatasetWriter, HistoryReader } from '../interaction-set-ports';
import type { CallOptions, Clock } from '../ports';
import type { DatasetRegistry, ExamplesBuilder } from '../training-set-ports';
import type { RequireDays } from './restore-history';

/** What a training set is built from. */
export type TrainingSetQuestion = InteractionsQuestion | ExamplesRequest;

/** Asks for the interactions themselves. */
export interface InteractionsQuestion extends SliceQuestion {
  readonly kind: 'interactions';
  /** Whether the set holds what items say about themselves, too. */
  readonly includeItems: boolean;
  /** Whether the set holds who follows whom, too. */
  readonly includeFollows: boolean;
}

/** Asks for labelled examples; what is undefined has a usual value. */
export interface ExamplesRequest extends Omit<ExamplesQuestion, 'labelRule'> {
  readonly kind: 'labelled_examples';
  /** Empty strengths for the engagement label. */
  readonly labelRule: ExamplesQuestion['labelRule'] | undefined;
}

/** A finished training set. */
export interface TrainingSet extends DatasetFiles {
  readonly knownAt: Date;
  readonly leftOutUserCount: number;
  readonly content:
    | {
        readonly kind: 'interactions';
        readonly summary: TrainingSetSummary;
        readonly itemObjectKeys: readonly string[];
        readonly followObjectKeys: readonly string[];
      }
    | { readonly kind: 'labelled_examples'; readonly figures: ExampleFigures; readonly featureSchemaHash: string };
}

/** How far a build is; the last one has the data set. */
export interface TrainingSetProgress {
  readonly fraction: number;
  readonly rowCount: number;
  readonly dataset?: TrainingSet;
}

/** What building training sets needs. */
export interface TrainingSetNeeds {
  readonly history: HistoryReader;
  readonly openWriter: (options: CallOptions) => DatasetWriter;
  readonly examples: ExamplesBuilder;
  readonly datasets: DatasetRegistry;
  readonly vocabulary: InteractionVocabulary;
  readonly clock: Clock;
  /** Resolves when everything that was accepted before the call is in the history. */
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  /** Loads back what has left the database of the history. */
  readonly requireDays: RequireDays;
}
