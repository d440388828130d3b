import { connect, serving, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import { openEventLog } from '@attune/event-log';
import { freePorts, settingsOf, type TestInfra, until } from '@attune/testkit';
import { ServiceProcess } from './service-process';

/** What became of the calls of one load. */
export interface LoadReport {
  readonly answered: number;
  /** Codes of the calls that failed, in spite of retries and hedges. */
  readonly failures: readonly string[];
}

const LANES = 12;

/** Some serving processes that answer to one address, as pods of a headless service do, and load on all of them. */
export class Replicas implements AsyncDisposable {
  readonly client: ReturnType<typeof connect<'serving'>>;

  private constructor(
    readonly processes: readonly ServiceProcess[],
    readonly addresses: readonly string[],
  ) {
    const address = addresses.join(',');
    this.client = connect('serving', { address, caller: 'e2e', deadlineMs: { other: 10_000, recommend: 3_000 } });
  }

  /** Starts so many, which know what a few people did. */
  static async start(infra: TestInfra, count: number): Promise<Replicas> {
    const addresses = (await freePorts(count)).map((port) => `127.0.0.1:${port}`);
    const envOf = (address: string) => ({ ...settingsOf(infra), ATTUNE_LOG_LEVEL: 'warn', ATTUNE_LISTEN: address });
    const starting = addresses.map((address) => ServiceProcess.start({ name: 'serving', env: envOf(address) }));
    const outcomes = await Promise.allSettled(starting);
    const processes = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const replicas = new Replicas(processes, addresses);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await replicas[Symbol.asyncDispose]();
      throw failed.reason;
    }
    await replicas.#learn(infra);
    return replicas;
  }

  /** Asks for so many slates in some lanes at once; `strike` comes when some were answered. */
  async load({
    calls,
    strikeAt,
    strike,
  }: {
    readonly calls: number;
    readonly strikeAt: number;
    readonly strike: () => Promise<unknown>;
  }): Promise<LoadReport> {
    const failures: string[] = [];
    let begun = 0;
    let answered = 0;
    let struck: Promise<unknown> | undefined;
    const lane = async () => {
      while (begun < calls) {
        begun += 1;
        await this.#ask(`user-${begun % 50}`).then(
          () => (answered += 1),
          (error: unknown) => failures.push(isAppError(error) ? error.code : String(error)),
        );
        if (answered >= strikeAt) struck ??= strike();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await struck;
    return { answered, failures };
  }

  /** Resolves when every replica answers. */
  async allServe(): Promise<void> {
    for (const address of this.addresses) {
      await using one = connect('serving', { address, caller: 'e2e', deadlineMs: 2_000 });
      await until(`${address} serves`, () =>
        one.getServingState({}).then(
          () => true,
          () => false,
        ),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await Promise.all(this.processes.map((one) => one[Symbol.asyncDispose]()));
  }

  async #ask(userId: string): Promise<void> {
    const { items } = await this.client.recommend(serving.RecommendRequest.fromPartial({ userId, count: 5 }));
    if (items.length !== 5) throw new Error(`a slate of ${items.length}`);
  }

  async #learn({ redisUrl, kafkaBrokers, namespace }: TestInfra): Promise<void> {
    await using log = await openEventLog({
      redisUrl,
      kafkaBrokers: kafkaBrokers?.split(','),
      topicPrefix: namespace,
      clientId: 'e2e',
    });
    const now = new Date();
    const records = Array.from({ length: 20 }, (_, at) => {
      const interaction = {
        eventId: `e${at}`,
        userId: 'somebody',
        itemId: `item-${at}`,
        type: 'like',
        occurredAt: now,
      };
      const event = TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: now });
      return { key: 'somebody', value: TOPIC_CODECS.interactions.encode(event).finish() };
    });
    await log.append(TOPICS.interactions.name, records);
    await until('every replica knows what is popular', () =>
      this.#ask('anybody').then(
        () => true,
        () => false,
      ),
    );
  }
}
