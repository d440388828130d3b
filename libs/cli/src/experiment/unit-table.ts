/** In place of a variant: the unit was seen in several. */
export const CROSSED = 255;

const NOBODY = 254;
const FIRST_SIZE = 1 << 12;

/** What the rows of one unit add up to. */
export interface UnitRow {
  readonly variant: number;
  readonly value: number;
  /** NaN where the row has none. */
  readonly covariate: number;
}

/**
 * Sums per unit, for millions of units: 33 bytes a place, of which at most three quarters are taken, and no text is kept. A unit is known by 64 bits of its id's hash;
 * among five million units two fall together with a chance below one in a million.
 */
export class UnitTable {
  #size = FIRST_SIZE;
  #count = 0;
  #columns = columnsOf(FIRST_SIZE);

  /** How many units there are, crossed ones too. */
  get count(): number {
    return this.#count;
  }

  /** Adds a row to its unit. A unit of several variants is marked as crossed and stays so. */
  add(unit: string, { variant, value, covariate }: UnitRow): void {
    if (this.#count * 4 >= this.#size * 3) this.#grow();
    const [high, low] = [hashOf(unit, 0x811c9dc5, 0x01000193), hashOf(unit, 0x9747b28c, 0x5bd1e995)];
    const at = this.#slotOf(high, low);
    const columns = this.#columns;
    if (columns.variants[at] === NOBODY) {
      this.#count++;
      columns.highs[at] = high;
      columns.lows[at] = low;
      columns.variants[at] = variant;
    } else if (columns.variants[at] !== variant) columns.variants[at] = CROSSED;
    columns.rows[at]!++;
    columns.values[at]! += value;
    columns.covariates[at]! += covariate;
  }

  /** Visits every unit: its variant or `CROSSED`, its rows, and the sums of its values and covariates. */
  forEach(visit: (variant: number, rows: number, value: number, covariate: number) => void): void {
    const { variants, rows, values, covariates } = this.#columns;
    for (let at = 0; at < this.#size; at++) {
      if (variants[at] !== NOBODY) visit(variants[at]!, rows[at]!, values[at]!, covariates[at]!);
    }
  }

  /** Where a unit is, or the free place for it. */
  #slotOf(high: number, low: number): number {
    const { variants, highs, lows } = this.#columns;
    let at = low & (this.#size - 1);
    while (variants[at] !== NOBODY && (highs[at] !== high || lows[at] !== low)) at = (at + 1) & (this.#size - 1);
    return at;
  }

  #grow(): void {
    const before = this.#columns;
    const sizeBefore = this.#size;
    this.#size *= 2;
    this.#columns = columnsOf(this.#size);
    for (let from = 0; from < sizeBefore; from++) {
      if (before.variants[from] === NOBODY) continue;
      const at = this.#slotOf(before.highs[from]!, before.lows[from]!);
      for (const name of COLUMN_NAMES) this.#columns[name][at] = before[name][from]!;
    }
  }
}

const COLUMN_NAMES = ['variants', 'highs', 'lows', 'rows', 'values', 'covariates'] as const;

function columnsOf(size: number) {
  return {
    variants: new Uint8Array(size).fill(NOBODY),
    highs: new Uint32Array(size),
    lows: new Uint32Array(size),
    rows: new Uint32Array(size),
    values: new Float64Array(size),
    covariates: new Float64Array(size),
  };
}

/** FNV-1a's loop with a seed and factor of its own, and murmur3's end, which spreads what the loop left in the low bits. */
function hashOf(text: string, seed: number, factor: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), factor);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
