#!/bin/sh
# leash.sh SIGNAL GRACE_SECONDS COMMAND [ARGUMENT...]
#
# Runs COMMAND for as long as somebody holds the other end of standard input. When the holder lets go, by closing it or
# by dying in any way, COMMAND gets SIGNAL, and after GRACE_SECONDS its whole process group is killed. Started as the
# leader of its process group. SIGTERM to the leash starts the same ending. Exits with COMMAND's status, 128 + n for
# signal n.

# The environment is COMMAND's, and every variable of a shell may be one of it: none is set before COMMAND has started, and
# what the shell adds by itself is taken away.
unset PWD OLDPWD SHLVL
start() {
  shift 2
  "$@" </dev/null 3<&- &
}
exec 3<&0
start "$@"
child=$!
signal=$1
grace=$2
released=
PATH=$PATH:/usr/bin:/bin
# The shell reports who was terminated, and dies of SIGPIPE when the holder who read it is gone.
exec >/dev/null 2>&1

ending=
end() {
  [ -n "$ending" ] && return
  ending=1
  kill -s "$signal" "$child" 2>/dev/null
  # The stopwatch has to outlive the signals it is there to back up.
  (trap '' TERM INT HUP USR1; sleep "$grace"; kill -s KILL -- "-$$") 3<&- &
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

# With no holder left, nobody else would clear away what COMMAND started and left behind.
[ -n "$released" ] && kill -s KILL -- "-$$"
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
