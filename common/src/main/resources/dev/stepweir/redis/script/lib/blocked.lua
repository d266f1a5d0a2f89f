-- Do dead steps block everything that is left of a run? Its fields are those of all of its steps, in
-- ARGV from the given one on.
local function blocked(run, from)
  local dead = false
  for first = from, #ARGV, 500 do
    local stored = redis.call('HMGET', run, unpack(ARGV, first, math.min(first + 499, #ARGV)))
    for _, field in ipairs(stored) do
      local state = field and string.match(field, '^%S+')
      if state == 'READY' or state == 'WAITING_FOR_RETRY' then return false end
      if state == 'DEAD' then dead = true end
    end
  end
  return dead
end
