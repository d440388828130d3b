import { isIP } from 'node:net';
import { AppError } from '@attune/errors';

const HOST_PORT = /^(?:\[([^\]]+)\]|([^:,\s]+)):(\d{1,5})$/;

/**
 * An address as grpc-js takes it. `host:port` and `dns:///name:port` stay as they are; several IP addresses with commas between
 * become one target, for fleets without a name service.
 */
export function targetOf(address: string): string {
  const each = address.split(',').map((one) => one.trim());
  if (each.length === 1) return address;
  const parts = each.map((one) => {
    const [, bracketed, host, port] = HOST_PORT.exec(one) ?? [];
    const name = bracketed ?? (host === 'localhost' ? '127.0.0.1' : host) ?? '';
    return { version: isIP(name), text: bracketed === undefined ? `${name}:${port}` : `[${name}]:${port}` };
  });
  const { version } = parts[0]!;
  if (version === 0 || parts.some((part) => part.version !== version)) {
    const message = `"${address}" is not a list of addresses such as 10.0.0.5:7104,10.0.0.6:7104, all IPv4 or all IPv6; for names use dns:///name:port`;
    throw new AppError('invalid.settings', message);
  }
  return `ipv${version}:${parts.map(({ text }) => text).join(',')}`;
}
