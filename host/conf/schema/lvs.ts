// Keywords of virtual servers, real servers and what belongs to them:
// name, arguments, tier, what it changes (see rows.ts).
// This module is browser safe.

import type { KeywordRows as Rows } from "./rows.ts";

const VIRTUAL_SERVER: Rows = [
  ["delay_loop", "DSECS", 1, "traffic"],
  ["lb_algo", "SCHED", 1, "traffic"],
  ["lvs_sched", "SCHED", 1, "traffic"],
  ["lb_kind", "NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]", 1, "traffic"],
  ["lvs_method", "as lb_kind", 1, "traffic"],
  ["hashed", "-", 4, "nothing"],
  ["ops", "-", 3, "traffic"],
  ["flag-1", "-", 4, "traffic"],
  ["flag-2", "-", 4, "traffic"],
  ["flag-3", "-", 4, "traffic"],
  ["sh-fallback", "-", 3, "traffic"],
  ["sh-port", "-", 3, "traffic"],
  ["mh-fallback", "-", 3, "traffic"],
  ["mh-port", "-", 3, "traffic"],
  ["protocol", "TCP|UDP|SCTP", 1, "traffic"],
  ["persistence_timeout", "[SECS]", 1, "traffic"],
  ["persistence_granularity", "NETMASK|LEN", 2, "traffic"],
  ["persistence_engine", "NAME", 3, "traffic"],
  ["ip_family", "inet|inet6", 3, "traffic"],
  ["virtualhost", "HOST", 2, "traffic"],
  ["snmp_name", "TEXT", 4, "nothing"],
  ["ha_suspend", "-", 2, "traffic"],
  ["alpha", "-", 2, "traffic"],
  ["omega", "-", 2, "nothing"],
  ["inhibit_on_failure", "-", 2, "traffic"],
  ["quorum", "WEIGHT", 2, "traffic"],
  ["hysteresis", "WEIGHT", 2, "traffic"],
  ["quorum_up", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["quorum_down", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["weight", "NUM", 2, "traffic"],
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["connect_timeout", "DSECS", 2, "traffic"],
  ["smtp_alert", "[BOOL]", 2, "nothing"],
  ["sorry_server", "IP [PORT]", 1, "traffic"],
  ["sorry_server_inhibit", "-", 3, "traffic"],
  ["sorry_server_lvs_method", "as lb_kind", 3, "traffic"],
  ["real_server", "IP [PORT] { }", 1, "traffic"],
];

const VIRTUAL_SERVER_REAL_SERVER: Rows = [
  ["weight", "NUM", 1, "traffic"],
  ["lvs_method", "as lb_kind", 2, "traffic"],
  ["uthreshold", "COUNT", 3, "traffic"],
  ["lthreshold", "COUNT", 3, "traffic"],
  ["inhibit_on_failure", "[BOOL]", 1, "traffic"],
  ["notify_up", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["notify_down", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["retry", "COUNT", 3, "traffic"],
  ["delay_before_retry", "DSECS", 3, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["connect_timeout", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 3, "traffic"],
  ["smtp_alert", "[BOOL]", 2, "nothing"],
  ["virtualhost", "HOST", 2, "traffic"],
  ["snmp_name", "TEXT", 4, "nothing"],
  ["HTTP_GET", "{ }", 1, "traffic"],
  ["SSL_GET", "{ }", 1, "traffic"],
  ["TCP_CHECK", "{ }", 1, "traffic"],
  ["UDP_CHECK", "{ }", 2, "traffic"],
  ["PING_CHECK", "{ }", 2, "traffic"],
  ["SMTP_CHECK", "{ }", 2, "traffic"],
  ["DNS_CHECK", "{ }", 2, "traffic"],
  ["MISC_CHECK", "{ }", 1, "traffic"],
  ["BFD_CHECK", "{ }", 3, "traffic"],
  ["FILE_CHECK", "{ }", 3, "traffic"],
];

const VIRTUAL_SERVER_GROUP: Rows = [
  ["<ADDR>", "IP [PORT]", 2, "traffic"],
  ["<RANGE>", "IP-LASTBYTE [PORT] | IP-IP [PORT]", 2, "traffic"],
  ["<CIDR>", "IP/LEN [PORT]", 3, "traffic"],
  ["fwmark", "MARK [inet|inet6]", 3, "traffic"],
];

const SSL: Rows = [
  ["password", "TEXT", 3, "traffic"],
  ["ca", "PATH", 3, "traffic"],
  ["certificate", "PATH", 3, "traffic"],
  ["key", "PATH", 3, "traffic"],
];

/** Rows of these blocks, by block. */
export const LVS_KEYWORDS: Record<string, Rows> = {
  "virtual_server": VIRTUAL_SERVER,
  "virtual_server.real_server": VIRTUAL_SERVER_REAL_SERVER,
  "virtual_server_group": VIRTUAL_SERVER_GROUP,
  "SSL": SSL,
};
