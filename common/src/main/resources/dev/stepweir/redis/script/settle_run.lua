#!lua flags=allow-oom
-- RUNNING -> FAILED when dead steps block everything that is left.
-- key run
-- key open
-- key failed
-- arg run_id
-- arg why
-- arg field*         every step of the workflow
-- ret FAILED | MOVING | ALREADY | GONE
--@include clock
--@include close_run
local run, open, failed = KEYS[1], KEYS[2], KEYS[3]
local run_id, why = ARGV[1], ARGV[2]

local head = redis.call('HGET', run, 'head')
if not head then return 'GONE' end
if string.sub(head, 1, 8) ~= 'RUNNING ' then return 'ALREADY' end
local dead = false
for first = 3, #ARGV, 500 do
  local stored = redis.call('HMGET', run, unpack(ARGV, first, math.min(first + 499, #ARGV)))
  for _, field in ipairs(stored) do
    local state = field and string.match(field, '^%S+')
    if state == 'READY' or state == 'WAITING_FOR_RETRY' or state == 'PARKED' then
      return 'MOVING'
    end
    if state == 'DEAD' then dead = true end
  end
end
if not dead then return 'MOVING' end
close_run(run, run_id, 'FAILED', head, open, failed, now_millis(), why)
return 'FAILED'
