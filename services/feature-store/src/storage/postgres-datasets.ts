import type { Database } from '@attune/postgres';
import type { DatasetRegistry } from '../training-set-ports';

/** The data sets that were finished, in PostgreSQL. */
export function postgresDatasets(database: Database): DatasetRegistry {
  return {
    register: async ({ datasetId, kind, builtAt }) => {
      await database.query(
        `INSERT INTO datasets (dataset_id, kind, built_at) VALUES ($1, $2, $3)
         ON CONFLICT (dataset_id) DO UPDATE SET built_at = excluded.built_at, deleted_at = NULL`,
        [datasetId, kind, builtAt],
      );
    },
  };
}
