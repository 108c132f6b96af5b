import { createHash } from 'node:crypto';
import {
  type AccountPart,
  type AccountState,
  accountGraceMs,
  type BudgetStore,
  checkLimits,
  checkParts,
  type HoldOutcome,
  type HoldPart,
  type SettleOutcome,
  settledMs,
} from '@express-ai-gateway/core/plugin';
import type { Connection } from './connection.ts';
import { Script } from './script.ts';

// All keys have one hash tag: an operation changes all its accounts in one step, so they live on one node of a cluster. Amounts are changed by Redis's own
// integers; Lua's numbers only compare, and are exact wherever a comparison could go either way. Nothing here turns a number into text.

/** How long a hold is known whose process died: its amount stays held, which is as good as spent. Milliseconds. */
const heldMs = 7 * 86_400_000;

/** By how much the clocks of a process and of Redis may differ where a window begins or ends. Milliseconds. */
const skewMs = 60_000;

// KEYS: the hold, the accounts. ARGV: what is done, its step, how long the hold is known; for each account its amount, limit, start, end (0: none), when it is forgotten.
const take = new Script(`
local extending = ARGV[1] == 'extend'
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'settled' or (extending and not state) then return { 'over' } end
local function answer(kind, at)
  local all = { kind, at }
  for i = 2, #KEYS do
    all[#all + 1] = redis.call('HGET', KEYS[i], 'spent') or '0'
    all[#all + 1] = redis.call('HGET', KEYS[i], 'held') or '0'
  end
  return all
end
if extending then
  if tonumber(ARGV[2]) <= tonumber(redis.call('HGET', KEYS[1], 'step')) then return answer('held', 0) end
elseif state then return answer('held', 0) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #KEYS do
  local at = 4 + (i - 2) * 5
  local start, finish = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if now < start - ${skewMs} or (finish > 0 and now > finish + ${skewMs}) then
    return redis.error_reply('the clock of this process and that of Redis differ by more than a minute')
  end
  local spent = tonumber(redis.call('HGET', KEYS[i], 'spent') or '0')
  local held = tonumber(redis.call('HGET', KEYS[i], 'held') or '0')
  if spent + held + tonumber(ARGV[at]) > tonumber(ARGV[at + 1]) then return answer('refused', i - 2) end
end
redis.call('HSET', KEYS[1], 'state', 'held', 'step', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
for i = 2, #KEYS do
  local at = 4 + (i - 2) * 5
  redis.call('HINCRBY', KEYS[i], 'held', ARGV[at])
  redis.call('HINCRBY', KEYS[1], KEYS[i], ARGV[at])
  if ARGV[at + 4] ~= '0' then redis.call('PEXPIREAT', KEYS[i], ARGV[at + 4]) end
end
return answer('held', 0)`);

// KEYS: the hold, the accounts. ARGV: how long the end is known; for each account its amount and when it is forgotten.
const end = new Script(`
local function answer(kind)
  local all = { kind, 0 }
  for i = 2, #KEYS do
    all[#all + 1] = redis.call('HGET', KEYS[i], 'spent') or '0'
    all[#all + 1] = redis.call('HGET', KEYS[i], 'held') or '0'
  end
  return all
end
if redis.call('HGET', KEYS[1], 'state') == 'settled' then return answer('repeated') end
for i = 2, #KEYS do
  local spent = tonumber(redis.call('HGET', KEYS[i], 'spent') or '0')
  if spent + tonumber(ARGV[2 + (i - 2) * 2]) > 9007199254740991 then
    return redis.error_reply('the sum is more than an integer can hold exactly')
  end
end
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local name, amount = fields[i], fields[i + 1]
  if name ~= 'state' and name ~= 'step' and amount ~= '0' then redis.call('HINCRBY', name, 'held', '-' .. amount) end
end
for i = 2, #KEYS do
  local at = 2 + (i - 2) * 2
  redis.call('HINCRBY', KEYS[i], 'spent', ARGV[at])
  if ARGV[at + 1] ~= '0' then redis.call('PEXPIREAT', KEYS[i], ARGV[at + 1]) end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'settled')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return answer('settled')`);

type Answer = [kind: string, at?: number, ...figures: string[]];

export function redisBudgetStore(connection: Connection, prefix: string, deadlineMs: number): BudgetStore {
  const base = `${prefix}v1:{budgets}`;
  const accountKey = (account: string): string => `${base}:a:${account}`;
  const holdKey = (id: string): string => `${base}:h:${createHash('sha256').update(id).digest('base64url')}`;

  const run = async (script: Script, id: string, parts: readonly AccountPart[], values: readonly (string | number)[]): Promise<Answer> => {
    const keys = [holdKey(id), ...parts.map(({ account }) => accountKey(account))];
    return (await connection.run(deadlineMs, (redis) => script.run(redis, keys, values))) as Answer;
  };

  async function taken(what: 'hold' | 'extend', id: string, step: number, parts: readonly HoldPart[]): Promise<HoldOutcome> {
    checkParts(parts);
    checkLimits(parts);
    const values = parts.flatMap((part) => [part.amount, part.limit, part.startsAt ?? 0, part.endsAt ?? 0, forgottenAt(part)]);
    const [kind, at = 0, ...figures] = await run(take, id, parts, [what, step, heldMs, ...values]);
    if (kind === 'over') return { kind };
    const states = statesOf(figures);
    return kind === 'held' ? { kind, states } : { kind: 'refused', at, states };
  }

  return {
    hold: (id, parts) => taken('hold', id, 0, parts),
    extend: (id, step, parts) => taken('extend', id, step, parts),
    async settle(id, parts): Promise<SettleOutcome> {
      checkParts(parts);
      const values = parts.flatMap((part) => [part.amount, forgottenAt(part)]);
      const [kind, , ...figures] = await run(end, id, parts, [settledMs, ...values]);
      return { repeated: kind === 'repeated', states: statesOf(figures) };
    },
    async read(accounts) {
      const rows = await connection.run(deadlineMs, (redis) =>
        Promise.all(accounts.map((account) => redis.hmget(accountKey(account), 'spent', 'held'))),
      );
      return rows.map(([spent, held]) => ({ spent: Number(spent ?? 0), held: Number(held ?? 0) }));
    },
  };
}

function forgottenAt({ endsAt }: AccountPart): number {
  return endsAt === undefined ? 0 : Math.round(endsAt) + accountGraceMs;
}

function statesOf(figures: readonly string[]): AccountState[] {
  return Array.from({ length: figures.length / 2 }, (_, at) => ({ spent: Number(figures[at * 2]), held: Number(figures[at * 2 + 1]) }));
}
