-- Counts down the successors and publishes those whose last dependency this was; true when the run's
-- last step was it. A counter is in seen at its successor's place; counters has what became of those
-- that several steps of this run have counted down, and is written by the caller. In a paused run
-- they are ready without an entry. What a counter becomes is looked up, since making text of a number
-- costs more than all the rest.
local counted_down = {}
local function unblock(run_id, successors, seen, counters, paused)
  local finished = false
  for s = 1, #successors do
    local successor = successors[s]
    local place, waits = successor.place, false
    if place then
      local counter = counters[place] or seen[place] or successor.dependencies
      waits = counted_down[counter]
      if waits == nil then
        local left = (tonumber(counter) or tonumber(string.sub(counter, 9))) - 1
        waits = left > 0 and 'PENDING ' .. left
        counted_down[counter] = waits
      end
    end
    if waits then
      counters[place] = waits
    elseif successor.field == '$end' then
      finished = true
    else
      if place then counters[place] = nil end
      put(successor.field, 'READY 1@' .. (paused and '0-0' or
        redis.call('XADD', successor.queue, '*', 'd', run_id .. successor.entry)))
    end
  end
  return finished
end
