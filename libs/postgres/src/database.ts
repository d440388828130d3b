import type { Pool, QueryResultRow } from 'pg';

/** What a statement gave back. */
export interface QueryResult<R> {
  readonly rows: R[];
  /** Rows that the statement returned or changed. */
  readonly rowCount: number;
}

/** What a statement may be told. */
export interface QueryOptions {
  /** When it aborts, the statement is cancelled in the server. */
  readonly signal?: AbortSignal;
}

/** What runs statements: the database itself, or one transaction. */
export interface Queryable {
  /** Runs one statement with `$1, $2, ...` bound to `values`. Text without values may hold several statements. */
  query<R extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<R>>;
}

/** One transaction on one connection. */
export interface Tx extends Queryable {
  readonly isTransaction: true;
}

/** What a transaction may be told. */
export interface TransactionOptions extends QueryOptions {
  /** READ COMMITTED when not given. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** How often the whole function runs at most when the server reports a serialization failure or a deadlock; 5 when not given. */
  readonly maxAttempts?: number;
}

/** A pool of connections whose search path is one schema. */
export interface Database extends Queryable, AsyncDisposable {
  readonly schema: string;
  /** The pool underneath, for what this interface leaves out (COPY, cursors). */
  readonly pool: Pool;
  /** Runs a function in a transaction: commits what it did, or rolls it back when it throws. It may run several times. */
  transaction<T>(run: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
}
