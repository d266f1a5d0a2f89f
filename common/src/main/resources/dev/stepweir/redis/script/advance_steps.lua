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
-- key inbox          rung for a run with dead steps: this may have been the last that moved
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
-- arg budget         entries to take from all of them together
-- arg commit*        for each group of commits how many steps, then per step queue, field, output
--                    field, head of a run without dead steps, 1 if rare else 0, successors,
--                    then per successor field or '$end', dependencies, queue, entry; then how many
--                    runs, then for each run per step entry id, milliseconds taken, output as stored
--                    or '', and for rare ones number, blob's key index or 0, ledgers, U+001F, dead
--                    letter
-- arg begin*         for each group of read entries how many, then per entry queue, field up to the
--                    entry id, step's field; then how many inputs, their fields, how many runs, then
--                    for each run its entry ids
-- arg take*          queue, at most
-- ret problem exceptions begun value*: how many values of each, then per item not applied its index
--                    and ALREADY | STALE | RUN_CLOSED | GONE; then for each run begun a mark per
--                    entry and, unless all are 0, the inputs; then per entry taken queue, entry id,
--                    entry, mark, inputs; mark: nil for the head said last, else head, or head,
--                    U+001F, ledgers; 0 for not current
--@include clock
--@include notify
--@include read_fields
--@include write_fields
--@include unblock
--@include completed_head
--@include mark
--@include superseded
local call, sub, KEYS, ARGV = redis.call, string.sub, KEYS, ARGV
local open, completed, dlq, letters, inbox, names =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local group, consumer, run_prefix, queues, commits, begins, budget = ARGV[1], ARGV[2], ARGV[3],
  ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
if superseded(names, consumer) then return { 'superseded', 0, 0 } end
local now = now_millis()
local committed_now = ' w=' .. consumer .. ' to=' .. now .. ' ms='
local done_entries, at, key = {}, 8, 6 + queues

