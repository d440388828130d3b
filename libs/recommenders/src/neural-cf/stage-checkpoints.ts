import { AppError } from '@attune/errors';
import type { Interactions } from '@attune/interactions';
import type { Checkpoint, CheckpointStore } from '../model';
import type { NcfSettings } from './ncf-settings';
import type { NcfTensors } from './ncf-stages';

/** What a checkpoint is of, beside numbers. */
interface StagesState {
  readonly of: string;
  readonly stagesDone: number;
  /** What the training of the stage that runs keeps. */
  readonly stage: unknown;
  readonly stageStep: number;
}

const CURRENT = 'now';

/** Names a training by what decides its numbers. */
export function fingerprint(settings: NcfSettings, { userCount, itemCount, itemIndex }: Interactions): string {
  const { threads: _, ...deciding } = settings;
  return JSON.stringify({ ...deciding, userCount, itemCount, entries: itemIndex.length });
}

/**
 * One store for a training in stages. A checkpoint has what the stages gave that are done, under `0/<name>` and `1/<name>`, and
 * under `now/<name>` that of the stage which runs.
 */
export class StageCheckpoints {
  private constructor(
    private readonly store: CheckpointStore | undefined,
    private readonly of: string,
    /** What the stages gave that are done. */
    readonly done: NcfTensors[],
    private begun: Checkpoint | undefined,
  ) {}

  /** Reads where a training was cut off; refuses a checkpoint of another one. */
  static async open(store: CheckpointStore | undefined, of: string): Promise<StageCheckpoints> {
    const kept = await store?.load();
    if (kept === undefined) return new StageCheckpoints(store, of, [], undefined);
    const state = kept.state as StagesState;
    if (state.of !== of) {
      throw new AppError(
        'failed_precondition.checkpoint_mismatch',
        'the checkpoint is of a training with other data or settings; delete it to begin anew',
      );
    }
    const done = Array.from({ length: state.stagesDone }, (_, at) => tensorsUnder(kept, String(at)));
    const begun = { step: state.stageStep, state: state.stage, tensors: tensorsUnder(kept, CURRENT) };
    return new StageCheckpoints(store, of, done, begun);
  }

  /** Whether the next stage was begun before. */
  get isBegun(): boolean {
    return this.begun !== undefined;
  }

  /** Ends a stage; the next one begins anew. */
  finish(tensors: NcfTensors): void {
    this.done.push(tensors);
    this.begun = undefined;
  }

  /** The store of the stage that runs, where checkpoints are kept; `epochsBefore` were run by the stages before it. */
  stage(epochsBefore: number): CheckpointStore | undefined {
    const { store, of, done, begun } = this;
    if (store === undefined) return undefined;
    return {
      load: async () => begun,
      save: async ({ step, state, tensors }) => {
        const parts = [...done.map((given, at) => [String(at), given] as const), [CURRENT, tensors] as const];
        const all = parts.flatMap(([part, named]) =>
          Object.entries(named).map(([name, values]) => [`${part}/${name}`, values] as const),
        );
        const about: StagesState = { of, stagesDone: done.length, stage: state, stageStep: step };
        await store.save({ step: epochsBefore + step, state: about, tensors: Object.fromEntries(all) });
      },
    };
  }
}

function tensorsUnder({ tensors }: Checkpoint, part: string): NcfTensors {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(`${part}/`))
      .map(([name, values]) => [name.slice(part.length + 1), values]),
  );
}
