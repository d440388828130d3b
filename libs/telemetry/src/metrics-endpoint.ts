import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { exemplars } from './exemplars';
import { OPEN_METRICS_TYPE, openMetricsOf } from './open-metrics';

/** Where metrics may be read, and by whom. */
export interface MetricsEndpointOptions {
  readonly host: string;
  readonly port: number;
  /** Who reads must send it as a bearer token; anybody may read when there is none, on loopback. */
  readonly token?: string;
  /** Files of the certificate chain and its key (PEM). */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

const PATH = '/metrics';
const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The HTTP endpoint at which Prometheus reads metrics. Who asks for OpenMetrics, as Prometheus does, gets exemplars: in each
 * bucket of our histograms the id of a trace that fell into it.
 *
 * @public loaded on demand
 */
export class MetricsEndpoint extends MetricReader {
  readonly #server: Server;
  readonly #tokenHash: Buffer | undefined;
  readonly #prometheus = new PrometheusSerializer();
  /** One reading serves all who ask while it is made: readers cannot pile up. */
  #reading: Promise<ResourceMetrics> | undefined;

  /** Listens; a port that is taken costs the metrics, not the service, and `onProblem` hears of it. */
  constructor({ host, port, token, tls }: MetricsEndpointOptions, onProblem: (error: Error) => void) {
    super();
    this.#tokenHash = token === undefined ? undefined : hashOf(token);
    exemplars.keep();
    const answer: RequestListener = (request, response) => void this.#answer(request, response);
    this.#server = tls === undefined ? createServer(answer) : createTlsServer(pairOf(tls), answer);
    this.#server.on('error', onProblem);
    this.#server.listen(port, host).unref();
  }

  protected async onForceFlush(): Promise<void> {}

  protected async onShutdown(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.split('?')[0] !== PATH) return end(response, 404, `metrics are at ${PATH}\n`);
    if (!this.#mayRead(request)) {
      response.setHeader('www-authenticate', 'Bearer');
      return end(response, 401, 'the token of ATTUNE_METRICS_TOKEN_FILE is needed\n');
    }
    try {
      const read = await this.#read();
      const isOpen = request.headers.accept?.includes('application/openmetrics-text') === true;
      response.setHeader('content-type', isOpen ? OPEN_METRICS_TYPE : PROMETHEUS_TYPE);
      const text = isOpen
        ? openMetricsOf(read, (metric, labels) => exemplars.of(metric, labels))
        : this.#prometheus.serialize(read);
      end(response, 200, text);
    } catch (error) {
      end(response, 500, `metrics cannot be read: ${(error as Error).message}\n`);
    }
  }

  #mayRead({ headers }: IncomingMessage): boolean {
    if (this.#tokenHash === undefined) return true;
    const [, token = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    return timingSafeEqual(hashOf(token), this.#tokenHash);
  }

  #read(): Promise<ResourceMetrics> {
    this.#reading ??= this.collect({ timeoutMillis: 5_000 })
      .then(({ resourceMetrics }) => resourceMetrics)
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.end(text);
}

function pairOf({ certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }) {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
