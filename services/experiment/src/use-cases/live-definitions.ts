import type { ExperimentDefinition } from '@attune/experiments';
import type { ExperimentStore } from '../ports';

/** The experiments that may assign, in memory: `Assign` asks no database. */
export interface LiveDefinitions {
  readonly all: readonly ExperimentDefinition[];
  /** Reads them anew. A round that began before another one ended does not put its older answer in place of the newer. */
  refresh(): Promise<void>;
}

/** Keeps the definitions of experiments that are not stopped. */
export function makeLiveDefinitions(experiments: Pick<ExperimentStore, 'open'>): LiveDefinitions {
  let all: readonly ExperimentDefinition[] = [];
  let [begun, shown] = [0, 0];
  return {
    get all() {
      return all;
    },
    refresh: async () => {
      const round = ++begun;
      const open = await experiments.open();
      if (round < shown) return;
      shown = round;
      all = open.map(({ definition }) => definition);
    },
  };
}
