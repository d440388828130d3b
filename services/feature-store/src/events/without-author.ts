import { common } from '@attune/contracts';
import { contentHash } from '../domain/content-hash';
import type { StoredProfile } from '../ports';

/** An item as it is without its author. */
export function withoutAuthor(stored: StoredProfile): StoredProfile {
  if (stored.profile.kind !== 'item') return stored;
  const item = { ...stored.profile.item, authorId: '' };
  const profile = { kind: 'item', item } as const;
  const message = { ...item, tags: [...item.tags], mediaUrls: [...item.mediaUrls] };
  return { ...stored, profile, record: common.Item.encode(message).finish(), contentHash: contentHash(profile) };
}
