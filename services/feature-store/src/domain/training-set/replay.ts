import { itemFacts } from '../blocks/item-facts';
import { interactionSeenAt } from '../entity-events';
import type { EntityState } from '../entity-state';
import type { FeatureEvent, InteractionSeen } from '../feature-event';
import { beginningsOf, type NoValue, SubjectReader } from '../feature-reading';
import type { FeatureValue, StatesAtHand, ViewName } from '../features/feature';
import { foldInto } from '../fold';
import { idHash } from '../id-hash';
import type { InteractionVocabulary } from '../interaction';
import type { ColumnPlan } from './column-plan';
import { engagedItems } from './engaged-items';
import type { ExampleBlock, ExampleFacts } from './example-block';
import type { KnownItems } from './known-items';
import { isPositive, type LabelRule } from './label-rule';
import type { NegativeRule } from './question';
import { ReleaseQueue } from './release-queue';
import type { ReplayedViews } from './replayed-views';
import { sampleItems } from './sample-items';
import type { InteractionRow, TimelineRow } from './timeline-row';
import { orderOf, type Timeline, visibleFrom } from './visibility';

/** The states of one view while a history is replayed: more than fit in memory. */
export interface ReplayStates {
  /** The state of an entity, to be read before the next call; undefined where nothing was folded yet. */
  find(id: string): EntityState | undefined;
  /** The same, to be folded into before the next call; a new one where there was none. */
  open(id: string): EntityState;
}

/** The values that a slate was decided with, by feature name; a name that is not there was not recorded. */
export type ServedValues = ReadonlyMap<string, FeatureValue | NoValue>;

/** The views that a replay keeps states of. */
export type ReplayViewName = ViewName | 'author';

/** What a replay is given. */
export interface ReplayParts {
  readonly timeline: Timeline;
  readonly replayed: ReplayedViews;
  readonly plan: ColumnPlan;
  readonly states: Readonly<Record<ReplayViewName, ReplayStates>>;
  readonly knownItems: KnownItems;
  readonly labelRule: LabelRule;
  readonly negatives: NegativeRule;
  readonly vocabulary: InteractionVocabulary;
  readonly userKeyOf: (userId: string) => string;
  /** Whether the examples of a user are made here, not in another thread: only then the user's own state is kept here. */
  readonly isOwn: (userHash: number) => boolean;
}

/** What was served for an interaction, if its decision's record tells. */
export type ServedOf = (row: InteractionRow) => ServedValues | undefined;

const ENGAGED_NOTHING: ReadonlySet<number> = new Set();
const SAMPLED = 2;

