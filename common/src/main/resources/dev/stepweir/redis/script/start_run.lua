#!lua flags=allow-oom
-- SUBMITTED -> RUNNING: publishes the steps that wait for nothing. A workflow without steps
-- completes at once; one that cannot be run fails with the reason.
-- key run
-- key open
-- key completed
-- key failed
-- key queues         names of the partition's queues
-- key timers
-- key queue*         the queues of the steps to publish
-- arg run_id
-- arg refusal        why the workflow cannot be run, or ''
-- arg timeout_millis how long the run may take from now on, or ''
-- arg queue_names    how many queue names follow
-- arg name*          names of every queue of the workflow
-- arg step*          per step to publish: queue's key index, field, entry
-- ret STARTED | COMPLETED | REFUSED | ALREADY | GONE
--@include clock
--@include publish
--@include close_run
--@include set_deadline
local run, open, completed, failed, queues, timers =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local run_id, refusal, timeout_millis, queue_names = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local head = redis.call('HGET', run, 'head')
if not head then return 'GONE' end
if string.sub(head, 1, 10) ~= 'SUBMITTED ' then return 'ALREADY' end
local now = now_millis()
if refusal ~= '' then
  close_run(run, run_id, 'FAILED', head, open, failed, now, refusal)
  return 'REFUSED'
end
local first = 5 + queue_names
if #ARGV < first then
  redis.call('HSET', run, 'started', now)
  close_run(run, run_id, 'COMPLETED', head, open, completed, now, '')
  return 'COMPLETED'
end
for i = 5, first - 1 do redis.call('SADD', queues, ARGV[i]) end
for i = first, #ARGV, 3 do
  local queue, field, entry = KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
  redis.call('HSET', run, field, publish(queue, run_id, '1', '', entry))
end
redis.call('HSET', run, 'head', 'RUNNING ' .. string.sub(head, 11), 'started', now)
if timeout_millis ~= '' then set_deadline(run, run_id, timers, timeout_millis, now) end
return 'STARTED'
