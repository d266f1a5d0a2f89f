#!lua flags=allow-oom
-- Lists a parked step that fell off the list of its dependency; one that is there keeps its place.
-- key parked         the dependency's parked steps
-- key dependencies   names of the dependencies that have some
-- arg member         of the set of parked steps
-- arg ready_millis   when it was first ready
-- arg dependency
-- ret LISTED | ALREADY
local parked, dependencies = KEYS[1], KEYS[2]
local member, ready_millis, dependency = unpack(ARGV)

redis.call('SADD', dependencies, dependency)
if redis.call('ZADD', parked, 'NX', ready_millis, member) == 1 then return 'LISTED' end
return 'ALREADY'
