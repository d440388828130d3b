import { monitoring as wire } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Handlers } from '@attune/grpc';
import type { KeptSpan } from '../domain/traces/kept-span';
import type { GetTrace } from '../use-cases/get-trace';

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;

/** The handler of the RPC about traces. */
export function makeTraceHandler(use: {
  readonly getTrace: GetTrace;
}): Pick<Handlers<wire.MonitoringServiceServer>, 'getTrace'> {
  return {
    getTrace: async ({ traceId }) => {
      const spans = await use.getTrace(checkedId(traceId));
      return wire.GetTraceResponse.fromPartial({ spans: spans.map(toSpan) });
    },
  };
}

function checkedId(traceId: string): string {
  const id = traceId.toLowerCase();
  if (TRACE_ID.test(id)) return id;
  const description = 'must be 32 hexadecimal digits, not all of them 0';
  throw new AppError('invalid.request', `trace_id ${description}`, {
    violations: [{ field: 'trace_id', description }],
  });
}

function toSpan({ traceId: _, startedAtMs, parentSpanId = '', ...span }: KeptSpan): wire.TracedSpan {
  const wholeMs = Math.floor(startedAtMs);
  const startedAt = new Date(wholeMs);
  return wire.TracedSpan.fromPartial({ ...span, parentSpanId, startedAt, startedFractionMs: startedAtMs - wholeMs });
}
