import type { WrittenJudge } from './domain/detection/distribution-watch';

/** How far the judges of a metric have come. */
export interface JudgedUntil {
  /** Judges that had to begin anew are another line. */
  readonly line: string;
  readonly readUntil: Date;
}

/** What was judged since the last time. */
export interface JudgedNews {
  /** What whoever judged knew before. Undefined: nothing, and what is stored gives way. */
  readonly before: JudgedUntil | undefined;
  readonly after: JudgedUntil;
  readonly judges: readonly WrittenJudge[];
  /** Windows before it, and judges that saw none since, are not needed any more. */
  readonly keptFrom: Date;
}

/** Where judges of distributions are written down. */
export interface JudgeStore {
  until(metric: string): Promise<JudgedUntil | undefined>;
  /** Judges that saw windows from a time on, with those windows. */
  read(metric: string, from: Date | undefined): AsyncIterable<WrittenJudge>;
  /** All or nothing. Throws `conflict.judges` where somebody else has written since. */
  write(metric: string, news: JudgedNews): Promise<void>;
}
