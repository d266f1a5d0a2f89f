-- Adds to a run's history what may come again and again; false when it is too long for that. States
-- move all the same, but whoever repeats himself shall not fill Redis.
local function note(history, most, now, event)
  if redis.call('LLEN', history) >= tonumber(most) then return false end
  redis.call('RPUSH', history, now .. ' ' .. event)
  return true
end
