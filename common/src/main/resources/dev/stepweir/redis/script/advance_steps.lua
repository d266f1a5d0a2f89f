#!lua flags=allow-oom
-- One turn of a worker's lane: commits what finished, publishes what became ready by it, begins what
-- was read, takes what is next. READY -> SUCCEEDED; PENDING -> READY for each successor whose last
-- dependency this was; RUNNING -> COMPLETED for a run whose last step this was.
-- The item is the unit: it is checked, and what it moves is written. Beginning writes nothing: it
-- reads the run, the step and its inputs, and drops an entry that is not the current dispatch.
-- What runs have in common is said once: a group is of runs for which the same steps are committed,
-- or begun, in this turn, and a run is read and written once for all of them. What is rare is said
-- only where it is so: most steps are dispatched once, and have a small output.
-- Text made in Lua is what this script costs most, so known text is compared, not taken apart.
-- key open
-- key completed
-- key dlq
-- key letters
-- key names          the last epoch of each worker's name; for an older one problem is 'superseded'
-- key queue*         queues, by index
-- key run*           the runs of each group of commits, then of each group of begins
-- key blob*          where large outputs go, by index
-- arg group
-- arg consumer
-- arg run_prefix     what precedes a run id in the key of a run
-- arg queues         how many queue keys there are
-- arg commits        how many groups of commits follow
-- arg begins         how many groups of read entries follow those
-- arg takes          how many queues to take from follow last
-- arg budget         entries to take from all of them together
-- arg commit*        for each group of commits how many steps, then per step queue, field, output
--                    field, head of a run without dead steps, args per item (3 or 4), successors,
--                    then per successor field or '$end', dependencies, queue, entry; then how many
--                    runs, then for each run per step entry id, milliseconds taken, output as stored
--                    or '', and as 4th for few number, blob's key index or 0, ledgers, U+001F, dead
--                    letter
-- arg begin*         for each group of read entries how many, then per entry queue, field up to the
--                    entry id, step's field; then how many inputs, their fields, how many runs, then
--                    for each run its entry ids
-- arg take*          queue, at most
-- ret exceptions begun taken problem: exceptions per item not applied its index and ALREADY | STALE
--                    | RUN_CLOSED | GONE; begun for each run a mark per entry and, unless all are
--                    0, the inputs; taken per entry queue, entry id, entry, mark, inputs; mark: nil
--                    for the head said last, else head, or head, U+001F, ledgers; 0 for not current
--@include clock
--@include notify
--@include read_fields
--@include write_fields
--@include unblock
--@include completed_head
--@include mark
--@include superseded
local call, match, sub, find, insert = redis.call, string.match, string.sub, string.find, table.insert
local KEYS, ARGV, unpack, tonumber = KEYS, ARGV, unpack, tonumber
local open, completed, dlq, letters, names = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local group, consumer, run_prefix, queues, commits, begins, takes, budget = ARGV[1], ARGV[2], ARGV[3],
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
if superseded(names, consumer) then return { {}, {}, {}, 'superseded' } end
local now = now_millis()
local committed_now = ' w=' .. consumer .. ' to=' .. now .. ' ms='
local done_entries, at, key = {}, 9, 5 + queues

