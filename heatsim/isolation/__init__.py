"""Processes that answer calls: started as new interpreters, ended with all that they started, whatever they do.

`child_process` is the side that calls, `inside` what the called process does first, `messages` what goes between them,
and `containment` ends what leaves the group of a process. FMUs that are isolated and the cases of a sweep run in them.
"""
