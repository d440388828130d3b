export type { Scorer } from './scorer';
