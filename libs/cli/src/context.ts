import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient, SERVICES, type ServiceDefinitions, type ServiceName } from '@attune/contracts';
import { addressSetting, readRunningStack, stackFolder } from '@attune/devstack';
import { AppError } from '@attune/errors';
import type { Output } from './output';

/** What every command works with. */
export class CliContext implements AsyncDisposable {
  /** The checkout that this command line belongs to. */
  readonly root: string;
  readonly output: Output;
  /** Set by a command whose result is bad news: the exit code is 1, though nothing went wrong in the command itself. */
  failed = false;
  readonly #env: NodeJS.ProcessEnv;
  readonly #clients: AsyncDisposable[] = [];

  constructor(options: { readonly output: Output; readonly env: NodeJS.ProcessEnv }) {
    this.output = options.output;
    this.#env = options.env;
    this.root = resolve(options.env.ATTUNE_ROOT ?? join(__dirname, '..', '..', '..'));
  }

  /** Where a service listens: from ATTUNE_<SERVICE>_ADDRESS, else from the stack that runs in this checkout. */
  address(service: ServiceName): string {
    const setting = addressSetting(service);
    const address = this.#env[setting] ?? readRunningStack(this.root)?.addresses[service];
    if (address !== undefined) return address;
    throw new AppError(
      'failed_precondition.no_fleet',
      `no fleet runs in this checkout: start it with "npm start", or set ${setting} to where ${service} listens`,
    );
  }

  /** Where models and data sets lie: OBJECT_STORE_URL, else what the stack of this checkout uses, running or not. */
  objectStoreUrl(): string {
    const local = pathToFileURL(join(stackFolder(this.root), 'objects')).href;
    return this.#env.OBJECT_STORE_URL ?? readRunningStack(this.root)?.objectStoreUrl ?? local;
  }

  /** A client of a service; closed with the context. */
  client<Name extends ServiceName>(service: Name): Client<ServiceDefinitions[Name]> {
    const client = createClient({
      definition: SERVICES[service].definition as ServiceDefinitions[Name],
      address: this.address(service),
      caller: 'attune-cli',
    });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
  }
}
