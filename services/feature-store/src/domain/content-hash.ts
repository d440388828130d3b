import { createHash } from 'node:crypto';
import type { Entity } from './entity';

/** SHA-256 over what an entity says, whatever the order of its attributes: equal hashes mean that nothing changed. */
export function contentHash(entity: Entity): Buffer {
  return createHash('sha256').update(JSON.stringify(entity, sortKeys)).digest();
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
