import type { Queryable } from '@attune/postgres';
import type { ServedOf } from '../../domain/training-set/replay';
import type { TimelineRow } from '../../domain/training-set/timeline-row';
import { TwoGenerations } from '../../domain/two-generations';
import { textArray } from '../sql-arrays';
import { readServed, type Served } from './served-values';

const MAX_DECISIONS = 4_000;

const NOTHING: Served = { userId: '', valuesFor: () => undefined };

/** The feature values that slates were decided with, from the records of decisions. */
export class ServedDecisions {
  readonly #known = new TwoGenerations<string, Served>(MAX_DECISIONS);

  constructor(
    private readonly queryable: Queryable,
    private readonly featureNames: ReadonlySet<string>,
    private readonly knownAtMs: number | undefined,
  ) {}

  /** Reads what the examples of a batch name; the answer holds until the next call. */
  async load(rows: readonly TimelineRow[]): Promise<ServedOf> {
    const served = new Map<string, Served>();
    const missing = new Set<string>();
    for (const row of rows) {
      if (row.kind !== 'interaction' || row.source === undefined || row.decisionId === '') continue;
      const known = this.#known.get(row.decisionId);
      if (known === undefined) missing.add(row.decisionId);
      else served.set(row.decisionId, known);
    }
    if (missing.size > 0) await this.#read(missing, served);
    return ({ decisionId, userId, itemId }) => {
      const decision = decisionId === '' ? undefined : served.get(decisionId);
      return decision === undefined || decision.userId !== userId ? undefined : decision.valuesFor(itemId);
    };
  }

  async #read(decisionIds: ReadonlySet<string>, served: Map<string, Served>): Promise<void> {
    const { rows } = await this.queryable.query<{ decision_id: string; record: Buffer }>(
      `SELECT decision_id, record FROM decisions
       WHERE decision_id = ANY ($1::text[]) AND ($2::float8 IS NULL OR known_at <= to_timestamp($2 / 1000))`,
      [textArray([...decisionIds]), this.knownAtMs ?? null],
    );
    const isWanted = (name: string) => this.featureNames.has(name);
    const found = new Map(rows.map((row) => [row.decision_id, readServed(row.record, isWanted)]));
    for (const id of decisionIds) {
      const decision = found.get(id) ?? NOTHING;
      this.#known.set(id, decision);
      served.set(id, decision);
    }
  }
}
