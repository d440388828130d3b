/**
 * The Lua scripts of the Redis adapter. They are sent whole (EVAL): an EVALSHA that finds no script after a restart of Redis is
 * answered out of turn, and two appends in flight could change places.
 */

/** KEYS: stream, count of its records. ARGV: of each batch the number of its records, and its bytes. */
export const APPEND = `
for i = 1, #ARGV, 2 do
  local before = redis.call('INCRBY', KEYS[2], ARGV[i]) - ARGV[i]
  redis.call('XADD', KEYS[1], '*', 'n', string.format('%.0f', before), 'b', ARGV[i + 1])
end
return 1`;

/**
 * KEYS: stream and count of its records, for each partition. Returns for each: the id of the last entry, the number of records
 * ever appended, and of those the number before the first that is still there.
 */
export const PARTITION_STATES = `
local states = {}
for i = 1, #KEYS, 2 do
  local count = redis.call('GET', KEYS[i + 1]) or '0'
  local first = redis.call('XRANGE', KEYS[i], '-', '+', 'COUNT', 1)[1]
  local last = redis.call('XREVRANGE', KEYS[i], '+', '-', 'COUNT', 1)[1]
  states[#states + 1] = { last and last[1] or '0-0', count, first and first[2][2] or count }
end
return states`;

/**
 * One heartbeat of a member. KEYS: members, the lease of each partition. ARGV: member id, member and lease time in ms, the token
 * that the member holds for each partition (empty for none). Returns the live members, then for each partition 0 when it is free,
 * 1 when the member's lease was renewed, 2 when somebody else holds it.
 */
export const HEARTBEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
local leases = {}
for i = 2, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  if not holder then
    leases[i - 1] = 0
  elseif holder == ARGV[i + 1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    leases[i - 1] = 1
  else
    leases[i - 1] = 2
  end
end
return { redis.call('ZRANGE', KEYS[1], 0, -1), leases }`;

/** Takes a free lease. KEYS: lease, epoch. ARGV: member id, ms. Returns the fencing token, or nothing when it is taken. */
export const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = ARGV[1] .. ':' .. redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'NX', 'PX', ARGV[2])
return token`;

/** KEYS: lease. ARGV: token. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * Moves the group's position if the lease is still held. KEYS: lease, position, dead, erasures of the partition. ARGV: token,
 * position of the last record. Returns 0 when the lease is lost, else one more than the number of erasures. Repeating a commit
 * changes nothing.
 */
export const COMMIT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
local function ordinal(position) return tonumber(string.match(position, '%d+$')) end
for _, dead in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  if ordinal(dead) <= ordinal(ARGV[2]) then redis.call('SREM', KEYS[3], dead) end
end
return 1 + (redis.call('GET', KEYS[4]) or 0)`;

/**
 * Puts a record into a dead-letter stream, once however often it is called before the position passes the record.
 * KEYS: lease, dead, dead-letter stream, count of its records, erasures of the partition. ARGV: token, position, a batch of that
 * one record, how many erasures the record is known to have outlived. Returns 0 when the lease is lost, 2 when there were others.
 */
export const DEAD_LETTER = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[5]) or '0') ~= ARGV[4] then return 2 end
if redis.call('SADD', KEYS[2], ARGV[2]) == 1 then
  local before = redis.call('INCR', KEYS[4]) - 1
  redis.call('XADD', KEYS[3], '*', 'n', string.format('%.0f', before), 'b', ARGV[3])
end
return 1`;

/**
 * Adds entries to the stream that is to take another one's place. KEYS: lock, rewritten. ARGV: token, how long both live on in ms,
 * then of each entry its id, the number of records before it, and its batch. Returns 0 when the lock is lost.
 */
export const COPY_ENTRIES = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 3 do
  redis.call('XADD', KEYS[2], ARGV[i], 'n', ARGV[i + 1], 'b', ARGV[i + 2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1`;

/**
 * Puts the rewritten stream in the place of the old one, together with what was appended to that meanwhile. KEYS: lock, rewritten,
 * stream, erasures. ARGV: token, id of the last entry that was copied, the most entries to copy here. Returns 0 when the lock is
 * lost, 2 when more entries are left than that. Entries that retention dropped meanwhile are dropped here too, and the stream goes
 * on counting its ids where the old one was.
 */
export const REPLACE_STREAM = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
if first then
  local left = redis.call('XRANGE', KEYS[3], '(' .. ARGV[2], '+', 'COUNT', ARGV[3] + 1)
  if #left > tonumber(ARGV[3]) then return 2 end
  for _, entry in ipairs(left) do redis.call('XADD', KEYS[2], entry[1], unpack(entry[2])) end
  redis.call('XTRIM', KEYS[2], 'MINID', first[1])
  local info = redis.call('XINFO', 'STREAM', KEYS[3])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then redis.call('XSETID', KEYS[2], info[i + 1]) end
  end
  redis.call('PERSIST', KEYS[2])
  redis.call('UNLINK', KEYS[3])
  redis.call('RENAME', KEYS[2], KEYS[3])
end
redis.call('INCR', KEYS[4])
redis.call('UNLINK', KEYS[1], KEYS[2])
return 1`;

/** Gives an erasure's lock back, with what it made. KEYS: lock, rewritten. ARGV: token. */
export const END_ERASURE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1], KEYS[2])`;
