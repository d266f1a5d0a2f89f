#!lua flags=allow-oom
-- READY, WAITING_FOR_RETRY, PARKED or DEAD -> SUCCEEDED or SKIPPED because an operator asked, with a
-- result or without: what waited for the step goes on, in a paused run without an entry, and its dead
-- letter leaves. A FAILED run is opened again; one whose last step this was completes. A worker that
-- executes the step has lost it.
-- key run
-- key history
-- key left           the queue that its entry may be in
-- key timers
-- key dlq
-- key letters
-- key open
-- key failed
-- key completed
-- key inbox
-- key parked         the parked steps of what it depends on
-- key dependencies   names of the dependencies that have some
-- key blob           where a large result goes
-- key queue*         the queues of the steps that wait for it
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg concluded      the step's new field up to the time
-- arg output_field
-- arg output         the result as the run keeps it, or '' for none
-- arg large_output   the result itself when it is kept outside the run, or ''
-- arg timer          member of the timers set, and of the set of parked steps
-- arg dependency     whose breaker may hold it back
-- arg letter_id
-- arg event          history record up to the time
-- arg ends           how many ends the run has if nothing waits for the step, else 0
-- arg successor*     per step that waits for it: field, dependencies, queue's key index, entry
-- ret CONCLUDED | COMPLETED | CHANGED | RUN_CLOSED | GONE
--@include clock
--@include acknowledge
--@include read_fields
--@include publish
--@include close_run
--@include reopen_run
--@include unpark
local run, history, left, timers, dlq, letters, open, failed, completed, inbox, parked, dependencies,
  blob = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10],
  KEYS[11], KEYS[12], KEYS[13]
local group, run_id, entry_id, field, expected, concluded, output_field, output, large_output,
  timer, dependency, letter_id, event, ends =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10],
  ARGV[11], ARGV[12], ARGV[13], tonumber(ARGV[14])

local movable = { READY = true, WAITING_FOR_RETRY = true, PARKED = true, DEAD = true }
-- The counters are of steps, or of the run's end, that wait for more than one.
local wanted = { 'head', field }
if ends > 1 then table.insert(wanted, '$end') end
for i = 15, #ARGV, 4 do
  if tonumber(ARGV[i + 1]) > 1 then table.insert(wanted, ARGV[i]) end
end
local seen = read_fields(run, wanted)
local head, stored = seen[1], seen[2]
if not head then return 'GONE' end
local from = string.match(stored or '', '^%S+')
if stored ~= expected or not movable[from] then return 'CHANGED' end
local state, hash, deaths = string.match(head, '^(%S+) (%S+) ?(%d*)')
if state ~= 'RUNNING' and state ~= 'PAUSED' and state ~= 'FAILED' then return 'RUN_CLOSED' end
local letter = redis.call('HGET', letters, letter_id)
local submitted, deadline = unpack(redis.call('HMGET', run, 'submitted', 'deadline'), 1, 2)
local now = now_millis()
local dead = (tonumber(deaths) or 0) - (from == 'DEAD' and 1 or 0)
local new_head = (state == 'FAILED' and 'RUNNING' or state) .. ' ' .. hash ..
  (dead > 0 and ' ' .. string.format('%d', dead) or '')

local fields, read = { 'head', new_head, field, concluded .. now }, 2
local function write(name, value)
  table.insert(fields, name)
  table.insert(fields, value)
end

-- True when nothing else is waited for.
local function count_down(name, awaited)
  if awaited < 2 then return true end
  read = read + 1
  local open = tonumber(string.match(seen[read] or '', '^PENDING (%d+)')) or awaited
  if open > 1 then write(name, 'PENDING ' .. string.format('%d', open - 1)) end
  return open < 2
end

local finished = ends > 0 and count_down('$end', ends)
for i = 15, #ARGV, 4 do
  if count_down(ARGV[i], tonumber(ARGV[i + 1])) then
    write(ARGV[i], publish(KEYS[tonumber(ARGV[i + 2])], run_id, '1', '', ARGV[i + 3], new_head))
  end
end
if output ~= '' then write(output_field, output) end
if large_output ~= '' then redis.call('SET', blob, large_output) end
for i = 1, #fields, 1000 do
  redis.call('HSET', run, unpack(fields, i, math.min(i + 999, #fields)))
end
acknowledge(left, group, entry_id)
redis.call('ZREM', timers, timer)
if from == 'PARKED' then unpark(parked, dependencies, timer, dependency) end
redis.call('RPUSH', history, now .. ' ' .. event)
if letter then
  redis.call('XDEL', dlq, letter)
  redis.call('HDEL', letters, letter_id)
end
if state == 'FAILED' then
  reopen_run(run, run_id, open, failed, timers, submitted, not finished and deadline, now)
end
if finished then
  close_run(run, run_id, 'COMPLETED', new_head, open, completed, now, '')
  return 'COMPLETED'
end
if dead > 0 then redis.call('XADD', inbox, '*', 'settle', run_id) end
return 'CONCLUDED'
