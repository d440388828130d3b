/** The upper 1e-4 quantile of the standard normal distribution. */
const Z = 3.719;

/**
 * The value that chi-square with so many degrees of freedom passes in about one case of 10,000 (Wilson and Hilferty
 * 1931; 7 % above the exact value for one degree, 0.5 % for nine and less beyond). Ids in these tests are fixed, so a
 * test that passes once always does.
 */
export function chiSquareLimit(degrees: number): number {
  return degrees * (1 - 2 / (9 * degrees) + Z * Math.sqrt(2 / (9 * degrees))) ** 3;
}

/** Pearson's chi-square of counts against what is expected; same length. */
export function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

/** Pearson's chi-square of a table of counts, [rows][columns], against independence, and its degrees of freedom. */
export function chiSquareOfTable(table: readonly (readonly number[])[]): { value: number; degrees: number } {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
  const all = rows.reduce((sum, count) => sum + count, 0);
  const expected = rows.flatMap((row) => columns.map((column) => (row * column) / all));
  return { value: chiSquare(table.flat(), expected), degrees: (rows.length - 1) * (columns.length - 1) };
}

/** A table of zeros, [rows][columns]. */
export function emptyTable(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}
