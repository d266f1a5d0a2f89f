-- The clock of Redis in milliseconds, as text. Read once per script, as it moves while one runs, and
-- before anything is published, so that a step's history shows the cause first.
local function now_millis()
  local time = redis.call('TIME')
  return time[1] .. string.sub('00000' .. time[2], -6, -4)
end
