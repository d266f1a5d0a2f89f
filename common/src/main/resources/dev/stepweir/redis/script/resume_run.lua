#!lua flags=allow-oom
-- An operator takes a run up again: PAUSED -> RUNNING, or SUBMITTED if it never started; FAILED ->
-- RUNNING with the first step that is published, or at once if its deadline had passed, and with its
-- whole time again; and for each step told DEAD or WAITING_FOR_RETRY -> READY. A paused run comes with
-- its first steps, or whoever settles it meanwhile finds it blocked. Only who holds the run's lock may,
-- and each call renews it. A repeated call finds its own dispatch and publishes nothing twice.
-- key run
-- key history
-- key lock
-- key open
-- key failed
-- key timers
-- key inbox
-- key queue*         the queues of the steps
-- arg token          of the lock
-- arg lease_millis   how long the lock lasts from now on
-- arg run_id
-- arg event          history record up to the time, if this takes the run up
-- arg step*          per step: queue's key index, field, expected, number, ledgers, entry, timer, event
-- ret RESUMED | LOCK_LOST | RUN_CLOSED | GONE, then for each step PUBLISHED | ALREADY
--@include clock
--@include publish
--@include reopen_run
local run, history, lock, open, failed, timers, inbox =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local token, lease_millis, run_id, event = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local seen = redis.call('HMGET', run, 'head', 'submitted', 'started', 'retry', 'why', 'deadline')
local head, submitted, started, retry, why, deadline = unpack(seen, 1, 6)
if not head then return { 'GONE' } end
if string.match(redis.call('GET', lock) or '', '^%d+') ~= token then return { 'LOCK_LOST' } end
local state, hash, deaths = string.match(head, '^(%S+) (%S+) ?(%d*)')
if state == 'COMPLETED' or state == 'CANCELLED' then return { 'RUN_CLOSED' } end
local now = now_millis()
deaths = tonumber(deaths) or 0
redis.call('PEXPIRE', lock, lease_millis)

local function new_head()
  return state .. ' ' .. hash .. (deaths > 0 and ' ' .. string.format('%d', deaths) or '')
end

-- Not before the first publishing has succeeded.
local function take_up()
  if state == 'PAUSED' then
    state = started and 'RUNNING' or 'SUBMITTED'
    redis.call('HDEL', run, 'paused')
    -- A retry of the whole run that came due meanwhile was refused, and its timer removed.
    if retry then redis.call('ZADD', timers, string.match(retry, '%d+$'), run_id) end
    redis.call('XADD', inbox, '*', started and 'settle' or 'start', run_id)
  elseif state == 'FAILED' then
    state = 'RUNNING'
    reopen_run(run, run_id, open, failed, timers, submitted, deadline, now)
    if why == 'deadline' then redis.call('XADD', inbox, '*', 'settle', run_id) end
  else
    return
  end
  redis.call('RPUSH', history, now .. ' ' .. event)
end

local function publish_step(queue, field, expected, number, ledgers, entry, timer, step_event)
  local stored = redis.call('HGET', run, field) or ''
  local was = string.match(stored, '^%S+')
  if stored ~= expected or (was ~= 'DEAD' and was ~= 'WAITING_FOR_RETRY') then return 'ALREADY' end
  local ready = publish(queue, run_id, number, ledgers, entry)
  if was == 'DEAD' then deaths = math.max(deaths - 1, 0) end
  take_up()
  redis.call('HSET', run, field, ready, 'head', new_head())
  redis.call('ZREM', timers, timer)
  redis.call('RPUSH', history, now .. ' ' .. step_event)
  return 'PUBLISHED'
end

local answers = { 'RESUMED' }
for i = 5, #ARGV, 8 do
  local queue = KEYS[tonumber(ARGV[i])]
  table.insert(answers, publish_step(queue, unpack(ARGV, i + 1, i + 7)))
end
if state == 'PAUSED' or state == 'FAILED' and why == 'deadline' then
  take_up()
  redis.call('HSET', run, 'head', new_head())
end
return answers
