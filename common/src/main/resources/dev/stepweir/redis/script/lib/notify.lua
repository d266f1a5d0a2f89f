-- Tells who waits for a run that it has ended.
local function notify(watch, run_id, state)
  for channel in string.gmatch(watch, '%S+') do
    redis.call('PUBLISH', channel, run_id .. ' ' .. state)
  end
end
