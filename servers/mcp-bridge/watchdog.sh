#!/bin/sh
# watchdog.sh
#
# Kills process groups when its owner is gone, however the owner ended. The owner writes "+ GROUP" when a group starts and "- GROUP" when
# it has ended, and holds the other end of standard input open.

trap '' INT TERM HUP
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -)
      case $groups in
        *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
      esac
      ;;
  esac
done
for group in $groups; do
  kill -s KILL -- "-$group" 2>/dev/null
done
