-- Counts down the successors, with their counters in seen from the third on, and publishes those
-- whose last dependency this was; true when the run's last step was it. What a counter becomes is
-- looked up, since making text of a number costs more than all the rest.
local counted_down = {}
local function unblock(run_id, successors, seen)
  local finished, counters = false, 2
  for s = 1, #successors do
    local successor, waits = successors[s], false
    if successor.dependencies > 1 then
      counters = counters + 1
      local counter = seen[counters] or successor.dependencies
      waits = counted_down[counter]
      if waits == nil then
        local left = (tonumber(counter) or tonumber(string.sub(counter, 9))) - 1
        waits = left > 0 and 'PENDING ' .. left
        counted_down[counter] = waits
      end
    end
    if waits then
      put(successor.field, waits)
    elseif successor.field == '$end' then
      finished = true
    else
      put(successor.field, 'READY 1@' ..
        redis.call('XADD', successor.queue, '*', 'd', run_id .. successor.entry))
    end
  end
  return finished
end
