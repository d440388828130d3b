import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { CanaryLedger, CanaryReport, OwedRollback } from '../guardrail-ports';

const JUDGE = 'canaries:judge';
const REPORTS = 'canaries:reports';
const OWED = 'canaries:owed';
const KEPT_REPORTS = 20;

// Whoever judges goes on judging; another one takes over when it is silent.
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** What replicas tell each other about canaries, in Redis. */
export class RedisCanaryLedger implements CanaryLedger {
  constructor(private readonly redis: Redis) {}

  async mayJudge(replica: string, forMs: number): Promise<boolean> {
    return (await this.#try(() => this.redis.eval(HOLD, 1, JUDGE, replica, forMs))) === 1;
  }

  async report(report: CanaryReport): Promise<void> {
    const field = fieldOf(report);
    await this.#try(() => this.redis.hset(REPORTS, field, JSON.stringify(report)));
    const tooOld = (await this.reports()).slice(KEPT_REPORTS).map(fieldOf);
    if (tooOld.length > 0) await this.#try(() => this.redis.hdel(REPORTS, ...tooOld));
  }

  async reports(): Promise<readonly CanaryReport[]> {
    const kept = await this.#try(() => this.redis.hgetall(REPORTS));
    return Object.values(kept)
      .map((text) => JSON.parse(text) as CanaryReport)
      .map((report) => ({ ...report, judgedAt: new Date(report.judgedAt) }))
      .sort((one, other) => other.judgedAt.getTime() - one.judgedAt.getTime());
  }

  async owe(rollback: OwedRollback): Promise<void> {
    await this.#try(() => this.redis.hset(OWED, fieldOf(rollback), JSON.stringify(rollback)));
  }

  async settle(rollback: OwedRollback): Promise<void> {
    await this.#try(() => this.redis.hdel(OWED, fieldOf(rollback)));
  }

  async owed(): Promise<readonly OwedRollback[]> {
    return Object.values(await this.#try(() => this.redis.hgetall(OWED))).map(
      (text) => JSON.parse(text) as OwedRollback,
    );
  }

  #try<T>(run: () => Promise<T>): Promise<T> {
    return run().catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}

const fieldOf = ({ ref }: Pick<CanaryReport, 'ref'>) => `${ref.name} ${ref.version}`;
