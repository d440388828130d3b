import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Bytes per part: S3 takes 10,000 parts, so this allows objects of 156 GiB, and is what a put holds in memory. */
export const PART_BYTES = 16 * 1024 * 1024;

/** A run of bytes of exactly the part size, save the last one. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** Cuts a body into parts of `partBytes`; `onPiece` sees every byte once, in order. An empty body gives no part. */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  partBytes: number,
  onPiece: (piece: Uint8Array) => void,
): AsyncGenerator<Part, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of body) {
    onPiece(piece);
    let rest = piece;
    // a full part leaves only when more bytes follow, so that the last one is known to be the last
    while (waitingBytes + rest.byteLength > partBytes) {
      const taken = partBytes - waitingBytes;
      yield { bytes: Buffer.concat([...waiting, rest.subarray(0, taken)]), last: false };
      rest = rest.subarray(taken);
      waiting = [];
      waitingBytes = 0;
    }
    // a caller may reuse its buffer for the next piece
    waiting.push(Buffer.from(rest));
    waitingBytes += rest.byteLength;
  }
  if (waitingBytes > 0) yield { bytes: Buffer.concat(waiting), last: true };
}

/** What one upload in parts needs; `first` is the part that was read to see that one is not enough. */
export interface Upload {
  readonly client: S3Client;
  readonly target: { readonly Bucket: string; readonly Key: string };
  readonly first: Uint8Array;
  readonly rest: AsyncIterable<Part>;
  readonly signal?: AbortSignal;
}

/** Uploads in parts, in order, and returns the bytes written. A failure aborts the upload, so nothing becomes visible. */
export async function uploadParts({ client, target, first, rest, signal }: Upload): Promise<number> {
  const options = { abortSignal: signal };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), options);
  const parts: CompletedPart[] = [];
  let sizeBytes = 0;
  const send = async (bytes: Uint8Array) => {
    const PartNumber = parts.length + 1;
    const part = { ...target, UploadId, PartNumber, Body: bytes, ContentLength: bytes.byteLength };
    const { ETag } = await client.send(new UploadPartCommand(part), options);
    parts.push({ PartNumber, ETag });
    sizeBytes += bytes.byteLength;
  };
  try {
    await send(first);
    for await (const { bytes } of rest) await send(bytes);
    const command = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } });
    await client.send(command, options);
    return sizeBytes;
  } catch (error) {
    // best effort: the first error is the one to report, and a bucket's life-cycle rule removes what stays behind
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}
