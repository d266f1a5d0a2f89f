#!lua flags=allow-oom
-- One turn of a worker's lane: commits what finished, publishes what became ready by it, begins what
-- was read, takes what is next. READY -> SUCCEEDED; PENDING -> READY for each successor whose last
-- dependency this was; RUNNING -> COMPLETED for a run whose last step this was.
-- The item is the unit: it is checked, written, and the next one follows. Beginning writes nothing:
-- it reads the run, the step and its inputs, and drops an entry that is not the current dispatch.
-- key open
-- key completed
-- key dlq
-- key letters
-- key other*         queues, runs and blobs, by index
-- arg group
-- arg consumer
-- arg run_prefix     what precedes a run id in the key of a run
-- arg items          how many commits follow
-- arg begins         how many read entries follow them
-- arg takes          how many queues to take from follow those
-- arg budget         entries to take from all of them together
-- arg item*          run, queue, entry id, field, expected, done up to time, output field or '',
--                    output, blob key or 0, dead letter or '', successors, then per successor:
--                    field or '$end', dependencies, queue, entry
-- arg begin*         queue, entry id, entry
-- arg take*          queue, at most
-- ret results begun error: results per item APPLIED | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include close_run
local call, match, sub, gmatch = redis.call, string.match, string.sub, string.gmatch
local open, completed, dlq, letters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, consumer, run_prefix = ARGV[1], ARGV[2], ARGV[3]
local items, begins, takes, budget =
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local prefix_length = #run_prefix
local at = 8
local now = now_millis()
local done_entries = {}

local function remove_later(queue, entry_id)
  local entries = done_entries[queue]
  if entries then entries[#entries + 1] = entry_id else done_entries[queue] = { entry_id } end
end

-- Counts down the successors; returns the key of the last one's argument.
local function unblock(run, run_id, write, successors, from)
  local finished = false
  for s = 0, successors - 1 do
    local i = from + s * 4
    local field, dependencies = ARGV[i], tonumber(ARGV[i + 1])
    local left = 0
    if dependencies > 1 then
      local counter = call('HGET', run, field)
      left = (counter and tonumber(sub(counter, 9)) or dependencies) - 1
    end
    if left > 0 then
      write[#write + 1] = field
      write[#write + 1] = 'PENDING ' .. left
    elseif field == '$end' then
      finished = true
    else
      local id = call('XADD', KEYS[tonumber(ARGV[i + 2])], '*', 'd', run_id .. ' 1 ' .. ARGV[i + 3])
      write[#write + 1] = field
      write[#write + 1] = 'READY 1@' .. id
    end
  end
  return finished
end

local function write_fields(run, write)
  local count = #write
  if count <= 1000 then return call('HSET', run, unpack(write)) end
  for first = 1, count, 1000 do
    call('HSET', run, unpack(write, first, math.min(first + 999, count)))
  end
end

local function commit(i)
  local run, queue, entry_id, field, expected = KEYS[tonumber(ARGV[i])], KEYS[tonumber(ARGV[i + 1])],
    ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  remove_later(queue, entry_id)
  local seen = call('HMGET', run, 'head', field)
  local head, stored = seen[1], seen[2]
  if not head then return 'GONE' end
  if stored ~= expected then
    local dispatch = match(expected, '^%S+ (%S+)')
    local state, current = match(stored or '', '^(%S+) (%S+)')
    if current == dispatch and state == 'SUCCEEDED' then return 'ALREADY' end
    return 'STALE'
  end
  if sub(head, 1, 8) ~= 'RUNNING ' then return 'RUN_CLOSED' end
  local run_id = sub(run, prefix_length + 1)
  local write = { field, ARGV[i + 5] .. now }
  if ARGV[i + 6] ~= '' then
    write[3], write[4] = ARGV[i + 6], ARGV[i + 7]
    local blob = tonumber(ARGV[i + 8])
    if blob > 0 then
      call('SET', KEYS[blob], sub(ARGV[i + 7], 2))
      write[4] = '@'
    end
  end
  local finished = unblock(run, run_id, write, tonumber(ARGV[i + 10]), i + 11)
  write_fields(run, write)
  if ARGV[i + 9] ~= '' then
    local letter = call('HGET', letters, ARGV[i + 9])
    if letter then
      call('XDEL', dlq, letter)
      call('HDEL', letters, ARGV[i + 9])
    end
  end
  if finished then close_run(run, run_id, 'COMPLETED', head, open, completed, now, '') end
  return 'APPLIED'
end

local results = {}
for n = 1, items do
  results[n] = commit(at)
  at = at + 11 + tonumber(ARGV[at + 10]) * 4
end

local begun = {}
local function begin(queue_index, entry_id, entry)
  local run_id = sub(entry, 1, 36)
  local number, step, inputs = match(entry, '^(%d+) ([^\31]+)(.*)$', 38)
  local field = 's:' .. step
  local values
  local run = run_prefix .. run_id
  if inputs == '' then
    values = call('HMGET', run, 'head', field, 'input')
  else
    local wanted = { 'HMGET', run, 'head', field }
    for name in gmatch(inputs, '[^\31]+') do wanted[#wanted + 1] = 'o:' .. name end
    values = call(unpack(wanted))
  end
  local head, stored = values[1], values[2]
  local ready = 'READY ' .. number .. '@' .. entry_id
  if head and sub(head, 1, 8) == 'RUNNING ' and stored
      and (stored == ready or sub(stored, 1, #ready + 1) == ready .. ' ') then
    begun[#begun + 1] = { queue_index, entry_id, entry, values }
  else
    remove_later(KEYS[queue_index], entry_id)
  end
end

-- After the commits nothing may raise: the worker must learn what was applied.
local ok, problem = pcall(function()
  for n = 1, begins do
    begin(tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2])
    at = at + 3
  end
  for n = 1, takes do
    if budget < 1 then break end
    local queue_index, at_most = tonumber(ARGV[at]), math.min(tonumber(ARGV[at + 1]), budget)
    local reply = call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', at_most, 'STREAMS',
      KEYS[queue_index], '>')
    if reply then
      local entries = reply[1][2]
      budget = budget - #entries
      for e = 1, #entries do begin(queue_index, entries[e][1], entries[e][2][2]) end
    end
    at = at + 2
  end
end)

for queue, entries in pairs(done_entries) do
  redis.pcall('XACK', queue, group, unpack(entries))
  redis.pcall('XDEL', queue, unpack(entries))
end
return { results, begun, ok and '' or tostring(type(problem) == 'table' and problem.err or problem) }