local function remove_later(queue, entry_id)
  local entries = done_entries[queue]
  if entries then entries[#entries + 1] = entry_id else done_entries[queue] = { entry_id } end
end

-- The fields that are read of each run are its head, the steps, what counts down and the watchers.
local function read_group()
  local fields, places = { 'head' }, {}
  local group = { steps = {}, fields = fields, counts = false, ends = false }
  local steps = ARGV[at]
  at = at + 1
  for s = 1, steps do
    local step = { queue = KEYS[6 + ARGV[at]], field = ARGV[at + 1], output_field = ARGV[at + 2],
      head = ARGV[at + 3], rare = ARGV[at + 4] == '1', successors = {}, place = #fields + 1 }
    local successors = ARGV[at + 5]
    group.steps[s], fields[step.place] = step, step.field
    at = at + 6
    for n = 1, successors do
      local field, dependencies = ARGV[at], ARGV[at + 1]
      if dependencies ~= '1' and not places[field] then
        places[field] = #fields + 1
        fields[#fields + 1] = field
        group.counts = true
      end
      group.ends = group.ends or field == '$end'
      step.successors[n] = { field = field, dependencies = dependencies, place = places[field],
        queue = KEYS[6 + ARGV[at + 2]], entry = ' 1 ' .. ARGV[at + 3] }
      at = at + 4
    end
  end
  if group.ends then fields[#fields + 1] = 'watch' end
  return group
end

local ended, ring = {}, false
local function commit(run, step, seen, counters, watch)
  local entry_id, output = ARGV[at], ARGV[at + 2]
  local number, blob, ledgers, letter = '1', '0', '', ''
  if step.rare then
    number, blob, ledgers, letter = string.match(ARGV[at + 3], '^(%d+) (%d+)(.-)\31(.*)$')
  end
  remove_later(step.queue, entry_id)
  -- The letter goes with this commit, and so does its mark.
  local kept = letter == '' and ledgers or string.gsub(ledgers, ' dlq=%S+', '')
  local head, stored = seen[1], seen[step.place]
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
  if unblock(run_id, step.successors, seen, counters, paused) then
    put('head', completed_head(head))
    put('finished', now)
    ended[#ended + 1] = run_id
    if watch then notify(watch, run_id, 'COMPLETED') end
  elseif head ~= step.head and not paused then
    ring = true
  end
  local dead = letter ~= '' and call('HGET', letters, letter)
  if dead then
    call('XDEL', dlq, dead)
    call('HDEL', letters, letter)
  end
  return nil
end

-- With room for one step that is taken: a table that grows is made anew.
local answer, item = { '', 0, 0, nil, nil, nil, nil, nil }, 0
for n = 1, commits do
  local group = read_group()
  local steps, fields, runs = group.steps, group.fields, ARGV[at]
  at = at + 1
  for r = 1, runs do
    key = key + 1
    local run, counters = KEYS[key], group.counts and {}
    local seen = read_fields(run, fields)
    local watch = group.ends and seen[#fields]
    for s = 1, #steps do
      item = item + 1
      local exception = commit(run, steps[s], seen, counters, watch)
      if exception then
        table.insert(answer, item)
        table.insert(answer, exception)
      end
      at = at + (steps[s].rare and 4 or 3)
    end
    if counters then
      for place, counter in pairs(counters) do put(fields[place], counter) end
    end
    write_fields(run)
    if ring then
      redis.pcall('XADD', inbox, '*', 'settle', sub(run, #run_prefix + 1))
      ring = false
    end
  end
end
answer[2] = #answer - 3

local function begin_group()
  local entries, queue, ready, fields = tonumber(ARGV[at]), {}, {}, { 'head' }
  at = at + 1
  for e = 1, entries do
    queue[e], ready[e], fields[e + 1] = KEYS[6 + ARGV[at]], ARGV[at + 1], ARGV[at + 2]
    at = at + 3
  end
  local inputs, fixed = tonumber(ARGV[at]), entries + 1
  for i = 1, inputs do fields[fixed + i] = ARGV[at + i] end
  local runs = ARGV[at + inputs + 1]
  at = at + inputs + 2
  for r = 1, runs do
    key = key + 1
    local values, any = call('HMGET', KEYS[key], unpack(fields)), false
    for e = 1, entries do
      local entry_id = ARGV[at]
      local how = mark(values[1], values[e + 1], ready[e] .. entry_id)
      answer[#answer + 1] = how
      if how == 0 then remove_later(queue[e], entry_id) else any = true end
      at = at + 1
    end
    if any then
      for v = fixed + 1, fixed + inputs do answer[#answer + 1] = values[v] end
    end
  end
end

local function begin_taken(queue, entry_id, entry)
  local space = string.find(entry, ' ', 38, true)
  local wanted = { 'HMGET', run_prefix .. sub(entry, 1, 36), 'head' }
  for field in string.gmatch(sub(entry, (space or #entry) + 1), '[^\31]+') do
    wanted[#wanted + 1] = field
  end
  if #wanted == 4 then wanted[5] = 'input' end
  local values = space and call(unpack(wanted)) or {}
  local ready = 'READY ' .. sub(entry, 38, (space or 0) - 1) .. '@' .. entry_id
  local how = mark(values[1], values[2], ready)
  if how == 0 then return remove_later(KEYS[6 + queue], entry_id) end
  local n = #answer
  answer[n + 1], answer[n + 2], answer[n + 3], answer[n + 4] = queue, entry_id, entry, how
  for v = 3, #values do answer[n + 2 + v] = values[v] end
end

-- After the commits nothing may raise: the worker must learn what was applied.
local taken_after
local ok, problem = pcall(function()
  for n = 1, begins do begin_group() end
  taken_after = #answer
  while budget > 0 and at < #ARGV do
    local queue, at_most = ARGV[at], math.min(ARGV[at + 1], budget)
    local reply = call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', at_most, 'STREAMS',
      KEYS[6 + queue], '>')
    if reply then
      local entries = reply[1][2]
      budget = budget - #entries
      for e = 1, #entries do begin_taken(queue, entries[e][1], entries[e][2][2]) end
    end
    at = at + 2
  end
end)

if not ok then answer[1] = tostring(type(problem) == 'table' and problem.err or problem) end
answer[3] = (taken_after or #answer) - 3 - answer[2]

if ended[1] then
  local listed = {}
  for n, run_id in ipairs(ended) do listed[2 * n - 1], listed[2 * n] = now, run_id end
  redis.pcall('ZREM', open, unpack(ended))
  redis.pcall('ZADD', completed, unpack(listed))
end
for queue, entries in pairs(done_entries) do
  redis.pcall('XACK', queue, group, unpack(entries))
  redis.pcall('XDEL', queue, unpack(entries))
end
return answer
