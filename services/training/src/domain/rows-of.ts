/** By position in `asked`, the row that an id has among the `known` ones; -1 where it has none. */
export function rowsOf(known: readonly string[], asked: readonly string[]): Int32Array {
  const rowOf = new Map(known.map((id, row) => [id, row]));
  return Int32Array.from(asked, (id) => rowOf.get(id) ?? -1);
}
