-- Takes a step off the list of those that a breaker holds back; the list goes with its last.
local function unpark(parked, dependencies, member, dependency)
  redis.call('ZREM', parked, member)
  if redis.call('ZCARD', parked) == 0 then redis.call('SREM', dependencies, dependency) end
end
