/** Puts values into random order, in place (Fisher and Yates). */
export function shuffle(values: Int32Array | Uint32Array | Uint8Array, uniform: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    const kept = values[last]!;
    values[last] = values[other]!;
    values[other] = kept;
  }
}

/** 0 .. count - 1 in random order. */
export function randomOrder(count: number, uniform: () => number): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  shuffle(order, uniform);
  return order;
}

/** At most `count` of the values, drawn by lot without putting back; the first steps of a shuffle, so that few of many cost little. */
export function drawSome(values: Int32Array, count: number, uniform: () => number): Int32Array<ArrayBuffer> {
  const rest = values.slice();
  const drawn = Math.min(count, rest.length);
  for (let at = 0; at < drawn; at++) {
    const other = at + Math.floor(uniform() * (rest.length - at));
    const kept = rest[at]!;
    rest[at] = rest[other]!;
    rest[other] = kept;
  }
  return rest.slice(0, drawn);
}
