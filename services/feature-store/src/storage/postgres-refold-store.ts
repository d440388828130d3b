import type { Database, Queryable } from '@attune/postgres';
import type { InteractionVocabulary } from '../domain/interaction';
import type { RefoldStore, RefoldTransaction } from '../ports';
import { replaceStates } from './feature-state-sql';
import { historyEvents } from './history-events-sql';
import { nextSeq } from './postgres-event-store';

/** Folds everything again from the history, in one transaction and with bounded memory. */
export function postgresRefoldStore(database: Database, vocabulary: InteractionVocabulary): RefoldStore {
  return (run) => database.transaction((tx) => run(refoldOf(tx, vocabulary)));
}

function refoldOf(tx: Queryable, vocabulary: InteractionVocabulary): RefoldTransaction {
  return {
    schemaOf: async (view) => {
      const sql = 'SELECT schema_hash FROM feature_schemas WHERE view = $1';
      const { rows } = await tx.query<{ schema_hash: string }>(sql, [view.name]);
      return rows[0]?.schema_hash;
    },
    setSchema: async (view) => {
      await tx.query(
        `INSERT INTO feature_schemas (view, schema_hash) VALUES ($1, $2)
         ON CONFLICT (view) DO UPDATE SET schema_hash = excluded.schema_hash`,
        [view.name, view.schemaHash],
      );
    },
    // A transaction that has drawn its number has locked rows, so this waits for it: whoever comes later has a later number.
    lockAll: async () => {
      await tx.query('LOCK TABLE feature_states IN EXCLUSIVE MODE');
    },
    nextSeq: () => nextSeq(tx),
    events: (view) => historyEvents(tx, view.name, vocabulary),
    replaceStates: (view, states) => replaceStates(tx, view, states),
  };
}