local function remove_later(queue, entry_id)
  local entries = done_entries[queue]
  if entries then entries[#entries + 1] = entry_id else done_entries[queue] = { entry_id } end
end

local function read_step()
  local step = { queue = KEYS[tonumber(ARGV[at])], field = ARGV[at + 1], output_field = ARGV[at + 2],
    head = ARGV[at + 3], width = tonumber(ARGV[at + 4]), successors = {} }
  local successors = tonumber(ARGV[at + 5])
  at = at + 6
  for s = 1, successors do
    step.successors[s] = { field = ARGV[at], dependencies = tonumber(ARGV[at + 1]),
      queue = KEYS[tonumber(ARGV[at + 2])], entry = ' 1 ' .. ARGV[at + 3] }
    at = at + 4
  end
  return step
end

-- The fields that are read of each run are its head, the steps, what counts down and the watchers.
local function read_group()
  local group, fields, places = { steps = {} }, { 'head' }, {}
  local steps = tonumber(ARGV[at])
  at = at + 1
  for s = 1, steps do
    group.steps[s] = read_step()
    fields[s + 1] = group.steps[s].field
  end
  for s = 1, steps do
    for _, successor in ipairs(group.steps[s].successors) do
      local field = successor.field
      if successor.dependencies > 1 then
        if not places[field] then
          insert(fields, field)
          places[field] = #fields
          group.counts = true
        end
        successor.place = places[field]
      end
      if field == '$end' then group.ends = true end
    end
  end
  if group.ends then insert(fields, 'watch') end
  group.fields = fields
  return group
end

local function remove_letter(letter_id)
  local letter = call('HGET', letters, letter_id)
  if letter then
    call('XDEL', dlq, letter)
    call('HDEL', letters, letter_id)
  end
end

local ended, listed = {}, {}
local function complete(run_id, head, watch)
  put('head', completed_head(head))
  put('finished', now)
  local n = #ended + 1
  ended[n], listed[2 * n - 1], listed[2 * n] = run_id, now, run_id
  if watch then notify(watch, run_id, 'COMPLETED') end
end

local function commit(run, step, stored, seen, counters, watch)
  local entry_id, output = ARGV[at], ARGV[at + 2]
  local number, blob, ledgers, letter = '1', '0', '', ''
  if step.width == 4 then
    number, blob, ledgers, letter = match(ARGV[at + 3], '^(%d+) (%d+)(.-)\31(.*)$')
  end
  remove_later(step.queue, entry_id)
  -- The letter goes with this commit, and so does its mark.
  local kept, head = letter == '' and ledgers or string.gsub(ledgers, ' dlq=%S+', ''), seen[1]
  if not head then return 'GONE' end
  if stored ~= 'READY ' .. number .. '@' .. entry_id .. ledgers then
    local committed = 'SUCCEEDED ' .. number .. '@' .. entry_id .. kept .. ' w='
    return sub(stored or '', 1, #committed) == committed and 'ALREADY' or 'STALE'
  end
  local paused = head ~= step.head and sub(head, 1, 8) ~= 'RUNNING '
  if paused and sub(head, 1, 7) ~= 'PAUSED ' then return 'RUN_CLOSED' end
  local run_id = sub(run, #run_prefix + 1)
  put(step.field, 'SUCCEEDED ' .. number .. '@' .. entry_id .. kept .. committed_now .. ARGV[at + 1])
  if blob ~= '0' then
    call('SET', KEYS[tonumber(blob)], sub(output, 2))
    put(step.output_field, '@')
  elseif output ~= '' then
    put(step.output_field, output)
  end
  if unblock(run_id, step.successors, seen, counters, paused) then complete(run_id, head, watch) end
  if letter ~= '' then remove_letter(letter) end
  return nil
end

local exceptions, begun, taken, item = {}, {}, {}, 0
local function commit_run(run, group)
  local steps, fields = group.steps, group.fields
  local seen, counters = read_fields(run, fields), group.counts and {}
  local watch = group.ends and seen[#fields]
  for s = 1, #steps do
    item = item + 1
    local result = commit(run, steps[s], seen[s + 1], seen, counters, watch)
    if result then
      insert(exceptions, item)
      insert(exceptions, result)
    end
    at = at + steps[s].width
  end
  if counters then
    for place, counter in pairs(counters) do put(fields[place], counter) end
  end
  write_fields(run)
end

for n = 1, commits do
  local group = read_group()
  local runs = tonumber(ARGV[at])
  at = at + 1
  for r = 1, runs do
    key = key + 1
    commit_run(KEYS[key], group)
  end
end

local function begin_group()
  local entries, queue, ready, fields = tonumber(ARGV[at]), {}, {}, { 'head' }
  at = at + 1
  for e = 1, entries do
    queue[e], ready[e], fields[e + 1] = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2]
    at = at + 3
  end
  local inputs, fixed = tonumber(ARGV[at]), entries + 1
  for i = 1, inputs do fields[fixed + i] = ARGV[at + i] end
  local runs = tonumber(ARGV[at + inputs + 1])
  at = at + inputs + 2
  for r = 1, runs do
    key = key + 1
    local values, any = call('HMGET', KEYS[key], unpack(fields)), false
    for e = 1, entries do
      local entry_id = ARGV[at]
      local how = mark(values[1], values[e + 1], ready[e] .. entry_id)
      begun[#begun + 1] = how
      if how == 0 then remove_later(queue[e], entry_id) else any = true end
      at = at + 1
    end
    if any then
      for v = fixed + 1, fixed + inputs do begun[#begun + 1] = values[v] end
    end
  end
end

local function begin_taken(queue_index, entry_id, entry)
  local space = find(entry, ' ', 38, true)
  local wanted = { 'HMGET', run_prefix .. sub(entry, 1, 36), 'head' }
  for field in string.gmatch(sub(entry, (space or #entry) + 1), '[^\31]+') do insert(wanted, field) end
  if #wanted == 4 then insert(wanted, 'input') end
  local values = space and call(unpack(wanted)) or {}
  local ready = 'READY ' .. sub(entry, 38, (space or 0) - 1) .. '@' .. entry_id
  local how = mark(values[1], values[2], ready)
  if how == 0 then return remove_later(KEYS[queue_index], entry_id) end
  insert(taken, queue_index)
  insert(taken, entry_id)
  insert(taken, entry)
  insert(taken, how)
  for v = 3, #values do insert(taken, values[v]) end
end

-- After the commits nothing may raise: the worker must learn what was applied.
local ok, problem = pcall(function()
  for n = 1, begins do begin_group() end
  for n = 1, takes do
    if budget < 1 then break end
    local queue_index, at_most = tonumber(ARGV[at]), math.min(tonumber(ARGV[at + 1]), budget)
    local reply = call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', at_most, 'STREAMS',
      KEYS[queue_index], '>')
    if reply then
      local entries = reply[1][2]
      budget = budget - #entries
      for e = 1, #entries do begin_taken(queue_index, entries[e][1], entries[e][2][2]) end
    end
    at = at + 2
  end
end)

if ended[1] then
  redis.pcall('ZREM', open, unpack(ended))
  redis.pcall('ZADD', completed, unpack(listed))
end
for queue, entries in pairs(done_entries) do
  redis.pcall('XACK', queue, group, unpack(entries))
  redis.pcall('XDEL', queue, unpack(entries))
end
return { exceptions, begun, taken,
  ok and '' or tostring(type(problem) == 'table' and problem.err or problem) }
