import { z } from 'zod';

/** A whole number written in decimal digits; anything else is a problem, never a default. */
export function integer(bounds: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number, unknown> {
  return text((value) => (/^-?\d+$/.test(value) ? Number(value) : undefined), 'a whole number').pipe(
    inBounds(z.number().int(), bounds),
  );
}

/** A finite number, with a decimal point or an exponent if it likes. */
export function decimal(bounds: { readonly min?: number; readonly max?: number } = {}): z.ZodType<number, unknown> {
  return text(
    (value) => (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined),
    'a number',
  ).pipe(inBounds(z.number(), bounds));
}

/** `true` or `false`, nothing else. */
export function flag(): z.ZodType<boolean, unknown> {
  return text((value) => ({ true: true, false: false })[value], '"true" or "false"');
}

/** Words separated by commas; blanks around them and empty words are dropped. */
export function list(): z.ZodType<readonly string[], unknown> {
  return text((value) => {
    const words = value.split(',').map((word) => word.trim());
    return words.every((word) => word !== '') ? words : undefined;
  }, 'words separated by commas');
}

/** `host:port`, with an IPv6 host in brackets. Port 0 means any free port. */
export function hostPort(): z.ZodType<string, unknown> {
  return text((value) => (splitHostPort(value) === undefined ? undefined : value), 'host:port, such as 127.0.0.1:7101');
}

/**
 * Where a service listens, as its callers are told: `host:port`, `dns:///name:port` where several pods answer to one name, or a list of
 * `host:port` with commas between.
 */
export function endpoints(): z.ZodType<string, unknown> {
  const isOne = (value: string) => (splitHostPort(value)?.port ?? 0) > 0;
  const isGood = (value: string) =>
    value.startsWith('dns:///')
      ? isOne(value.slice('dns:///'.length))
      : value.split(',').every((one) => isOne(one.trim()));
  return text(
    (value) => (isGood(value) ? value : undefined),
    'host:port, such as 127.0.0.1:7101, some of them with commas between, or dns:///name:port',
  );
}

/** A URL with one of the given schemes. */
export function url(schemes: readonly string[]): z.ZodType<string, unknown> {
  return text(
    (value) => (URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)) ? value : undefined),
    `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  );
}

/** Host and port of an address, or nothing where it is not one. */
export function splitHostPort(address: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  return { host: (match[1] ?? match[2]) as string, port };
}

function text<T>(parse: (value: string) => T | undefined, expected: string): z.ZodType<T, unknown> {
  return z.string().transform((value, context) => {
    const parsed = parse(value.trim());
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: `must be ${expected}` });
    return z.NEVER;
  }) as unknown as z.ZodType<T, unknown>;
}

function inBounds(schema: z.ZodNumber, bounds: { readonly min?: number; readonly max?: number }): z.ZodNumber {
  let bounded = schema;
  if (bounds.min !== undefined) bounded = bounded.min(bounds.min, `must be at least ${bounds.min}`);
  if (bounds.max !== undefined) bounded = bounded.max(bounds.max, `must be at most ${bounds.max}`);
  return bounded;
}
