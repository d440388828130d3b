import { buildCsr, type Csr, seededNormal, seededUniform } from '@attune/kernels';

const USERS = 6_040;
export const ITEMS = 3_706;
const ENTRIES = 1_000_209;

/** A seeded matrix of the size of MovieLens 1M with its skew: few items and few users have most of the entries. */
export function aMovielensSizedMatrix(): Csr {
  const uniform = seededUniform(1);
  const normal = seededNormal(2);
  const activity = Array.from({ length: USERS }, () => Math.exp(normal()));
  const total = activity.reduce((sum, x) => sum + x, 0);
  const rows = new Int32Array(ENTRIES);
  const columns = new Int32Array(ENTRIES);
  let user = 0;
  let quota = (activity[0]! / total) * ENTRIES;
  for (let e = 0; e < ENTRIES; e++) {
    while (e > quota && user < USERS - 1) quota += (activity[++user]! / total) * ENTRIES;
    rows[e] = user;
    columns[e] = Math.floor(ITEMS * uniform() ** 2.2);
  }
  return buildCsr({ rowCount: USERS, rows, columns });
}
