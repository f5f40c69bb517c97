#!/bin/sh
# leash.sh SIGNAL GRACE_SECONDS MARK COMMAND [ARGUMENT...]
#
# Runs COMMAND for as long as somebody holds the other end of standard input. When the holder lets go, by closing it or
# by dying in any way, COMMAND gets SIGNAL, and after GRACE_SECONDS its whole process group is killed. Started as the
# leader of its process group. SIGTERM to the leash starts the same ending. Exits with COMMAND's status, 128 + n for
# signal n.
#
# COMMAND has MARK as MCP_GATEWAY_LEASH in its environment, and so has what it starts. Whoever has it is killed when COMMAND
# has ended, in whichever group or session. Who kills the leash itself has to see to that (sweep.sh).

# The environment is COMMAND's, and every variable of a shell may be one of it: none is set before COMMAND has started, and
# what the shell adds by itself is taken away.
unset PWD OLDPWD SHLVL
start() {
  shift 3
  "$@" </dev/null 3<&- &
}
exec 3<&0
export MCP_GATEWAY_LEASH="$3"
start "$@"
child=$!
# What the leash starts for itself would be swept away with the mark: a name of COMMAND's environment is exported already.
unset MCP_GATEWAY_LEASH mark
mark=MCP_GATEWAY_LEASH=$3
signal=$1
grace=$2
released=
PATH=$PATH:/usr/bin:/bin
# The shell reports who was terminated, and dies of SIGPIPE when the holder who read it is gone.
exec >/dev/null 2>&1

sweep() {
  /bin/sh "${0%/*}/sweep.sh" "$mark"
}

ending=
end() {
  [ -n "$ending" ] && return
  ending=1
  kill -s "$signal" "$child" 2>/dev/null
  # The stopwatch has to outlive the signals it is there to back up.
  (trap '' TERM INT HUP USR1; sleep "$grace"; sweep; kill -s KILL -- "-$$") 3<&- &
}
trap end TERM INT HUP
trap 'released=1; end' USR1

# `read` returns when the holder is gone; nobody ever writes to the leash.
(trap '' TERM INT HUP; read -r _ <&3; kill -s USR1 $$) &
watcher=$!
exec 3<&-

# A trap interrupts `wait`, so ask again until the child is really gone.
while :; do
  wait "$child"
  status=$?
  kill -s 0 "$child" 2>/dev/null || break
done

# Its number may be another's from here on.
ending=1
sweep
# With no holder left, nobody else would clear away what is left in the group.
[ -n "$released" ] && kill -s KILL -- "-$$"
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
