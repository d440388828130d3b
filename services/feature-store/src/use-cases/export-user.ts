import { requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { ExportLine, ReadUserData } from '../erasure-ports';
import type { CallOptions } from '../ports';
import type { FeatureAnswer, FeatureQuestion } from './get-features';

/** About how many bytes go into one message. */
const BYTES_AT_ONCE = 64 * 1024;

interface Needs {
  readonly readUserData: ReadUserData;
  /** Of days that have left the database. */
  readonly readArchivedUserData: ReadUserData;
  readonly getFeatures: (question: FeatureQuestion, options?: CallOptions) => Promise<FeatureAnswer>;
  /** Resolves when everything that was accepted before the call is applied. */
  readonly caughtUp: (options: CallOptions) => Promise<void>;
}

/** Gives everything that is held about a user as JSON lines, several in each text. */
export function makeExportUser(needs: Needs) {
  return async function* exportUser(userId: string, options: CallOptions = {}): AsyncGenerator<string> {
    const description = idProblem(userId);
    requireNone(description === undefined ? [] : [{ field: 'user_id', description }]);
    await needs.caughtUp(options);
    let lines = '';
    for await (const line of withFeatures(userId, needs, options)) {
      lines += `${JSON.stringify(line)}\n`;
      if (lines.length < BYTES_AT_ONCE) continue;
      yield lines;
      lines = '';
    }
    if (lines !== '') yield lines;
  };
}

async function* withFeatures(
  userId: string,
  { readUserData, readArchivedUserData, getFeatures }: Needs,
  options: CallOptions,
): AsyncGenerator<ExportLine> {
  yield* readUserData(userId, options);
  yield* readArchivedUserData(userId, options);
  const question = { entity: 'user', entityIds: [userId], pairs: [], featureNames: [], withVersions: false } as const;
  const { rows, schemaHash } = await getFeatures(question, options);
  // of somebody who is not known every feature is missing, and that says nothing about anybody
  const readings = rows[0]!.readings.filter(
    (reading) => !('missing' in reading) || reading.missing !== 'unknown_entity',
  );
  for (const { name, updatedAt, ...reading } of readings) {
    yield { kind: 'feature', name, ...reading, updatedAt: updatedAt?.toISOString(), schemaHash };
  }
}
