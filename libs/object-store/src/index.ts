export { openObjectStore } from './open-object-store';
export type { CallOptions, ListedObject, ObjectStore, StoredObject } from './ports';
