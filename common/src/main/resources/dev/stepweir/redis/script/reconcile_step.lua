#!lua flags=allow-oom
-- Publishes a READY step again whose entry is neither held nor still to be delivered: the stream,
-- the group or the entry was lost. A lost group is created at '$': what it forgot is republished
-- here under a new number, and no entry is ever delivered twice. What a paused run held back is
-- announced in the same way once it is resumed.
-- key run
-- key history
-- key queue
-- arg group
-- arg run_id
-- arg entry_id
-- arg field
-- arg expected
-- arg number         the next dispatch number
-- arg ledgers
-- arg entry
-- arg event          history record up to the time
-- ret HELD | QUEUED | PUBLISHED | PAUSED | ALREADY | STALE | RUN_CLOSED | GONE
--@include clock
--@include fence
--@include publish
--@include create_group
local run, history, queue = KEYS[1], KEYS[2], KEYS[3]
local group, run_id, entry_id, field, expected, number, ledgers, entry, event = unpack(ARGV)

local function parts(id)
  local millis, sequence = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(millis), tonumber(sequence)
end

local function is_after(id, other)
  local millis, sequence = parts(id)
  local other_millis, other_sequence = parts(other)
  return millis > other_millis or (millis == other_millis and sequence > other_sequence)
end

local function last_delivered()
  local groups = redis.pcall('XINFO', 'GROUPS', queue)
  if groups.err then return nil end
  for _, info in ipairs(groups) do
    local name, last
    for i = 1, #info, 2 do
      if info[i] == 'name' then name = info[i + 1] end
      if info[i] == 'last-delivered-id' then last = info[i + 1] end
    end
    if name == group then return last end
  end
  return nil
end

local verdict, head = fence(run, field, 'READY', expected)
if verdict ~= 'OK' then return verdict end
if string.sub(head, 1, 7) == 'PAUSED ' then return 'PAUSED' end
local last = last_delivered()
if last then
  if #redis.call('XPENDING', queue, group, entry_id, entry_id, 1) > 0 then return 'HELD' end
  if is_after(entry_id, last) and #redis.call('XRANGE', queue, entry_id, entry_id) > 0 then
    return 'QUEUED'
  end
else
  local created = create_group(queue, group, '$')
  if created.err then return created end
end
redis.call('XDEL', queue, entry_id)
redis.call('RPUSH', history, now_millis() .. ' ' .. event)
redis.call('HSET', run, field, publish(queue, run_id, number, ledgers, entry))
return 'PUBLISHED'
