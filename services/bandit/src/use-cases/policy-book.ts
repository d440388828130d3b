import { AppError } from '@attune/errors';
import type { Policy } from '../domain/policy';
import { armsOf, rulesOf } from '../domain/policy-rules';
import type { PolicyShelf, PolicyStore, PolicyWithStates, ShelvedPolicy } from '../ports';
import { sharedRuns } from './shared-runs';

/**
 * Every policy with what it has learned, in memory, so that a choice asks nobody. `refresh` reads what changed since: called every so often,
 * and by whoever must know the newest.
 */
export class PolicyBook implements PolicyShelf {
  readonly #policies = new Map<string, ShelvedPolicy>();
  #versions: ReadonlyMap<string, string> = new Map();

  constructor(private readonly store: Pick<PolicyStore, 'versions' | 'getMany'>) {}

  async get(name: string): Promise<ShelvedPolicy> {
    const found = this.#policies.get(name);
    if (found !== undefined) return found;
    // it may have been created a moment ago, by another replica
    await this.refresh();
    return this.#policies.get(name) ?? throwNotFound(name);
  }

  async all(): Promise<readonly Policy[]> {
    await this.refresh();
    return [...this.#policies.values()].map(({ policy }) => policy);
  }

  /** Reads what changed. Calls while a read is under way share the next one, so that each sees what was there before it. */
  readonly refresh = sharedRuns(() => this.#read());

  async #read(): Promise<void> {
    const versions = await this.store.versions();
    const changed = [...versions].flatMap(([name, version]) => (this.#versions.get(name) === version ? [] : [name]));
    for (const one of changed.length === 0 ? [] : await this.store.getMany(changed)) this.#put(one);
    for (const name of this.#policies.keys()) if (!versions.has(name)) this.#policies.delete(name);
    this.#versions = versions;
  }

  #put(read: PolicyWithStates): void {
    const before = this.#policies.get(read.policy.name);
    // the same rules as long as the definition is the same: probabilities are kept by them
    const rules = before?.policy.version === read.policy.version ? before.rules : rulesOf(read.policy);
    this.#policies.set(read.policy.name, { ...read, rules, arms: armsOf(read.policy, read.states) });
  }
}

/** There is no policy of that name. */
export function throwNotFound(name: string): never {
  throw new AppError('not_found.policy', `policy "${name}" does not exist; ListPolicies shows those that do`);
}
