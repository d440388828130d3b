/** Where to look for bytes: everything of one namespace. */
export interface TracePlaces {
  readonly namespace: string;
  readonly database: {
    query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly object[] }>;
  };
  /** A client without a key prefix. */
  readonly redis: {
    call(command: string, ...args: (string | number)[]): Promise<unknown>;
    callBuffer(command: string, ...args: (string | number)[]): Promise<unknown>;
  };
  readonly objects: {
    list(prefix: string): AsyncIterable<{ readonly key: string }>;
    get(key: string): Promise<Uint8Array>;
  };
}

/**
 * Every place in PostgreSQL, Redis (and so in an event log that lies there) and the object store where a text stands, byte for
 * byte: rows of all tables of the namespace's schemas, names and values of its keys, names and content of its objects.
 */
export async function tracesOf(text: string, places: TracePlaces): Promise<readonly string[]> {
  const found = await Promise.all([inTables(text, places), inKeys(text, places), inObjects(text, places)]);
  return found.flat().sort();
}

async function inTables(text: string, { database, namespace }: TracePlaces): Promise<string[]> {
  const { rows } = await database.query(
    `SELECT table_schema, table_name FROM information_schema.tables
     WHERE table_schema LIKE $1 || '%' AND table_type = 'BASE TABLE' ORDER BY 1, 2`,
    [namespace],
  );
  const found: string[] = [];
  for (const { table_schema: schema, table_name: table } of rows as { table_schema: string; table_name: string }[]) {
    // bytes are shown in hexadecimal digits; partitions are tables of their own and are found twice
    const sql = `SELECT count(*)::int AS count FROM "${schema}"."${table}" AS t
      WHERE position($1 in t::text) > 0 OR position($2 in t::text) > 0`;
    const { rows: counts } = await database.query(sql, [text, Buffer.from(text).toString('hex')]);
    const [{ count }] = counts as [{ count: number }];
    if (count > 0) found.push(`table ${schema.slice(namespace.length + 1)}.${table}: ${count} rows`);
  }
  return found;
}

/** How to read all of a value, by its type; numbers of sorted sets and streams come with it. */
const READ: Readonly<Record<string, (key: string) => [string, ...(string | number)[]]>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, 0, -1],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, 0, -1],
  hash: (key) => ['HGETALL', key],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

async function inKeys(text: string, { redis, namespace }: TracePlaces): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = (await redis.call('SCAN', cursor, 'MATCH', `*${namespace}*`, 'COUNT', 1_000)) as [
      string,
      string[],
    ];
    cursor = next;
    for (const key of keys) {
      const type = String(await redis.call('TYPE', key));
      // one that expired since it was listed holds nothing
      const value = type === 'none' ? [] : await redis.callBuffer(...READ[type]!(key));
      if (key.includes(text) || bytesOf(value).includes(text)) found.push(`key ${key.replace(namespace, '')}`);
    }
  } while (cursor !== '0');
  return found;
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return Buffer.concat(value.map(bytesOf));
  return Buffer.from(String(value ?? ''));
}

async function inObjects(text: string, { objects }: TracePlaces): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of objects.list('')) {
    if (key.includes(text) || Buffer.from(await objects.get(key)).includes(text)) found.push(`object ${key}`);
  }
  return found;
}
