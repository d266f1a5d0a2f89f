#!lua flags=allow-oom
-- Adds to a run's history what changed nothing: a submission that found it, a result that came too
-- late. Only as long as the history is short.
-- key run
-- key history
-- arg most           events that the history may have
-- arg event          history record up to the time
-- ret NOTED | FULL | GONE
--@include clock
--@include note
local run, history = KEYS[1], KEYS[2]
local most, event = ARGV[1], ARGV[2]

if redis.call('HEXISTS', run, 'head') == 0 then return 'GONE' end
return note(history, most, now_millis(), event) and 'NOTED' or 'FULL'
