import { isInCanary } from '../domain/canary';
import type { ModelRef } from '../domain/decision';
import type { ModelKind, Placement, VersionRules } from '../model-ports';
import type { AskableModel } from './kinds/askable-model';
import type { LiveModel } from './live-model';

/** A version in its place. */
export interface Shelved {
  readonly live: LiveModel;
  readonly model: AskableModel;
  readonly kind: ModelKind;
  placement: Placement;
}

/** Which versions stand where. Of each name at most one is in production. */
export class Shelf {
  /** In the order in which they were placed; the last one of a kind in production is the one that serves it. */
  #entries: Shelved[] = [];

  all(): readonly Shelved[] {
    return this.#entries;
  }

  find({ name, digest }: Pick<ModelRef, 'name' | 'digest'>): Shelved | undefined {
    return this.#entries.find(({ live }) => live.ref.name === name && live.ref.digest === digest);
  }

  /** The version of that name; the one in production where `version` is empty. */
  named(name: string, version: string): Shelved | undefined {
    return this.#entries.findLast(
      ({ live: { ref }, placement }) =>
        ref.name === name && (version === '' ? placement.stage === 'production' : ref.version === version),
    );
  }

  /** A version of a kind, whatever its stage. */
  version(kind: string, version: string): Shelved | undefined {
    return this.#entries.findLast((entry) => entry.kind === kind && entry.live.ref.version === version);
  }

  /** The version that serves the user of that key, which is asked for only where a canary is up and may serve. */
  serving(kind: ModelKind, userKey: () => string, rules?: VersionRules): Shelved | undefined {
    const pinned = rules?.pinned[kind];
    const asked = pinned === undefined ? undefined : this.version(kind, pinned);
    if (asked !== undefined) return asked;
    const canary = this.#entries.find(
      (entry) =>
        entry.kind === kind &&
        entry.placement.stage === 'canary' &&
        rules?.canaries !== false &&
        isInCanary(entry.live.ref, userKey(), entry.placement.canaryShare),
    );
    return canary ?? this.#entries.findLast((entry) => entry.kind === kind && entry.placement.stage === 'production');
  }

  shadows(kind: ModelKind): readonly Shelved[] {
    return this.#entries.filter((entry) => entry.kind === kind && entry.placement.stage === 'shadow');
  }

  /** Puts a version in its place; returns those that must leave for it. */
  place(entry: Shelved, placement: Placement): readonly Shelved[] {
    const { name, digest } = entry.live.ref;
    const leaving = this.#entries.filter(
      ({ live: { ref }, placement: { stage } }) =>
        placement.stage === 'production' && stage === 'production' && ref.name === name && ref.digest !== digest,
    );
    const left = this.#entries.filter((other) => other !== entry && !leaving.includes(other));
    entry.placement = placement;
    this.#entries = [...left, entry];
    return leaving;
  }

  remove(entry: Shelved): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }
}
