import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { type UserKeyOf, writable } from './pseudonyms';

/**
 * Looks through every span before it leaves the process, whoever made it: ids of users become keyed hashes, and messages of
 * failures, which can hold what a person wrote, go; the log line of the failure has them under the same trace.
 *
 * @public loaded on demand
 */
export class PseudonymProcessor implements SpanProcessor {
  constructor(private readonly userKeyOf: UserKeyOf) {}

  onStart(): void {}

  onEnding(span: Span): void {
    this.#hide(span.attributes);
    for (const { attributes } of span.events) {
      if (attributes === undefined) continue;
      delete attributes['exception.message'];
      delete attributes['exception.stacktrace'];
      this.#hide(attributes);
    }
    if (span.status.code === SpanStatusCode.ERROR) span.setStatus({ code: SpanStatusCode.ERROR });
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}

  #hide(attributes: Attributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      attributes[name] = writable(name, value, this.userKeyOf) as typeof value;
    }
  }
}
