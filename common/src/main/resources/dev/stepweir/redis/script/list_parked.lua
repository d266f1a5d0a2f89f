#!lua flags=allow-oom
-- Lists a parked step that fell off the list of its dependency; one that is there keeps its place. One
-- that was let go since the caller looked is not listed: nobody would take it off before its turn came.
-- key run
-- key parked         the dependency's parked steps
-- key dependencies   names of the dependencies that have some
-- arg field
-- arg expected       the step's field as the caller read it
-- arg member         of the set of parked steps
-- arg ready_millis   when it was first ready
-- arg dependency
-- ret LISTED | ALREADY | STALE
local run, parked, dependencies = KEYS[1], KEYS[2], KEYS[3]
local field, expected, member, ready_millis, dependency = unpack(ARGV)

if redis.call('HGET', run, field) ~= expected then return 'STALE' end
redis.call('SADD', dependencies, dependency)
if redis.call('ZADD', parked, 'NX', ready_millis, member) == 1 then return 'LISTED' end
return 'ALREADY'
