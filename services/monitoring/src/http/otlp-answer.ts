import { otlp, rpcStatus } from '@attune/contracts';
import { type AppError, ruleOf } from '@attune/errors';
import type { OtlpEncoding } from './decode-spans';

/** What an exporter is answered. */
export interface OtlpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** The encoding of a content type; undefined where it is neither of the two. */
export function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  return (Object.keys(TYPES) as OtlpEncoding[]).find((encoding) => TYPES[encoding] === type);
}

/** All is well; spans that are none were passed over. */
export function taken(encoding: OtlpEncoding, malformed: number): OtlpAnswer {
  const response = otlp.ExportTraceServiceResponse.fromPartial(
    malformed === 0
      ? {}
      : {
          partialSuccess: {
            rejectedSpans: BigInt(malformed),
            errorMessage:
              'spans need ids of 16 and 8 bytes that are not all 0, and an end that is not before their start',
          },
        },
  );
  const { encode, toJSON } = otlp.ExportTraceServiceResponse;
  const body = encoding === 'json' ? JSON.stringify(toJSON(response)) : Buffer.from(encode(response).finish());
  return { status: 200, headers: { 'content-type': TYPES[encoding] }, body };
}

/** A failure as OTLP wants it: a google.rpc.Status in the encoding of the request. */
export function failed(
  status: number,
  error: AppError,
  {
    encoding = 'json',
    ...headers
  }: { readonly encoding?: OtlpEncoding; readonly [header: string]: string | undefined },
): OtlpAnswer {
  const { encode, toJSON, fromPartial } = rpcStatus.Status;
  const message = fromPartial({ code: ruleOf(error.code).grpcStatus, message: error.message });
  const body = encoding === 'json' ? JSON.stringify(toJSON(message)) : Buffer.from(encode(message).finish());
  const retry =
    error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) };
  return { status, headers: { ...headers, ...retry, 'content-type': TYPES[encoding] } as Record<string, string>, body };
}
