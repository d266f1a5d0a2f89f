-- The clock of Redis in milliseconds, as text. Read once per script: it moves while a script runs.
local function now_millis()
  local time = redis.call('TIME')
  return time[1] .. string.format('%03d', math.floor(time[2] / 1000))
end