/**
 * Goes through a timeline once: folds each event as soon as examples may know of it, and reads the features of each example at
 * its moment, by the same folds and reads as online.
 */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #waiting = new ReleaseQueue<Change | Seen>();
  readonly #beginnings;
  readonly #one: FeatureEvent[] = [];

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#beginnings = beginningsOf(parts.replayed.views);
  }

  /** Replays the next rows of the timeline; their examples go into the block. */
  process(rows: readonly TimelineRow[], block: ExampleBlock, servedOf: ServedOf): void {
    for (let entry = 0; entry < rows.length; entry++) {
      const row = rows[entry]!;
      if (row.kind === 'interaction') this.#interaction(row, entry, block, servedOf);
      else this.#later(row.orderMs, row.visibleFromMs, row);
    }
  }

  #interaction(row: InteractionRow, entry: number, block: ExampleBlock, servedOf: ServedOf): void {
    const { timeline, vocabulary, isOwn } = this.#parts;
    const event = interactionSeenAt(row.occurredAtMs, row, row.facts, vocabulary);
    const order = orderOf(timeline, row);
    if (row.source !== undefined && isOwn(event.userKey)) {
      this.#release(order);
      this.#examples({ row, event, entry, block, served: servedOf(row) });
    }
    this.#later(order, visibleFrom(timeline, row), { userId: row.userId, itemId: row.itemId, event });
  }

  /** Folds now what everything from `order` on may know, else when its moment is read. */
  #later(order: number, moment: number, what: Change | Seen): void {
    this.#release(order);
    if (moment <= order) this.#fold(what);
    else this.#waiting.add(moment, what);
  }

  #release(moment: number): void {
    for (let due = this.#waiting.take(moment); due !== undefined; due = this.#waiting.take(moment)) {
      this.#fold(due);
    }
  }

  #fold(what: Change | Seen): void {
    if (!('kind' in what)) {
      this.#foldOne('item', what.itemId, what.event);
      if (this.#parts.isOwn(what.event.userKey)) this.#foldOne('user', what.userId, what.event);
      // of an author all that counts of this is that the author is known
      if (this.#parts.replayed.needsAuthors && this.#parts.states.author.find(what.userId) === undefined) {
        this.#foldOne('author', what.userId, what.event);
      }
    } else if (what.kind === 'follow') {
      this.#foldOne('user_graph', what.followerId, what.ofFollower);
      this.#foldOne('user_graph', what.followeeId, what.ofFollowee);
    } else if (what.kind === 'item') {
      this.#foldOne('item', what.itemId, what.event);
    } else {
      if (this.#parts.isOwn(idHash(what.userId))) this.#foldOne('user', what.userId, what.event);
      if (this.#parts.replayed.needsAuthors) this.#foldOne('author', what.userId, what.event);
    }
  }

  #foldOne(view: ReplayViewName, id: string, event: FeatureEvent): void {
    if (view === 'item' && !this.#parts.replayed.needsItems) return;
    this.#one[0] = event;
    foldInto(this.#parts.replayed.views[view], this.#parts.states[view].open(id), this.#one);
  }

  #examples(example: Example): void {
    const { row, event, block, served } = example;
    const { labelRule, negatives, states, knownItems } = this.#parts;
    const label = isPositive(labelRule, row.strength) ? 1 : 0;
    const facts: ExampleFacts = {
      entry: example.entry,
      source: row.source!,
      userKey: this.#parts.userKeyOf(row.userId),
      itemId: row.itemId,
      userHash: event.userKey,
      itemHash: event.itemKey,
      occurredAtMs: row.occurredAtMs,
      label,
      strength: row.strength,
      acts: row.acts,
      isServed: served !== undefined,
    };
    const user = this.#userAtHand(row.userId);
    const own = this.#write(block, facts, { user, served });
    if (label === 0 || negatives.sampledPerPositive === 0) return;
    const engaged = states.user.find(row.userId)?.part(engagedItems) ?? ENGAGED_NOTHING;
    const sample = { count: negatives.sampledPerPositive, seed: negatives.seed, name: row.eventId };
    for (const itemId of sampleItems(knownItems, { ...sample, engaged, ownItem: event.itemKey })) {
      const sampled = {
        ...facts,
        source: SAMPLED,
        itemId,
        itemHash: idHash(itemId),
        label: 0,
        strength: 0,
        acts: 0,
      } as const;
      this.#write(block, sampled, { user, userFrom: own });
    }
  }

  /** Writes a row and says which. The columns of its user may be those of another row of the same moment. */
  #write(block: ExampleBlock, facts: ExampleFacts, { user, served, userFrom }: WriteFrom): number {
    const { plan } = this.#parts;
    const row = block.begin(facts);
    const { item, author, authorGraph } = this.#itemAtHand(facts.itemId);
    const states = { user: user.user, userGraph: user.userGraph, item, author, authorGraph };
    const reader = new SubjectReader({ states, itemId: facts.itemId }, facts.occurredAtMs, this.#beginnings);
    for (const columns of plan.features) {
      const { name, entity } = columns.placed.feature;
      if (userFrom !== undefined && entity === 'user') block.repeat(row, userFrom, columns);
      else block.write(row, columns, served?.get(name) ?? reader.valueOf(columns.placed));
    }
    return row;
  }

  #userAtHand(userId: string): Pick<StatesAtHand, 'user' | 'userGraph'> {
    const { states } = this.#parts;
    return { user: states.user.find(userId), userGraph: states.user_graph.find(userId) };
  }

  #itemAtHand(itemId: string): Pick<StatesAtHand, 'item' | 'author' | 'authorGraph'> {
    const { states, replayed } = this.#parts;
    if (!replayed.needsItems) return {};
    const item = states.item.find(itemId);
    const authorId = replayed.needsAuthors ? (item?.part(itemFacts).facts?.authorId ?? '') : '';
    if (authorId === '') return { item };
    return { item, author: states.author.find(authorId), authorGraph: states.user_graph.find(authorId) };
  }
}

type Change = Exclude<TimelineRow, InteractionRow>;

/** An interaction that waits to be folded. */
interface Seen {
  readonly userId: string;
  readonly itemId: string;
  readonly event: InteractionSeen;
}

interface Example {
  readonly row: InteractionRow;
  readonly event: InteractionSeen;
  readonly entry: number;
  readonly block: ExampleBlock;
  readonly served: ServedValues | undefined;
}

interface WriteFrom {
  readonly user: Pick<StatesAtHand, 'user' | 'userGraph'>;
  readonly served?: ServedValues | undefined;
  readonly userFrom?: number;
}
