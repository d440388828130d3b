import { type AccessRule, type Client, createClient } from '@attune/contracts';
import type { Logger } from '@attune/telemetry';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { type GrpcServerOptions, type Handlers, serviceOf, startGrpcServer } from '../src';

/** A message of the tests: one text and one id, on the wire as any protobuf message. */
export interface Echo {
  text: string;
  requestId: string;
}

const encode = ({ text, requestId }: Echo): Buffer =>
  Buffer.from(new BinaryWriter().uint32(10).string(text).uint32(18).string(requestId).finish());

function decode(bytes: Buffer): Echo {
  const reader = new BinaryReader(bytes);
  const message: Echo = { text: '', requestId: '' };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 10) message.text = reader.string();
    else if (tag === 18) message.requestId = reader.string();
    else reader.skip(tag & 7);
  }
  return message;
}

const codec = {
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
};

/** A service with one method of each kind, shaped like ts-proto's definitions. */
export const EchoService = {
  say: {
    path: '/attune.test.v1.EchoService/Say' as const,
    requestStream: false as const,
    responseStream: false as const,
    ...codec,
  },
  change: {
    path: '/attune.test.v1.EchoService/Change' as const,
    requestStream: false as const,
    responseStream: false as const,
    ...codec,
  },
  repeat: {
    path: '/attune.test.v1.EchoService/Repeat' as const,
    requestStream: false as const,
    responseStream: true as const,
    ...codec,
  },
  join: {
    path: '/attune.test.v1.EchoService/Join' as const,
    requestStream: true as const,
    responseStream: false as const,
    ...codec,
  },
};

export type EchoService = typeof EchoService;

export const ECHO_RULES = {
  say: { roles: ['public', 'internal', 'operator'], effect: 'read' },
  change: { roles: ['operator'], effect: 'request_id' },
  repeat: { roles: ['internal'], effect: 'read' },
  join: { roles: ['internal'], effect: 'once' },
} as const satisfies Record<keyof EchoService, AccessRule>;

export const anEcho = (text: string, requestId = ''): Echo => ({ text, requestId });

/** A record of the log: level, facts, sentence. */
export type Logged = { level: string; message: string } & Record<string, unknown>;

/** A logger that keeps its records. */
export function recordingLogger(records: Logged[] = [], bindings: object = {}): Logger & { records: Logged[] } {
  const at = (level: string) => (details: object, message: string) => {
    records.push({ ...bindings, ...details, level, message });
  };
  return {
    records,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => recordingLogger(records, { ...bindings, ...more }),
  };
}

/** A server and a client of the echo service, closed together. */
export async function startEcho(
  handlers: Partial<Handlers<EchoService>>,
  options: Partial<GrpcServerOptions> & {
    service?: Partial<Parameters<typeof serviceOf<EchoService>>[0]>;
    client?: Partial<Parameters<typeof createClient<EchoService>>[0]>;
  } = {},
) {
  const { service, client: clientOptions, ...serverOptions } = options;
  const logger = recordingLogger();
  const served = serviceOf({ definition: EchoService, handlers, rules: ECHO_RULES, ...service });
  const server = await startGrpcServer({ listen: '127.0.0.1:0', logger, services: [served], ...serverOptions });
  const client: Client<EchoService> & AsyncDisposable = createClient({
    definition: EchoService,
    address: server.address,
    caller: 'tests',
    rules: ECHO_RULES,
    ...clientOptions,
  });
  return {
    server,
    client,
    logger,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
