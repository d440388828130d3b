import type { Redis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { RecentChange, RecentDeed } from '../domain/recent-changes';
import type { RecentsWriter } from '../user-ports';
import { RepeatableScript, runScript } from './run-script';
import { userKey } from './user-keys';

/** So many items are kept of what a user liked lately. */
const KEPT_POSITIVE = 50;
/** So many of what the user spoke against. */
const KEPT_NEGATIVE = 100;
/** Strengths are kept in hundredths: whole numbers are short and exact. */
const STRENGTH_SCALE = 100;

// What is kept is a line per item and strength, what speaks for items first, newest first: when it last happened and when the log took
// it, both in ms. Of two events with equal strengths the later counts; of what speaks against an item the last, and nothing that spoke
// for it before that. So the order in which events come does not matter, as long as no bound is reached.
// KEYS: recents. ARGV: of each event when it happened, its strength, when the log took it, and the item.
const LEARN = new RepeatableScript(`
local positives, byKey, negatives, negativeOf = {}, {}, {}, {}
local function learn(happened, strength, appended, item)
  local one = { happened = tonumber(happened), strength = tonumber(strength), appended = tonumber(appended), item = item }
  if one.strength < 0 then
    local known = negativeOf[item]
    if not known then
      negativeOf[item] = one
      negatives[#negatives + 1] = one
    elseif known.appended < one.appended or (known.appended == one.appended and known.strength > one.strength) then
      known.happened, known.strength, known.appended = one.happened, one.strength, one.appended
    end
    return
  end
  local known = byKey[strength .. '|' .. item]
  if known then
    known.happened = math.max(known.happened, one.happened)
    known.appended = math.max(known.appended, one.appended)
  else
    byKey[strength .. '|' .. item] = one
    positives[#positives + 1] = one
  end
end
local kept = redis.call('GET', KEYS[1]) or ''
for happened, strength, appended, item in string.gmatch(kept, '(%d+)|(%-?%d+)|(%d+)|([^\\n]*)\\n') do
  learn(happened, strength, appended, item)
end
for i = 1, #ARGV, 4 do learn(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
local function newestFirst(by)
  return function(a, b)
    if a[by] ~= b[by] then return a[by] > b[by] end
    if a.item ~= b.item then return a.item < b.item end
    return a.strength > b.strength
  end
end
table.sort(positives, newestFirst('happened'))
table.sort(negatives, newestFirst('appended'))
local lines, items, count = {}, {}, 0
local function write(one)
  lines[#lines + 1] = string.format('%.0f|%d|%.0f|%s\\n', one.happened, one.strength, one.appended, one.item)
end
for _, one in ipairs(positives) do
  local negative = negativeOf[one.item]
  if not negative or negative.appended < one.appended then
    if not items[one.item] then
      if count == ${KEPT_POSITIVE} then break end
      items[one.item] = true
      count = count + 1
    end
    write(one)
  end
end
for i = 1, math.min(#negatives, ${KEPT_NEGATIVE}) do write(negatives[i]) end
redis.call('SET', KEYS[1], table.concat(lines))
return #lines`);

/**
 * What users spoke for and against lately: a projection of the event log. What speaks against an item takes out what spoke for it
 * before, for good: `unhide` brings nothing back.
 */
export class RedisRecents implements RecentsWriter {
  constructor(private readonly redis: Redis) {}

  async apply(changes: readonly RecentChange[]): Promise<void> {
    const calls = changes.map(({ userId, deeds }) => ({
      keys: [userKey(userId, 'recents')],
      args: deeds.flatMap(argsOf),
    }));
    await withoutSpans(() => runScript(this.redis, LEARN, calls));
  }
}

function argsOf({ itemId, strength, happenedAt, appendedAt }: RecentDeed): (string | number)[] {
  // Not 0, whatever is rounded: a 0 would speak for nothing.
  const hundredths = Math.sign(strength) * Math.max(1, Math.round(Math.abs(strength) * STRENGTH_SCALE));
  return [Math.max(0, happenedAt.getTime()), hundredths, appendedAt.getTime(), itemId];
}

/** Something that somebody spoke for or against, as it is kept. */
export interface KeptDeed {
  readonly itemId: string;
  readonly strength: number;
  readonly atMs: number;
}

/** What the kept text says, what speaks for items first, newest first. A last line that was cut off is passed over. */
export function deedsFrom(kept: string | null): KeptDeed[] {
  const deeds: KeptDeed[] = [];
  let from = 0;
  for (let end = kept?.indexOf('\n') ?? -1; end >= 0; end = kept!.indexOf('\n', from)) {
    const line = kept!.slice(from, end);
    from = end + 1;
    const first = line.indexOf('|');
    const second = line.indexOf('|', first + 1);
    const third = line.indexOf('|', second + 1);
    if (first < 0 || third < 0) continue;
    const strength = Number(line.slice(first + 1, second)) / STRENGTH_SCALE;
    deeds.push({ itemId: line.slice(third + 1), strength, atMs: Number(line.slice(0, first)) });
  }
  return deeds;
}
