import type { EntityState } from '../../domain/entity-state';
import type { FeatureView } from '../../domain/feature-view';
import { initialState, pack, unpack } from '../../domain/packed-state';
import type { ReplayStates } from '../../domain/training-set/replay';
import { PlaceIndex } from './place-index';
import type { SpillFile } from './spill-file';

/** Room beside a packed state, so that it mostly still fits when it has grown. */
const SLACK = 1.25;
const ROOM_STEP = 64;
interface Held {
  readonly state: EntityState;
  isChanged: boolean;
}

/** What states live on. */
interface Options {
  readonly view: FeatureView;
  readonly file: SpillFile;
  /** How many states may be in use at once, about. */
  readonly maxInUse: number;
  /** Hears of each entity when its state begins. */
  readonly onNew?: (id: string) => void;
}

/**
 * The states of one view in two levels: those that were used lately as they are, the others packed. Two generations tell them apart:
 * when the young one is half of what may be in use it becomes the old one, and what the old one still has is packed.
 */
export class SpilledStates implements ReplayStates {
  #young = new Map<string, Held>();
  #old = new Map<string, Held>();
  readonly #index = new PlaceIndex();
  readonly #generation: number;

  constructor(private readonly options: Options) {
    this.#generation = Math.max(1, Math.floor(options.maxInUse / 2));
  }

  find(id: string): EntityState | undefined {
    return this.#held(id)?.state;
  }

  open(id: string): EntityState {
    let held = this.#held(id);
    if (held === undefined) {
      held = { state: initialState(this.options.view), isChanged: true };
      this.options.onNew?.(id);
      this.#keep(id, held);
    }
    held.isChanged = true;
    return held.state;
  }

  #held(id: string): Held | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id) ?? this.#read(id);
    if (old === undefined) return undefined;
    this.#old.delete(id);
    this.#keep(id, old);
    return old;
  }

  #keep(id: string, held: Held): void {
    if (this.#young.size >= this.#generation) {
      for (const [oldId, old] of this.#old) if (old.isChanged) this.#write(oldId, old.state);
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, held);
  }

  #read(id: string): Held | undefined {
    const place = this.#index.get(id);
    if (place === undefined) return undefined;
    return { state: unpack(this.options.view, this.options.file.read(place))!, isChanged: false };
  }

  #write(id: string, state: EntityState): void {
    const bytes = pack(this.options.view, state);
    const { length } = bytes;
    const known = this.#index.get(id);
    if (known !== undefined && known.capacity >= length) {
      this.options.file.replace(bytes, known.offset);
      this.#index.set(id, { ...known, length });
      return;
    }
    const capacity = Math.ceil((length * SLACK) / ROOM_STEP) * ROOM_STEP;
    this.#index.set(id, { offset: this.options.file.append(bytes, capacity), length, capacity });
  }
}
