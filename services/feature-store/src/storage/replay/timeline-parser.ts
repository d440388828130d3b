import { common } from '@attune/contracts';
import type { FollowSeen } from '../../domain/feature-event';
import { idHash } from '../../domain/id-hash';
import { itemFactsOf, userFactsOf } from '../../domain/profile-facts';
import type { InteractionRow, TimelineRow } from '../../domain/training-set/timeline-row';
import { BEGINNING_MS, type Timeline } from '../../domain/training-set/visibility';

const [INTERACTION, USER, ITEM, FOLLOW_BEGAN] = [0, 1, 2, 3];

/** Makes rows of a timeline from what COPY gave: see `copyTimeline` for the fields and their order. */
export class TimelineParser {
  readonly #types = new Map<string, string>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(private readonly timeline: Timeline) {}

  /** The rows of a chunk. */
  parse(chunk: SharedArrayBuffer): TimelineRow[] {
    this.#bytes = Buffer.from(chunk);
    this.#at = 0;
    const rows: TimelineRow[] = [];
    // each row begins with the number of its fields; -1 ends them all
    while (this.#at + 2 <= this.#bytes.length && this.#bytes.readInt16BE(this.#at) >= 0) {
      this.#at += 2;
      const kind = this.#small()!;
      rows.push(kind === INTERACTION ? this.#interaction() : this.#change(kind));
    }
    return rows;
  }

  #interaction(): InteractionRow {
    const userId = this.#text();
    const itemId = this.#text();
    const type = this.#type();
    const value = this.#number();
    const occurredAtMs = this.#number()!;
    const knownAtMs = this.#number()!;
    const itemChange = this.#number()!;
    const decisionId = this.#text();
    const eventId = this.#text();
    const source = this.#small() as 0 | 1 | undefined;
    const strength = this.#number() ?? 0;
    const acts = this.#small() ?? 0;
    this.#skip();
    return {
      ...{ kind: 'interaction', userId, itemId, type, value, occurredAtMs, knownAtMs, itemChange },
      ...{ facts: undefined, decisionId, eventId, source, strength, acts },
    };
  }

  #change(kind: number): TimelineRow {
    const entityId = this.#text();
    const otherId = this.#text();
    this.#skip();
    this.#skip();
    const acceptedAtMs = this.#number()!;
    const knownAtMs = this.#number()!;
    const rank = this.#number()!;
    this.#skip();
    const eventId = this.#text();
    this.#skip();
    this.#skip();
    this.#skip();
    const record = this.#binary();
    const from = this.#moments(acceptedAtMs, knownAtMs, rank === 1 && kind <= ITEM);
    const change = { eventId, acceptedAt: new Date(acceptedAtMs) };
    if (kind === USER) {
      const facts = userFactsOf(common.User.decode(record), change);
      return { kind: 'user', userId: entityId, event: { kind: 'user', occurredAtMs: acceptedAtMs, facts }, ...from };
    }
    if (kind === ITEM) {
      const facts = itemFactsOf(common.Item.decode(record), change);
      return { kind: 'item', itemId: entityId, event: { kind: 'item', occurredAtMs: acceptedAtMs, facts }, ...from };
    }
    const delta = kind === FOLLOW_BEGAN ? 1 : -1;
    const seen = { kind: 'follow', delta, occurredAtMs: acceptedAtMs } as const satisfies Partial<FollowSeen>;
    return {
      ...{ kind: 'follow', followerId: entityId, followeeId: otherId, ...from },
      ofFollower: { ...seen, side: 'follower', otherKey: idHash(otherId) },
      ofFollowee: { ...seen, side: 'followee', otherKey: idHash(entityId) },
    };
  }

  #moments(acceptedAtMs: number, knownAtMs: number, isFirst: boolean) {
    const afterIt = acceptedAtMs + 0.5;
    if (this.timeline === 'live') {
      return { orderMs: Math.max(knownAtMs, acceptedAtMs), visibleFromMs: Math.max(knownAtMs, afterIt) };
    }
    if (isFirst) return { orderMs: BEGINNING_MS, visibleFromMs: BEGINNING_MS };
    return { orderMs: acceptedAtMs, visibleFromMs: afterIt };
  }

  #length(): number {
    const length = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    return length;
  }

  #small(): number | undefined {
    if (this.#length() < 0) return undefined;
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  #number(): number | undefined {
    if (this.#length() < 0) return undefined;
    this.#at += 8;
    return this.#bytes.readDoubleBE(this.#at - 8);
  }

  #text(): string {
    const length = this.#length();
    if (length <= 0) return '';
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  // Folds compare types: the same text as the same object makes that cheap.
  #type(): string {
    const text = this.#text();
    const known = this.#types.get(text);
    if (known !== undefined) return known;
    this.#types.set(text, text);
    return text;
  }

  // Decoding keeps views of the bytes, and what is shared with other threads cannot be decoded everywhere, so it is copied.
  #binary(): Uint8Array {
    const length = Math.max(0, this.#length());
    this.#at += length;
    return Uint8Array.prototype.slice.call(new Uint8Array(this.#bytes.buffer), this.#at - length, this.#at);
  }

  #skip(): void {
    const length = this.#length();
    if (length > 0) this.#at += length;
  }
}
