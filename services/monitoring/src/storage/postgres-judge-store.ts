import { AppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import type { WrittenJudge } from '../domain/detection/distribution-watch';
import type { JudgedNews, JudgedUntil, JudgeStore } from '../judge-ports';

/** So many windows go into one statement. */
const WINDOWS_AT_ONCE = 1_000;

interface JudgeRow {
  readonly judge_id: string;
  readonly subject: string;
  readonly measure: string;
  readonly state: Buffer;
}

/** Judges of distributions in PostgreSQL. */
export class PostgresJudgeStore implements JudgeStore {
  constructor(private readonly database: Database) {}

  async until(metric: string): Promise<JudgedUntil | undefined> {
    const { rows } = await this.database.query<{ line: string; read_until: Date }>(
      'SELECT line, read_until FROM judged_until WHERE metric = $1',
      [metric],
    );
    return rows.map(({ line, read_until: readUntil }) => ({ line, readUntil }))[0];
  }

  /** One by one, so that little is held. */
  async *read(metric: string, from: Date | undefined): AsyncIterable<WrittenJudge> {
    const since = from ?? new Date(0);
    const { rows } = await this.database.query<JudgeRow>(
      'SELECT judge_id, subject, measure, state FROM judges WHERE metric = $1 AND last_at >= $2 ORDER BY judge_id',
      [metric, since],
    );
    for (const { judge_id, subject, measure, state } of rows) {
      const windows = await this.database.query<{ at: Date; bytes: Buffer }>(
        'SELECT at, bytes FROM judged_windows WHERE judge_id = $1 AND at >= $2 ORDER BY at',
        [judge_id, since],
      );
      yield { subject, measure, state, windows: windows.rows };
    }
  }

  write(metric: string, { before, after, judges, keptFrom }: JudgedNews): Promise<void> {
    return this.database.transaction(async (tx) => {
      if (before === undefined) await beginLine(tx, metric, after);
      else await goOn(tx, metric, { before, after });
      await writeWindows(tx, judges, await writeJudges(tx, metric, judges));
      await tx.query(
        'DELETE FROM judged_windows USING judges WHERE judges.judge_id = judged_windows.judge_id AND metric = $1 AND at < $2',
        [metric, keptFrom],
      );
      await tx.query('DELETE FROM judges WHERE metric = $1 AND last_at < $2', [metric, keptFrom]);
    });
  }
}

async function beginLine(tx: Tx, metric: string, { line, readUntil }: JudgedUntil): Promise<void> {
  await tx.query(
    `INSERT INTO judged_until (metric, line, read_until) VALUES ($1, $2, $3)
     ON CONFLICT (metric) DO UPDATE SET line = excluded.line, read_until = excluded.read_until`,
    [metric, line, readUntil],
  );
  await tx.query('DELETE FROM judges WHERE metric = $1', [metric]);
}

async function goOn(
  tx: Tx,
  metric: string,
  { before, after }: { readonly before: JudgedUntil; readonly after: JudgedUntil },
): Promise<void> {
  const { rowCount } = await tx.query(
    'UPDATE judged_until SET read_until = $4 WHERE metric = $1 AND line = $2 AND read_until = $3',
    [metric, before.line, before.readUntil, after.readUntil],
  );
  if (rowCount === 0) {
    throw new AppError('conflict.judges', `another replica has judged ${metric} meanwhile; what it wrote is read next`);
  }
}

async function writeJudges(tx: Tx, metric: string, judges: readonly WrittenJudge[]): Promise<readonly string[]> {
  const { rows } = await tx.query<{ judge_id: string; subject: string; measure: string }>(
    `INSERT INTO judges AS known (metric, subject, measure, last_at, state)
     SELECT $1, subject, measure, at, state FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bytea[])
       AS of (subject, measure, at, state) ORDER BY subject, measure
     ON CONFLICT (metric, subject, measure) DO UPDATE SET last_at = excluded.last_at, state = excluded.state
     RETURNING judge_id, subject, measure`,
    [
      ...[metric, judges.map(({ subject }) => subject), judges.map(({ measure }) => measure)],
      judges.map(({ windows }) => windows.at(-1)!.at),
      judges.map(({ state }) => Buffer.from(state)),
    ],
  );
  const ids = new Map(rows.map(({ judge_id, subject, measure }) => [JSON.stringify([subject, measure]), judge_id]));
  return judges.map(({ subject, measure }) => ids.get(JSON.stringify([subject, measure]))!);
}

async function writeWindows(tx: Tx, judges: readonly WrittenJudge[], ids: readonly string[]): Promise<void> {
  const all = judges.flatMap(({ windows }, judge) => windows.map(({ at, bytes }) => ({ id: ids[judge], at, bytes })));
  for (let from = 0; from < all.length; from += WINDOWS_AT_ONCE) {
    const some = all.slice(from, from + WINDOWS_AT_ONCE);
    await tx.query(
      `INSERT INTO judged_windows (judge_id, at, bytes)
       SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::bytea[])`,
      [some.map(({ id }) => id), some.map(({ at }) => at), some.map(({ bytes }) => Buffer.from(bytes))],
    );
  }
}
