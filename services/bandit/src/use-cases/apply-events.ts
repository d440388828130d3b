import { type ArmStates, foldDue, foldEarned, foldSelected } from '../domain/fold-event';
import { type KnownSelection, type PolicyEvent, selectionKey } from '../domain/policy-event';
import { rulesOf } from '../domain/policy-rules';
import { choiceCount, splitEvents } from '../domain/split-events';
import type { ArmMinute, FoldStore, FoldWork, PolicyWithStates } from '../ports';
import { eventsFolded } from '../telemetry';

type FoldRules = ReturnType<typeof rulesOf>;

/** Folding takes the time of those who choose: so many choices in one transaction, then others have their turn. */
const CHOICES_AT_ONCE = 64;

/**
 * Folds a batch of `policies.v1` into what is known of arms and choices, in a few transactions. What was folded before changes nothing, so
 * that a batch may come again, also after a part of it; and since the result depends on the events and their order alone, the log gives
 * the same bytes again.
 */
export function makeApplyEvents({ folds }: { readonly folds: FoldStore }) {
  return async (events: readonly PolicyEvent[]): Promise<void> => {
    for (const piece of splitEvents(events, CHOICES_AT_ONCE)) {
      const folded = await folds.transaction((tx) => foldBatch(tx, piece));
      eventsFolded(folded, choiceCount(piece) - folded);
    }
  };
}

async function foldBatch(tx: FoldWork, events: readonly PolicyEvent[]): Promise<number> {
  const policies = await tx.lock([...new Set(events.map(({ policy }) => policy))].sort());
  const known = events.filter(({ policy }) => policies.has(policy));
  const outcomes = known.flatMap((event) => (event.kind === 'outcome' ? [event.outcome] : []));
  const isNew = new Set(await tx.markFolded(outcomes));
  const fold = new BatchFold(policies, await tx.selections(known.flatMap(keysOf)), isNew);
  for (const event of known) fold.add(event);
  await tx.save(fold.result());
  return fold.count;
}

function keysOf(event: PolicyEvent): { policy: string; decisionId: string }[] {
  const { policy } = event;
  switch (event.kind) {
    case 'selected':
      return [{ policy, decisionId: event.selection.decisionId }];
    case 'outcome':
      return [{ policy, decisionId: event.outcome.decisionId }];
    case 'due':
      return event.decisionIds.map((decisionId) => ({ policy, decisionId }));
    default:
      return event satisfies never;
  }
}

/** Events one after the other, in memory. */
class BatchFold {
  readonly #rules = new Map<string, FoldRules>();
  readonly #states = new Map<string, ArmStates>();
  readonly #selections: Map<string, KnownSelection>;
  readonly #changed = new Set<string>();
  readonly #minutes = new Map<string, ArmMinute>();
  readonly #isNew: Set<string>;
  count = 0;

  constructor(
    policies: ReadonlyMap<string, PolicyWithStates>,
    selections: ReadonlyMap<string, KnownSelection>,
    isNew: Set<string>,
  ) {
    for (const [name, { policy, states }] of policies) {
      this.#rules.set(name, rulesOf(policy));
      this.#states.set(name, states);
    }
    this.#selections = new Map(selections);
    this.#isNew = isNew;
  }

  add(event: PolicyEvent): void {
    switch (event.kind) {
      case 'selected':
        this.#select(event);
        break;
      case 'outcome':
        this.#turnOut(event);
        break;
      case 'due':
        for (const decisionId of event.decisionIds) this.#fallDue(event.policy, decisionId);
        break;
      default:
        event satisfies never;
    }
  }

  result() {
    const selections = [...this.#changed].map((key) => this.#selections.get(key)!);
    const touched = new Set(selections.map(({ policy }) => policy));
    const states = new Map([...this.#states].filter(([name]) => touched.has(name)));
    return { states, selections, minutes: [...this.#minutes.values()] };
  }

  #select({ policy, selection }: Extract<PolicyEvent, { kind: 'selected' }>): void {
    const key = selectionKey(policy, selection.decisionId);
    if (this.#selections.has(key)) return;
    this.#keep(key, foldSelected(this.#rules.get(policy)!, this.#states.get(policy)!, selection));
    this.#countMinute(this.#selections.get(key)!, '');
  }

  #turnOut({ policy, outcome }: Extract<PolicyEvent, { kind: 'outcome' }>): void {
    const key = selectionKey(policy, outcome.decisionId);
    const selection = this.#selections.get(key);
    // delete: within a batch the second of two counts as little as in a later one
    if (!this.#isNew.delete(outcome.eventId) || selection === undefined) return;
    if (outcome.kind === 'reward') {
      this.#keep(key, foldEarned(this.#rules.get(policy)!, this.#states.get(policy)!, selection, outcome.reward));
    } else if (!selection.hits.includes(outcome.interactionType)) {
      const hits = [...selection.hits, outcome.interactionType];
      this.#keep(key, { states: this.#states.get(policy)!, selection: { ...selection, hits } });
      this.#countMinute(selection, outcome.interactionType);
    }
  }

  #fallDue(policy: string, decisionId: string): void {
    const key = selectionKey(policy, decisionId);
    const selection = this.#selections.get(key);
    if (selection?.outcome !== 'pending' && selection?.outcome !== 'held') return;
    this.#keep(key, foldDue(this.#rules.get(policy)!, this.#states.get(policy)!, selection));
  }

  #keep(key: string, { states, selection }: { states: ArmStates; selection: KnownSelection }): void {
    this.#states.set(selection.policy, states);
    this.#selections.set(key, selection);
    this.#changed.add(key);
    this.count++;
  }

  #countMinute({ policy, arm, selectedAt }: KnownSelection, what: string): void {
    const minute = new Date(Math.floor(selectedAt.getTime() / 60_000) * 60_000);
    const key = JSON.stringify([policy, arm, what, minute.getTime()]);
    const count = (this.#minutes.get(key)?.count ?? 0) + 1;
    this.#minutes.set(key, { policy, arm, what, minute, count });
  }
}
