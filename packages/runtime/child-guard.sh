#!/bin/sh
# child-guard.sh SIGNAL GRACE_SECONDS MARK COMMAND [ARGUMENT...]
#
# Runs COMMAND for as long as another process, the owner, holds the other end of standard input. When the owner closes it
# or dies in any way, the guard sends SIGNAL to COMMAND, and after GRACE_SECONDS it kills the whole process group. The owner
# starts the guard as the leader of its process group. SIGTERM to the guard starts the same ending. The guard exits with
# COMMAND's status: 128 + n for signal n.
#
# COMMAND has MARK as MCP_GATEWAY_CHILD_GUARD in its environment, and its children inherit it. When COMMAND has ended, the
# guard kills every process with that mark, in whichever group or session. An owner that kills the guard itself has to run
# orphan-reaper.sh.

# The environment belongs to COMMAND, and any shell variable may be part of it. So the guard sets no variable before COMMAND
# has started, and removes those that the shell adds.
unset PWD OLDPWD SHLVL
start() {
  shift 3
  "$@" </dev/null 3<&- &
}
exec 3<&0
export MCP_GATEWAY_CHILD_GUARD="$3"
start "$@"
child=$!
# The reaper would kill the guard's own helpers by the mark. Unset both: a name from COMMAND's environment is exported already.
unset MCP_GATEWAY_CHILD_GUARD mark
mark=MCP_GATEWAY_CHILD_GUARD=$3
signal=$1
grace=$2
released=
PATH=$PATH:/usr/bin:/bin
# The shell reports terminated children, and would die of SIGPIPE once the owner that reads the report is gone.
exec >/dev/null 2>&1

reap() {
  /bin/sh "${0%/*}/orphan-reaper.sh" "$mark"
}

ending=
end() {
  [ -n "$ending" ] && return
  ending=1
  kill -s "$signal" "$child" 2>/dev/null
  # The timer has to survive the signals that it backs up.
  (trap '' TERM INT HUP USR1; sleep "$grace"; reap; kill -s KILL -- "-$$") 3<&- &
}
trap end TERM INT HUP
trap 'released=1; end' USR1

# Nothing writes to standard input, so `read` returns when the owner is gone.
(trap '' TERM INT HUP; read -r _ <&3; kill -s USR1 $$) &
watcher=$!
exec 3<&-

# A trap interrupts `wait`, so ask again until the child is gone.
while :; do
  wait "$child"
  status=$?
  kill -s 0 "$child" 2>/dev/null || break
done

# From here on, another process may have the child's id.
ending=1
reap
# Without an owner, only the guard can kill the rest of the group.
[ -n "$released" ] && kill -s KILL -- "-$$"
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
