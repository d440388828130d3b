/**
 * The Lua scripts of the Redis adapter. They are sent whole (EVAL): an EVALSHA that finds no script after a restart of Redis is
 * answered out of turn, and two appends in flight could change places.
 */

/** KEYS: stream. ARGV: key, value, packed headers (empty for none) of each record. One call costs a fifth of that many XADDs. */
export const APPEND = `
for i = 1, #ARGV, 3 do
  if ARGV[i + 2] == '' then
    redis.call('XADD', KEYS[1], '*', 'k', ARGV[i], 'v', ARGV[i + 1])
  else
    redis.call('XADD', KEYS[1], '*', 'k', ARGV[i], 'v', ARGV[i + 1], 'h', ARGV[i + 2])
  end
end
return #ARGV / 3`;

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
 * Moves the group's position if the lease is still held. KEYS: lease, position, dead. ARGV: token, id of the last record, number
 * of records. Returns 0 when the lease is lost. Repeating a commit changes nothing.
 */
export const COMMIT = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local current = redis.call('GET', KEYS[2]) or '0-0 0'
local id, ordinal = string.match(current, '^(%S+) (%d+)$')
if id == ARGV[2] then return 1 end
redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. string.format('%.0f', ordinal + ARGV[3]))
local ms, seq = parts(ARGV[2])
for _, dead in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local deadMs, deadSeq = parts(dead)
  if deadMs < ms or (deadMs == ms and deadSeq <= seq) then redis.call('SREM', KEYS[3], dead) end
end
return 1`;

/**
 * Puts a record into a dead-letter stream, once however often it is called before the position passes the record.
 * KEYS: lease, dead, dead-letter stream. ARGV: token, position, key, value, packed headers. Returns 0 when the lease is lost.
 */
export const DEAD_LETTER = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('SADD', KEYS[2], ARGV[2]) == 1 then
  redis.call('XADD', KEYS[3], '*', 'k', ARGV[3], 'v', ARGV[4], 'h', ARGV[5])
end
return 1`;
