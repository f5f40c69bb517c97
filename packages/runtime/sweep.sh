#!/bin/sh
# sweep.sh MARK
#
# Kills every process that was started with MARK in its environment, whatever group or session it is in, until none is
# found. One that its user may not look into is left alone. Does nothing where /proc is not as on Linux.

PATH=$PATH:/usr/bin:/bin
cd /proc/self/.. 2>/dev/null || exit 0

# One that was found may have started another meanwhile; one that the kernel cannot end now is found again and again.
rounds=100
while [ "$rounds" -gt 0 ]; do
  rounds=$((rounds - 1))
  # A read of /proc can hang with the process that it is about.
  found=$(LC_ALL=C timeout -s KILL 5 grep -l -s -F -e "$1" [0-9]*/environ)
  outcome=$?
  for each in $found; do
    kill -s KILL "${each%/environ}" 2>/dev/null
  done
  # 2 is what grep says when it could not read them all.
  [ -n "$found" ] && [ "$outcome" -le 2 ] || break
done
