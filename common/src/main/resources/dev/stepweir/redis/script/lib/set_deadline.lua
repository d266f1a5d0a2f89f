-- Gives a run its whole time from now on: when it must have ended, and the timer that ends it else.
local function set_deadline(run, run_id, timers, millis, now)
  local due = string.format('%.0f', tonumber(now) + tonumber(millis))
  redis.call('HSET', run, 'deadline', due .. ' ' .. millis)
  redis.call('ZADD', timers, due, run_id .. '!deadline')
end
