#!lua flags=allow-oom
-- Takes a name that is no parked step off the list of a dependency, and the dependency off its list
-- when nothing else is parked: a step that is parked at the same time stays in sight.
-- key parked         the dependency's parked steps
-- key dependencies   names of the dependencies that have some
-- arg member         of the set of parked steps, or '' when only the dependency may be stale
-- arg dependency
-- ret UNLISTED
--@include unpark
local parked, dependencies = KEYS[1], KEYS[2]
local member, dependency = unpack(ARGV)

unpark(parked, dependencies, member, dependency)
return 'UNLISTED'
