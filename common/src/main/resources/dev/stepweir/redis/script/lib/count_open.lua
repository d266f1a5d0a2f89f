-- How many of a run's steps have neither succeeded nor been skipped? Their fields are among the
-- arguments, from one to another.
local function count_open(run, args, from, to)
  local open = 0
  for first = from, to, 500 do
    local stored = redis.call('HMGET', run, unpack(args, first, math.min(first + 499, to)))
    for _, field in ipairs(stored) do
      local state = field and string.match(field, '^%S+')
      if state ~= 'SUCCEEDED' and state ~= 'SKIPPED' then open = open + 1 end
    end
  end
  return open
end
