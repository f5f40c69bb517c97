#!/bin/sh
# entrypoint.sh COMMAND [ARGUMENT...]
#
# Process 1 of the container. It passes SIGTERM and SIGINT on to COMMAND and ends with it. While it waits, the shell also reaps processes that
# others have left behind, which Node.js does not.

"$@" &
child=$!
trap 'kill -s TERM "$child" 2>/dev/null' TERM INT
while :; do
  wait "$child"
  status=$?
  kill -s 0 "$child" 2>/dev/null || exit "$status"
done
