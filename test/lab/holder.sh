# The first process of a lab node (bash, PID 1 of the node's PID namespace; netns.ts starts it with
# unshare). It makes the node's private places, says its own number as the outside sees it, and then
# reads its standard input until that ends. The input is a pipe whose other end only the test
# holds, so the node, with all that runs in it, ends with the test however that ends.
# bash, because it reaps orphans while it reads; a zombie would count as a running daemon.
#
# usage: bash holder.sh NODE-FOLDER HOSTNAME LAB-TAG (the tag is there to be seen in ps)
set -eu
folder=$1

# Read before /proc is our own: the number in the namespace of whoever mounted it.
read -r outside_pid _ </proc/self/stat
hostname "$2"
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/lock

# The node's own configuration folder. Where the machine has none, /etc becomes a copy that has.
mkdir -p "$folder/keepalived"
if [ ! -d /etc/keepalived ]; then
  mkdir -p "$folder/etc"
  cp -a /etc/. "$folder/etc/" 2>/dev/null || :
  mkdir -p "$folder/etc/keepalived"
  mount --bind "$folder/etc" /etc
fi
mount --bind "$folder/keepalived" /etc/keepalived

echo "ready $outside_pid"
while read -r _; do :; done
