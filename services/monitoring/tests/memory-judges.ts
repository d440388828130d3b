import { AppError } from '@attune/errors';
import type { WrittenJudge } from '../src/domain/detection/distribution-watch';
import type { JudgedNews, JudgedUntil, JudgeStore } from '../src/judge-ports';

/** Judges that are written down in memory, as the store in PostgreSQL does. */
export class MemoryJudges implements JudgeStore {
  readonly #until = new Map<string, JudgedUntil>();
  readonly #judges = new Map<string, Map<string, WrittenJudge>>();

  async until(metric: string): Promise<JudgedUntil | undefined> {
    return this.#until.get(metric);
  }

  async *read(metric: string, from = new Date(0)): AsyncIterable<WrittenJudge> {
    for (const judge of this.#judges.get(metric)?.values() ?? []) {
      const windows = judge.windows.filter(({ at }) => at >= from);
      if (windows.length > 0) yield { ...judge, windows };
    }
  }

  async write(metric: string, { before, after, judges, keptFrom }: JudgedNews): Promise<void> {
    const until = this.#until.get(metric);
    if (before !== undefined && (until?.line !== before.line || until.readUntil > before.readUntil))
      throw new AppError('conflict.judges', 'somebody else has written');
    const own = before === undefined ? new Map<string, WrittenJudge>() : this.#judges.get(metric)!;
    for (const judge of judges) {
      const key = JSON.stringify([judge.subject, judge.measure]);
      const windows = [...(own.get(key)?.windows ?? []), ...judge.windows].filter(({ at }) => at >= keptFrom);
      own.set(key, { ...judge, windows });
    }
    this.#judges.set(metric, own);
    this.#until.set(metric, after);
  }
}
