-- How many of a run's steps have not succeeded? Their fields are among the arguments, from one to
-- another.
local function count_open(run, args, from, to)
  local open = 0
  for first = from, to, 500 do
    local stored = redis.call('HMGET', run, unpack(args, first, math.min(first + 499, to)))
    for _, field in ipairs(stored) do
      if not field or string.sub(field, 1, 10) ~= 'SUCCEEDED ' then open = open + 1 end
    end
  end
  return open
end
