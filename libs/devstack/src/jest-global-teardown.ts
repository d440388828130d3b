import type { WithTestInfra } from './jest-global-setup';

/** Stops what the global set-up started. */
export default async function globalTeardown(): Promise<void> {
  await (globalThis as WithTestInfra).attuneTestInfra?.[Symbol.asyncDispose]();
}
