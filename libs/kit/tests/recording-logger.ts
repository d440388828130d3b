import type { Logger } from '@attune/telemetry';

/** One record that a test's logger was given. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly details: Record<string, unknown>;
  readonly message: string;
}

/** A logger that keeps its records, and those of its children, for a test to look at. */
export function recordingLogger(records: LogRecord[] = []): Logger & { readonly records: LogRecord[] } {
  const at = (level: LogRecord['level']) => (details: object, message: string) =>
    void records.push({ level, details: { ...details }, message });
  return {
    records,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => recordingLogger(records),
  };
}
