import type { CategoricalTests, DriftBounds, DriftVerdict, NumericTests } from '@attune/drift';

/** What is asked of two files. */
export interface FileDriftQuestion {
  readonly reference: string;
  readonly current: string;
}

/** One side of a column. What a text column does not have, and what no value tells, is null. */
export interface ColumnSide {
  /** Rows. */
  readonly rowCount: number;
  /** Values that were compared. */
  readonly count: number;
  readonly nullCount: number;
  readonly infiniteCount: number;
  /** In a numeric column, cells that are no numbers. */
  readonly textCount: number;
  /** The share of rows without a value that can be compared. */
  readonly nullRate: number;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
  /** Of a text column: different values, null for more than 10,000, and the most frequent ones with their shares. */
  readonly distinctCount: number | null;
  readonly top: readonly { readonly value: string; readonly share: number }[] | null;
}

/** How far a column has moved. */
export interface FileColumn {
  readonly name: string;
  /** `empty` where neither file has a value, `mixed` where one has numbers and the other texts. */
  readonly type: 'numeric' | 'categorical' | 'mixed' | 'empty';
  readonly verdict: DriftVerdict;
  readonly drifted: boolean;
  readonly effectSize: { readonly measure: string; readonly value: number } | null;
  readonly reason: string;
  readonly reference: ColumnSide;
  readonly current: ColumnSide;
  /** Those of its type; null where a test has too little to go by. */
  readonly tests: Partial<NumericTests & CategoricalTests>;
}

/** How far a file has moved from another. */
export interface FileDrift {
  readonly verdict: DriftVerdict;
  readonly drifted: boolean;
  /** In a sentence. */
  readonly summary: string;
  readonly driftedColumns: readonly string[];
  /** Columns that only the reference has; that is drift. */
  readonly missingColumns: readonly string[];
  /** Columns that only the current file has; nothing to compare them with. */
  readonly newColumns: readonly string[];
  readonly reference: { readonly file: string; readonly rowCount: number; readonly skippedRows: number };
  readonly current: { readonly file: string; readonly rowCount: number; readonly skippedRows: number };
  /** From where on a test speaks for drift; the significance is divided by the number of columns. */
  readonly bounds: DriftBounds;
  /** In the order of the reference. */
  readonly columns: readonly FileColumn[];
  readonly warnings: readonly string[];
}
