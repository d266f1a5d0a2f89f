#!lua flags=allow-oom
-- Counts a run's dead steps anew, and its last steps that are open: if none is, the run completes.
-- key run
-- key open
-- key completed
-- arg run_id
-- arg ends           how many of the steps are last ones; they come first
-- arg field*         every step of the workflow
-- ret COUNTED | COMPLETED | ALREADY | RUN_CLOSED | GONE
--@include clock
--@include close_run
--@include count_open
local run, open, completed = KEYS[1], KEYS[2], KEYS[3]
local run_id, ends = ARGV[1], tonumber(ARGV[2])

local seen = redis.call('HMGET', run, 'head', '$end')
local head, counter = seen[1], seen[2]
if not head then return 'GONE' end
local state, hash, deaths = string.match(head, '^(%S+) (%S+) ?(%d*)')
if state ~= 'RUNNING' and state ~= 'PAUSED' and state ~= 'FAILED' then return 'RUN_CLOSED' end
local dead = 0
for first = 3, #ARGV, 500 do
  local stored = redis.call('HMGET', run, unpack(ARGV, first, math.min(first + 499, #ARGV)))
  for _, field in ipairs(stored) do
    if field and string.sub(field, 1, 5) == 'DEAD ' then dead = dead + 1 end
  end
end
local left = count_open(run, ARGV, 3, ends + 2)
local answer = 'ALREADY'
if dead ~= (tonumber(deaths) or 0) then
  head = state .. ' ' .. hash .. (dead > 0 and ' ' .. string.format('%d', dead) or '')
  redis.call('HSET', run, 'head', head)
  answer = 'COUNTED'
end
if state == 'FAILED' then return answer end
if left == 0 then
  close_run(run, run_id, 'COMPLETED', head, open, completed, now_millis(), '')
  return 'COMPLETED'
end
-- One last step needs no counter, and as long as none has succeeded nothing has been counted.
local right = 'PENDING ' .. string.format('%d', left)
if ends > 1 and counter ~= right and (counter or left < ends) then
  redis.call('HSET', run, '$end', right)
  answer = 'COUNTED'
end
return answer
