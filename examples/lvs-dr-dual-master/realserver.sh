#!/bin/sh
# A real server's side of LVS-DR, done right: it accepts packets for the virtual addresses but never says
# by ARP that it has them, so that every client's packets go to the director first.
#
#   realserver.sh start|stop|check [VIP...]        (as root; default: both VIPs of this example)
#
# start  silences ARP first and then puts each VIP on lo as a /32; twice is the same as once
# stop   takes the VIPs away and puts the kernel parameters back as start found them
# check  says what stands and what does not; exit status 0 when everything stands, 1 when not
#
# The mistake to avoid: `echo 1> /proc/sys/net/ipv4/conf/all/arp_ignore` as published. A shell reads
# "1>" as "redirect descriptor 1", so an EMPTY line is written, the parameter stays 0, the real
# server answers ARP for the VIP and the clients go past the director. A blank makes the difference:
# `echo 1 > ...`. `check` finds it.
set -eu

action=${1:-}
if [ $# -gt 0 ]; then shift; fi
if [ $# -eq 0 ]; then set -- 172.18.200.6 172.18.200.5; fi

# parameter and the value it needs: arp_ignore 1 = answer only for addresses of the interface asked on,
# arp_announce 2 = never use a VIP as the sender of our own ARP questions. The kernel takes the larger of
# `all` and the interface's own value, so `all` alone covers every card; lo is set for plainness.
PARAMETERS='
net/ipv4/conf/all/arp_ignore 1
net/ipv4/conf/lo/arp_ignore 1
net/ipv4/conf/all/arp_announce 2
net/ipv4/conf/lo/arp_announce 2
'
SAVED=/run/vipd-realserver.saved

each_parameter() {
  printf '%s\n' "$PARAMETERS" | while read -r parameter value; do
    if [ -n "$parameter" ]; then "$1" "$parameter" "$value"; fi
  done
}

save() { echo "$1 $(cat "/proc/sys/$1")"; }
set_parameter() { echo "$2" >"/proc/sys/$1"; }

has_address() { ip -4 -o addr show dev lo | grep -qF " $1/32 "; }

start() {
  if [ ! -e "$SAVED" ]; then each_parameter save >"$SAVED"; fi
  each_parameter set_parameter
  ip link set lo up
  for vip in "$@"; do
    has_address "$vip" || ip addr add "$vip/32" dev lo
  done
}

stop() {
  for vip in "$@"; do
    if has_address "$vip"; then ip addr del "$vip/32" dev lo; fi
  done
  if [ -e "$SAVED" ]; then
    while read -r parameter value; do set_parameter "$parameter" "$value"; done <"$SAVED"
    rm -f "$SAVED"
  fi
}

# Prints one line for what stands ("ok") or does not ("WRONG").
verdict() {
  if [ "$1" = "$2" ]; then echo "ok     $3 is $1"; else echo "WRONG  $3 is $1, must be $2"; fi
}
check_parameter() { verdict "$(cat "/proc/sys/$1")" "$2" "$1"; }

check() {
  report=$(
    each_parameter check_parameter
    for vip in "$@"; do
      if has_address "$vip"; then found=present; else found=absent; fi
      verdict "$found" present "$vip/32 on lo"
    done
  )
  printf '%s\n' "$report"
  case $report in *WRONG*) return 1 ;; esac
}

case $action in
  start) start "$@" ;;
  stop) stop "$@" ;;
  check) check "$@" ;;
  *)
    echo "usage: $0 start|stop|check [VIP...]" >&2
    exit 2
    ;;
esac
