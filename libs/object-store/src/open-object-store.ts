import { fileURLToPath } from 'node:url';
import { AppError } from '@attune/errors';
import { FolderObjectStore } from './folder-object-store';
import { checkedKey } from './object-key';
import type { ObjectStore } from './ports';
import { type S3Location, S3ObjectStore } from './s3-object-store';

/**
 * Opens the store that a URL names.
 *
 * @example openObjectStore('file:///var/lib/attune/objects');
 * @example openObjectStore('s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=us-east-1&forcePathStyle=true');
 */
export function openObjectStore(url: string): ObjectStore & AsyncDisposable {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'file:') return new FolderObjectStore(folderOf(parsed));
  if (parsed?.protocol === 's3:') return new S3ObjectStore(locationOf(parsed));
  throw malformed(url, 'expected file:///absolute/folder or s3://bucket/prefix');
}

function folderOf(url: URL): string {
  if (url.host !== '') throw malformed(url.href, 'a file URL has three slashes: file:///absolute/folder');
  if (url.search !== '' || url.hash !== '') throw malformed(url.href, 'a file URL takes no parameters');
  if (url.pathname === '' || url.pathname === '/') throw malformed(url.href, 'the root folder cannot be a store');
  try {
    return fileURLToPath(url).replace(/\/+$/, '');
  } catch (cause) {
    throw malformed(url.href, 'the path cannot be decoded', cause);
  }
}

const S3_PARAMETERS = ['endpoint', 'region', 'forcePathStyle'];

function locationOf(url: URL): S3Location {
  if (url.username !== '' || url.password !== '') {
    throw malformed(withoutSecrets(url), 'credentials belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) throw malformed(url.href, 'the bucket name is not valid');
  const unknown = [...url.searchParams.keys()].find((name) => !S3_PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw malformed(url.href, `unknown parameter "${unknown}"; known are ${S3_PARAMETERS.join(', ')}`);
  }
  const endpoint = endpointOf(url);
  const folder = decodeURIComponent(url.pathname).replace(/^\/|\/$/g, '');
  return {
    bucket: url.host,
    prefix: folder === '' ? '' : `${checkedKey(folder)}/`,
    // servers other than Amazon's have no regions, but the signature needs a name
    region: url.searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1'),
    endpoint,
    forcePathStyle: booleanOf(url, 'forcePathStyle'),
  };
}

function endpointOf(url: URL): string | undefined {
  const endpoint = url.searchParams.get('endpoint');
  if (endpoint === null) return undefined;
  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint)) {
    throw malformed(url.href, 'endpoint must be an http or https URL');
  }
  return endpoint;
}

function booleanOf(url: URL, name: string): boolean | undefined {
  const value = url.searchParams.get(name);
  if (value === null) return undefined;
  if (value !== 'true' && value !== 'false') throw malformed(url.href, `${name} must be true or false`);
  return value === 'true';
}

function withoutSecrets(url: URL): string {
  const shown = new URL(url.href);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function malformed(url: string, problem: string, cause?: unknown): AppError {
  return new AppError('invalid.object_store_url', `object store URL "${url}": ${problem}`, { cause });
}
