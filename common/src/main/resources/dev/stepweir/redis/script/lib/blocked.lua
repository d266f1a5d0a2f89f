-- Do dead steps block everything that is left of a run? The fields of all of its steps are among the
-- arguments, from the given one on.
local function blocked(run, args, from)
  local dead = false
  for first = from, #args, 500 do
    local stored = redis.call('HMGET', run, unpack(args, first, math.min(first + 499, #args)))
    for _, field in ipairs(stored) do
      local state = field and string.match(field, '^%S+')
      if state == 'READY' or state == 'WAITING_FOR_RETRY' or state == 'PARKED' then
        return false
      end
      if state == 'DEAD' then dead = true end
    end
  end
  return dead
end
