/** What producers without a name are called. */
const UNNAMED = '(unnamed)';
/** Producers whose names begin so bring history, whatever times its events have. */
const IMPORT_PREFIX = 'import:';

/** The name under which a producer is counted and quarantined. */
export function nameOf(producer: string): string {
  return producer === '' ? UNNAMED : producer;
}

/** Whether a producer brings history: nobody acts while it is imported, so no rate is measured, and no usual volume. */
export function bringsHistory(producer: string): boolean {
  return producer.startsWith(IMPORT_PREFIX);
}
