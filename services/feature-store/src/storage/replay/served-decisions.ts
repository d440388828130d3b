import { common, events } from '@attune/contracts';
import type { Queryable } from '@attune/postgres';
import { type Missing, NoValue } from '../../domain/feature-reading';
import type { FeatureValue } from '../../domain/features/feature';
import type { ServedOf, ServedValues } from '../../domain/training-set/replay';
import type { TimelineRow } from '../../domain/training-set/timeline-row';
import { TwoGenerations } from '../../domain/two-generations';
import { textArray } from '../sql-arrays';

const MAX_DECISIONS = 4_000;
const { MissingReason } = common;

const MISSING: Readonly<Partial<Record<common.MissingReason, Missing>>> = {
  [MissingReason.UNKNOWN_ENTITY]: 'unknown_entity',
  [MissingReason.EXPIRED]: 'expired',
  [MissingReason.NO_CONSENT]: 'no_consent',
};

/** What one decision's record tells of features. */
interface Served {
  readonly userId: string;
  readonly ofUser: ServedValues;
  readonly ofItems: ReadonlyMap<string, ServedValues>;
}

const NOTHING: Served = { userId: '', ofUser: new Map(), ofItems: new Map() };

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
      return decision === undefined || decision.userId !== userId ? undefined : valuesFor(decision, itemId);
    };
  }

  async #read(decisionIds: ReadonlySet<string>, served: Map<string, Served>): Promise<void> {
    const { rows } = await this.queryable.query<{ decision_id: string; record: Buffer }>(
      `SELECT decision_id, record FROM decisions
       WHERE decision_id = ANY ($1::text[]) AND ($2::float8 IS NULL OR known_at <= to_timestamp($2 / 1000))`,
      [textArray([...decisionIds]), this.knownAtMs ?? null],
    );
    const found = new Map(rows.map((row) => [row.decision_id, this.#servedOf(row.record)]));
    for (const id of decisionIds) {
      const decision = found.get(id) ?? NOTHING;
      this.#known.set(id, decision);
      served.set(id, decision);
    }
  }

  #servedOf(record: Buffer): Served {
    const { userId, userFeatures, slate } = events.DecisionRecord.decode(record);
    return {
      userId,
      ofUser: this.#valuesOf(userFeatures),
      ofItems: new Map(slate.map(({ itemId, features }) => [itemId, this.#valuesOf(features)])),
    };
  }

  #valuesOf(features: readonly common.FeatureValue[]): ServedValues {
    const wanted = features.filter(({ name }) => this.featureNames.has(name));
    return new Map(wanted.map(({ name, value }) => [name, servedValue(value)]));
  }
}

function valuesFor({ ofUser, ofItems }: Served, itemId: string): ServedValues | undefined {
  const ofItem = ofItems.get(itemId);
  if (ofItem === undefined || ofItem.size === 0) return ofUser.size === 0 ? undefined : ofUser;
  return ofUser.size === 0 ? ofItem : new Map([...ofUser, ...ofItem]);
}

function servedValue(value: common.FeatureValue['value']): FeatureValue | NoValue {
  switch (value?.$case) {
    case 'number':
      return value.value;
    case 'text':
      return value.value;
    case 'numbers':
      return value.value.values;
    case 'scoredNames':
      return value.value.entries;
    case 'missing':
      return new NoValue(MISSING[value.value] ?? 'never_observed');
    default:
      return new NoValue('never_observed');
  }
}
