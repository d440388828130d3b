import { AppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import type { Waiting } from '../ports';
import type { NewSurfaceVersion, StoredSurface, SurfaceStore } from '../surface-ports';

/** Far more than anybody looks after; every replica holds all of them. */
const MAX_SURFACES = 500;
const COLUMNS = 'change, name, version, settings, reason, actor, created_at';

interface Row {
  readonly change: string;
  readonly name: string;
  readonly version: number;
  readonly settings: unknown;
  readonly reason: string;
  readonly actor: string;
  readonly created_at: Date;
}

/** Versions of surfaces in PostgreSQL, append-only. */
export class PostgresSurfaceStore implements SurfaceStore {
  constructor(private readonly database: Database) {}

  async newestSince(change: number, { signal }: Waiting): Promise<readonly StoredSurface[]> {
    const { rows } = await this.database.query<Row>(
      `SELECT DISTINCT ON (name) ${COLUMNS} FROM surface_versions WHERE change > $1 ORDER BY name, version DESC`,
      [change],
      { signal },
    );
    return rows.map(surfaceFromRow);
  }

  append(version: NewSurfaceVersion, { signal }: Waiting): Promise<StoredSurface> {
    return this.database.transaction(
      async (tx) => {
        // One change after the other, so that changes become visible in the order of their numbers.
        await tx.query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.surface_versions'))");
        const current = await newestVersion(tx, version.name);
        if (version.basedOn !== 0 && version.basedOn !== current) throw changed(version, current);
        if (current === 0) await requireRoom(tx);
        const { rows } = await tx.query<Row>(
          `INSERT INTO surface_versions (name, version, settings, reason, actor, created_at)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
          [version.name, current + 1, JSON.stringify(version.settings), version.reason, version.actor, version.now],
        );
        return surfaceFromRow(rows[0]!);
      },
      { signal },
    );
  }

  async versions(
    { name, beforeVersion, limit }: Parameters<SurfaceStore['versions']>[0],
    { signal }: Waiting,
  ): Promise<readonly StoredSurface[]> {
    const { rows } = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM surface_versions WHERE name = $1 AND ($2::int IS NULL OR version < $2)
       ORDER BY version DESC LIMIT $3`,
      [name, beforeVersion ?? null, limit],
      { signal },
    );
    return rows.map(surfaceFromRow);
  }
}

async function newestVersion(tx: Tx, name: string): Promise<number> {
  const { rows } = await tx.query<{ version: number | null }>(
    'SELECT max(version) AS version FROM surface_versions WHERE name = $1',
    [name],
  );
  return rows[0]?.version ?? 0;
}

async function requireRoom(tx: Tx): Promise<void> {
  const { rows } = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM surface_versions WHERE version = 1',
  );
  if (rows[0]!.count < MAX_SURFACES) return;
  throw new AppError(
    'failed_precondition.too_many_surfaces',
    `there are ${MAX_SURFACES} surfaces already, and no more are kept: change one of them`,
  );
}

function changed({ name, basedOn }: NewSurfaceVersion, current: number): AppError {
  const now = current === 0 ? 'as built in' : `at version ${current}`;
  return new AppError(
    'conflict.surface_changed',
    `surface "${name}" is ${now}, and the change is based on version ${basedOn}: look at what is new and change that`,
    { metadata: { currentVersion: String(current) } },
  );
}

function surfaceFromRow(row: Row): StoredSurface {
  const { name, version, settings, reason, actor } = row;
  return { name, version, settings, reason, actor, createdAt: row.created_at, change: Number(row.change) };
}
