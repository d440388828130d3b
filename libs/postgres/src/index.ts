export type { Database, Queryable, QueryOptions, QueryResult, TransactionOptions, Tx } from './database';
export { fromPostgres, isConnectionLost, sqlState } from './from-postgres';
export { inOneReplica } from './in-one-replica';
export { type MigrateOptions, migrate } from './migrate';
export { type DatabaseOptions, openDatabase } from './open-database';
export { checkedSchema, schemaFor } from './schema';
