import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { fromS3, throwIfCancelled } from './object-errors';
import { checkedKey, checkedPrefix } from './object-key';
import { isFromCaller, piecesOf } from './pieces';
import type { CallOptions, ListedObject, ObjectStore, StoredObject } from './ports';
import { PART_BYTES, partsOf, uploadParts } from './s3-upload';

/** Where the objects are: a bucket, and a prefix inside of it that is empty or ends with a slash. */
export interface S3Location {
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
}

/** Objects in S3, or in a server that speaks its protocol. Credentials come from the SDK's usual chain. */
export class S3ObjectStore implements ObjectStore, AsyncDisposable {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ bucket, prefix, region, endpoint, forcePathStyle }: S3Location) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = new S3Client({
      region,
      endpoint,
      forcePathStyle,
      // the SDK's default adds checksum trailers, which servers other than Amazon's store as part of the object
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
    });
  }

  async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { signal }: CallOptions = {},
  ): Promise<StoredObject> {
    const target = this.#target(key);
    throwIfCancelled(signal, key);
    const hash = createHash('sha256');
    const parts = partsOf(piecesOf(body, key, signal), PART_BYTES, (piece) => hash.update(piece));
    try {
      const first = await parts.next();
      const only = first.done || first.value.last;
      const sizeBytes = only
        ? await this.#putWhole(target, first.value?.bytes ?? Buffer.alloc(0), signal)
        : await uploadParts({ client: this.#client, target, first: first.value.bytes, rest: parts, signal });
      return { sizeBytes, sha256: hash.digest('hex') };
    } catch (error) {
      throw isFromCaller(error) ? error : fromS3(error, key, signal);
    } finally {
      await parts.return(undefined); // closes the caller's stream when an upload failed half way
    }
  }

  async get(key: string, options: CallOptions = {}): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.stream(key, options)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *stream(key: string, { signal }: CallOptions = {}): AsyncGenerator<Uint8Array> {
    const target = this.#target(key);
    throwIfCancelled(signal, key);
    try {
      const answer = await this.#client.send(new GetObjectCommand(target), { abortSignal: signal });
      yield* answer.Body as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw fromS3(error, key, signal);
    }
  }

  async head(key: string): Promise<{ readonly sizeBytes: number } | undefined> {
    try {
      const answer = await this.#client.send(new HeadObjectCommand(this.#target(key)));
      return { sizeBytes: answer.ContentLength ?? 0 };
    } catch (error) {
      const translated = fromS3(error, key) as { code?: string };
      if (translated.code === 'not_found.object') return undefined;
      throw translated;
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    const Prefix = this.#prefix + checkedPrefix(prefix);
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#page({ Bucket: this.#bucket, Prefix, ContinuationToken });
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        yield { key: Key.slice(this.#prefix.length), sizeBytes: Size };
      }
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#target(key)));
    } catch (error) {
      const translated = fromS3(error, key) as { code?: string };
      if (translated.code !== 'not_found.object') throw translated;
    }
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkedKey(prefix.replace(/\/$/, ''));
    let count = 0;
    for await (const { key } of this.list(prefix)) {
      await this.delete(key);
      count += 1;
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  #target(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + checkedKey(key) };
  }

  async #putWhole(target: { Bucket: string; Key: string }, bytes: Uint8Array, signal?: AbortSignal): Promise<number> {
    const command = new PutObjectCommand({ ...target, Body: bytes, ContentLength: bytes.byteLength });
    await this.#client.send(command, { abortSignal: signal });
    return bytes.byteLength;
  }

  async #page(input: { Bucket: string; Prefix: string; ContinuationToken: string | undefined }) {
    try {
      return await this.#client.send(new ListObjectsV2Command(input));
    } catch (error) {
      throw fromS3(error, input.Prefix);
    }
  }
}
