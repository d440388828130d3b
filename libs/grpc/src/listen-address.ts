import { BlockList, isIP } from 'node:net';
import { AppError } from '@attune/errors';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Splits `host:port`; an IPv6 host stands in brackets. */
export function splitAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new AppError('invalid.settings', `"${address}" is not an address such as 127.0.0.1:7101 or [::1]:7101`);
  }
  return { host: match[1] ?? match[2]!, port };
}

/** Whether only this machine can reach a host. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** Refuses to listen beyond loopback without both encryption and authentication. */
export function requireProtection(listen: string, has: { readonly tls: boolean; readonly tokens: boolean }): void {
  if (isLoopback(splitAddress(listen).host)) return;
  const missing = [...(has.tls ? [] : ['a TLS certificate and key']), ...(has.tokens ? [] : ['a file of tokens'])];
  if (missing.length === 0) return;
  const message = `refusing to listen on ${listen}, beyond loopback, without ${missing.join(' and ')}`;
  throw new AppError('invalid.settings', message);
}
