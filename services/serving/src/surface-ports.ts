import type { AppError } from '@attune/errors';
import type { SurfaceSettings } from './domain/surface-schema';
import type { Surfaces, Waiting } from './ports';

/** A version of a surface as it lies in a store, its settings unchecked: another build may have written them. */
export interface StoredSurface {
  readonly name: string;
  readonly version: number;
  readonly settings: unknown;
  readonly reason: string;
  readonly actor: string;
  readonly createdAt: Date;
  /** Counts the changes of all surfaces. */
  readonly change: number;
}

/** A version that is to be stored. */
export interface NewSurfaceVersion {
  readonly name: string;
  readonly settings: SurfaceSettings;
  /** The version that must be the newest; 0 for whatever is. */
  readonly basedOn: number;
  readonly reason: string;
  readonly actor: string;
  readonly now: Date;
}

/** Keeps every version of every surface. */
export interface SurfaceStore {
  /** The newest version of each surface that changed after `change`. */
  newestSince(change: number, waiting: Waiting): Promise<readonly StoredSurface[]>;
  /** Throws `conflict.surface_changed` where it is based on another version than the newest. */
  append(version: NewSurfaceVersion, waiting: Waiting): Promise<StoredSurface>;
  /** Newest first, below `beforeVersion`. */
  versions(
    question: { readonly name: string; readonly beforeVersion?: number; readonly limit: number },
    waiting: Waiting,
  ): Promise<readonly StoredSurface[]>;
}

/** The last copy of the surfaces, for a process that starts while the store is away. */
export interface SurfaceCopies {
  /** An older version never takes the place of a newer one. */
  keep(surfaces: readonly StoredSurface[]): Promise<void>;
  all(): Promise<readonly StoredSurface[]>;
}

/** Where the surfaces of a process come from. */
export interface SurfacesState {
  readonly origin: 'store' | 'copy' | 'built_in';
  readonly confirmedAt: Date | undefined;
  readonly problem: AppError | undefined;
}

/** The surfaces of a process, in memory, as fresh as the store lets them be. */
export interface SurfaceBook extends Surfaces {
  /** Reads what changed; throws where the store cannot be asked. What is in memory stays then. */
  refresh(waiting: Waiting): Promise<void>;
  /** What was given for a surface; undefined for what is built in. */
  stored(name: string): StoredSurface | undefined;
  /** The names of all surfaces, in their order. */
  names(): readonly string[];
  state(): SurfacesState;
}
