#!/bin/sh
# orphan-reaper.sh MARK
#
# Kills every process that was started with MARK in its environment, in whichever group or session, until it finds none. It
# skips processes that its user may not read. It does nothing where /proc is not as on Linux.

PATH=$PATH:/usr/bin:/bin
cd /proc/self/.. 2>/dev/null || exit 0

# A process may start another before it is killed, so search again. A process that the kernel cannot end yet is found each time.
rounds=100
while [ "$rounds" -gt 0 ]; do
  rounds=$((rounds - 1))
  # A read of /proc can hang together with the process that it describes.
  found=$(LC_ALL=C timeout -s KILL 5 grep -l -s -F -e "$1" [0-9]*/environ)
  outcome=$?
  for each in $found; do
    kill -s KILL "${each%/environ}" 2>/dev/null
  done
  # grep exits with 2 when it could not read every file.
  [ -n "$found" ] && [ "$outcome" -le 2 ] || break
done
