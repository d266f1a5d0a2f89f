#!lua flags=allow-oom
-- One turn of a worker's lane: commits what finished, publishes what became ready by it, begins what
-- was read, takes what is next. READY -> SUCCEEDED; PENDING -> READY for each successor whose last
-- dependency this was; RUNNING -> COMPLETED for a run whose last step this was.
-- The item is the unit: it is checked, written, and the next one follows. Beginning writes nothing:
-- it reads the run, the step and its inputs, and drops an entry that is not the current dispatch.
-- What items share is said once: they come grouped by their step of the definition. What is rare is
-- said only where it is so: most steps are dispatched once, and have a small output.
-- key open
-- key completed
-- key dlq
-- key letters
-- key queue*         queues, by index
-- key run*           one per item, after the queues
-- key blob*          where large outputs go, by index
-- arg group
-- arg consumer
-- arg run_prefix     what precedes a run id in the key of a run
-- arg queues         how many queue keys there are
-- arg steps          how many steps of definitions follow, each with its items
-- arg begins         how many read entries follow those
-- arg takes          how many queues to take from follow last
-- arg budget         entries to take from all of them together
-- arg step*          queue, field, output field, successors, then per successor:
--                    field or '$end', dependencies, queue, entry; then how many items, then per
--                    item: entry id, milliseconds taken, output as stored or '', and '' or for
--                    few: number, blob's key index or 0, ledgers, U+001F, dead letter
-- arg begin*         queue, entry id, entry
-- arg take*          queue, at most
-- ret exceptions begun problem: exceptions per item not applied its index and ALREADY | STALE |
--                    RUN_CLOSED | GONE; begun per entry queue, entry id, entry, head (nil: as the
--                    one before), the step's field (nil: no ledgers), inputs as the entry names them
--@include clock
--@include close_run
local call, match, sub, find, insert = redis.call, string.match, string.sub, string.find, table.insert
local KEYS, ARGV = KEYS, ARGV
local open, completed, dlq, letters = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, consumer, run_prefix = ARGV[1], ARGV[2], ARGV[3]
local queues, steps, begins, takes, budget = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]),
  tonumber(ARGV[7]), tonumber(ARGV[8])
local now = now_millis()
local committed_now = ' w=' .. consumer .. ' to=' .. now .. ' ms='
local done_entries = {}
local at = 9

local function remove_later(queue, entry_id)
  local entries = done_entries[queue]
  if entries then entries[#entries + 1] = entry_id else done_entries[queue] = { entry_id } end
end

local function read_step()
  local step = {
    queue = KEYS[tonumber(ARGV[at])], field = ARGV[at + 1], output_field = ARGV[at + 2], successors = {},
  }
  local successors = tonumber(ARGV[at + 3])
  at = at + 4
  for s = 1, successors do
    step.successors[s] = { field = ARGV[at], dependencies = tonumber(ARGV[at + 1]),
      queue = KEYS[tonumber(ARGV[at + 2])], entry = ' 1 ' .. ARGV[at + 3] }
    at = at + 4
  end
  return step
end

-- Counts down the successors and publishes those whose last dependency this was; true when the
-- run's last step was it.
local function unblock(run, run_id, write, successors)
  local finished = false
  for s = 1, #successors do
    local successor = successors[s]
    local left = 0
    if successor.dependencies > 1 then
      local counter = call('HGET', run, successor.field)
      left = (counter and tonumber(sub(counter, 9)) or successor.dependencies) - 1
    end
    local length = #write
    if left > 0 then
      write[length + 1], write[length + 2] = successor.field, 'PENDING ' .. left
    elseif successor.field == '$end' then
      finished = true
    else
      local id = call('XADD', successor.queue, '*', 'd', run_id .. successor.entry)
      write[length + 1], write[length + 2] = successor.field, 'READY 1@' .. id
    end
  end
  return finished
end

local function write_fields(run, write)
  for first = 1, #write, 1000 do
    call('HSET', run, unpack(write, first, math.min(first + 999, #write)))
  end
end

local function remove_letter(letter_id)
  local letter = call('HGET', letters, letter_id)
  if letter then
    call('XDEL', dlq, letter)
    call('HDEL', letters, letter_id)
  end
end

local function commit(run, step, i)
  local entry_id, output, rare = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  local number, ledgers, blob, letter = '1', '', '0', ''
  if rare ~= '' then number, blob, ledgers, letter = match(rare, '^(%d+) (%d+)(.-)\31(.*)$') end
  local dispatch = number .. '@' .. entry_id .. ledgers
  remove_later(step.queue, entry_id)
  -- The letter goes with this commit, and so does its mark.
  local kept = letter == '' and dispatch or string.gsub(dispatch, ' dlq=%S+', '')
  local seen = call('HMGET', run, 'head', step.field)
  local head, stored = seen[1], seen[2]
  if not head then return 'GONE' end
  if stored ~= 'READY ' .. dispatch then
    local committed = 'SUCCEEDED ' .. kept .. ' w='
    return sub(stored or '', 1, #committed) == committed and 'ALREADY' or 'STALE'
  end
  if sub(head, 1, 8) ~= 'RUNNING ' then return 'RUN_CLOSED' end
  local run_id = sub(run, #run_prefix + 1)
  local write = { step.field, 'SUCCEEDED ' .. kept .. committed_now .. ARGV[i + 1] }
  if output ~= '' then write[3], write[4] = step.output_field, output end
  if blob ~= '0' then
    call('SET', KEYS[tonumber(blob)], sub(output, 2))
    write[4] = '@'
  end
  local finished = unblock(run, run_id, write, step.successors)
  write_fields(run, write)
  if letter ~= '' then remove_letter(letter) end
  if finished then close_run(run, run_id, 'COMPLETED', head, open, completed, now, '') end
  return nil
end

local exceptions, item = {}, 0
for n = 1, steps do
  local step = read_step()
  local items = tonumber(ARGV[at])
  at = at + 1
  for m = 1, items do
    item = item + 1
    local result = commit(KEYS[4 + queues + item], step, at)
    if result then
      insert(exceptions, item)
      insert(exceptions, result)
    end
    at = at + 4
  end
end

local begun, count, head_before = {}, 0, nil
local function begin(queue_index, entry_id, entry)
  local after_number = find(entry, ' ', 38, true)
  local separator = find(entry, '\31', after_number, true)
  local run = run_prefix .. sub(entry, 1, 36)
  local field = sub(entry, after_number + 1, separator and separator - 1)
  local values, width
  if not separator then
    values, width = call('HMGET', run, 'head', field, 'input'), 3
  else
    local wanted = { 'HMGET', run, 'head', field }
    repeat
      local next = find(entry, '\31', separator + 1, true)
      wanted[#wanted + 1] = sub(entry, separator + 1, next and next - 1)
      separator = next
    until not next
    values, width = call(unpack(wanted)), #wanted - 2
  end
  local head, stored = values[1], values[2]
  local ready = 'READY ' .. sub(entry, 38, after_number - 1) .. '@' .. entry_id
  if head and sub(head, 1, 8) == 'RUNNING ' and stored
      and (stored == ready or sub(stored, 1, #ready + 1) == ready .. ' ') then
    if head == head_before then values[1] = false else head_before = head end
    if stored == ready then values[2] = false end
    begun[count + 1], begun[count + 2], begun[count + 3] = queue_index, entry_id, entry
    for v = 1, width do begun[count + 3 + v] = values[v] end
    count = count + 3 + width
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
return { exceptions, begun,
  ok and '' or tostring(type(problem) == 'table' and problem.err or problem) }
