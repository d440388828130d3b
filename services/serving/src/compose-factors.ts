import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { makeOnFactors } from './events/on-factors';
import type { FactorOverlays, ModelLoader } from './model-ports';
import { RedisLearnedFactors } from './storage/redis-learned-factors';
import { makeFollowFactors } from './use-cases/follow-factors';

/** What following the factors of models is wired with. */
export interface FactorsNeeds {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis', undefined>;
  readonly stack: Stack;
  readonly host: Pick<ModelLoader, 'loaded'> & FactorOverlays;
}

/** Wires how models learn between two trainings: the consumer of `factors.v1`, and the look of every replica at what it kept. */
export function composeFactors({ config, platform: { redis, logger }, stack, host }: FactorsNeeds) {
  const learned = new RedisLearnedFactors(redis);
  const follower = makeFollowFactors({ learned, loader: host, overlays: host, logger });
  const look = ({ signal }: { readonly signal: AbortSignal }) => follower.catchUp({ signal });
  const stopping = new AbortController();
  const onFailure = (err: unknown) =>
    logger.warn({ err }, 'what models learned since their training cannot be read; they serve as they are');
  return {
    learnedTo: follower.learnedTo,
    // a look that fails here is made again by the next round, which tells of it
    onFactors: makeOnFactors({ learned, changed: () => void look(stopping).catch(() => undefined) }),
    /** Looks every so often, from when models are loaded on: what was learned before a restart is there with the first slate. */
    start: async () => {
      stack.defer('look at learned factors', async () => stopping.abort());
      const everyMs = config.modelPollMs;
      const looking = await stack.open('learned factors', () => keepDoing({ everyMs, work: look, onFailure }));
      await looking.first;
    },
  };
}
