// Keywords of VRRP blocks:
// name, arguments, tier, what it changes (see rows.ts).
// This module is browser safe.

import type { KeywordRows as Rows } from "./rows.ts";

const VRRP_INSTANCE: Rows = [
  ["state", "MASTER|BACKUP", 1, "master"],
  ["interface", "IF", 1, "packets"],
  ["virtual_router_id", "VRID", 1, "packets"],
  ["priority", "PRIO", 1, "master"],
  ["advert_int", "DSECS", 1, "packets"],
  ["version", "2|3", 2, "packets"],
  ["authentication", "{ }", 1, "packets"],
  ["auth_hmac", "{ }", 4, "packets"],
  ["virtual_ipaddress", "{ ADDRESS_LINE... }", 1, "packets"],
  ["virtual_ipaddress_excluded", "{ ADDRESS_LINE... }", 2, "traffic"],
  ["no_virtual_ipaddress", "-", 4, "packets"],
  ["virtual_routes", "{ ROUTE_LINE... }", 2, "traffic"],
  ["virtual_rules", "{ RULE_LINE... }", 3, "traffic"],
  ["track_interface", "{ TRACK_LINE... }", 1, "master"],
  ["track_script", "{ TRACK_LINE... }", 1, "master"],
  ["track_file", "{ TRACK_LINE... }", 2, "master"],
  ["track_process", "{ TRACK_LINE... }", 2, "master"],
  ["track_bfd", "{ BFD_NAME... }", 3, "master"],
  ["track_src_ip", "-", 3, "master"],
  ["dont_track_primary", "-", 2, "master"],
  ["unicast_peer", "{ IP [min_ttl N] [max_ttl N] ... }", 2, "packets"],
  ["unicast_src_ip", "IP", 2, "packets"],
  ["mcast_src_ip", "IP", 2, "packets"],
  ["mcast_dst_ip", "IP", 3, "packets"],
  ["unicast_ttl", "TTL", 3, "packets"],
  ["check_unicast_src", "-", 3, "master"],
  ["unicast_fault_no_peer", "-", 4, "master"],
  ["old_unicast_checksum", "[never]", 4, "packets"],
  ["v3_checksum_as_v2", "[BOOL]", 4, "packets"],
  ["native_ipv6", "-", 3, "packets"],
  ["use_vmac", "[[name] IF] [MAC] [netlink_notify_msg] [group N]", 2, "packets"],
  ["use_vmac_addr", "-", 4, "packets"],
  ["vmac_xmit_base", "-", 3, "packets"],
  ["use_ipvlan", "[[name] IF] [ADDR[/LEN]] [bridge|private|vepa] [group N]", 4, "packets"],
  ["vrf", "VRF_IF", 4, "packets"],
  ["accept", "-", 3, "traffic"],
  ["no_accept", "-", 3, "traffic"],
  ["skip_check_adv_addr", "[BOOL]", 3, "master"],
  ["strict_mode", "[BOOL]", 3, "packets"],
  ["preempt", "-", 3, "master"],
  ["nopreempt", "-", 1, "master"],
  ["preempt_delay", "DSECS", 1, "master"],
  ["debug", "LEVEL", 4, "nothing"],
  ["notify_master", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_backup", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_fault", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_stop", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["notify_deleted", "[SCRIPT [USER [GROUP]]]", 3, "nothing"],
  ["notify", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_master_rx_lower_pri", "SCRIPT [USER [GROUP]]", 3, "nothing"],
  ["notify_priority_changes", "[BOOL]", 3, "nothing"],
  ["smtp_alert", "[BOOL]", 1, "nothing"],
  ["lvs_sync_daemon_interface", "IF", 4, "packets"],
  ["garp_master_delay", "SECS", 1, "packets"],
  ["garp_master_repeat", "COUNT", 2, "packets"],
  ["garp_master_refresh", "SECS", 2, "packets"],
  ["garp_master_refresh_repeat", "COUNT", 3, "packets"],
  ["garp_lower_prio_delay", "SECS", 3, "packets"],
  ["garp_lower_prio_repeat", "COUNT", 3, "packets"],
  ["garp_extra_if", "[all] SECS", 4, "packets"],
  ["vmac_garp_intvl", "[all] SECS", 4, "packets"],
  ["down_timer_adverts", "COUNT", 3, "master"],
  ["timer_expired_backup", "[PRIO]", 4, "master"],
  ["thread_timer_expired", "[PRIO]", 4, "master"],
  ["lower_prio_no_advert", "[BOOL]", 3, "packets"],
  ["higher_prio_send_advert", "[BOOL]", 3, "packets"],
  ["owner_ignore_adverts", "[BOOL]", 4, "master"],
  ["kernel_rx_buf_size", "BYTES", 4, "nothing"],
  ["promote_secondaries", "-", 3, "nothing"],
  ["linkbeat_use_polling", "-", 4, "master"],
];

const VRRP_INSTANCE_AUTHENTICATION: Rows = [
  ["auth_type", "PASS|AH", 1, "packets"],
  ["auth_pass", "TEXT", 1, "packets"],
];

const VRRP_INSTANCE_AUTH_HMAC: Rows = [
  ["key", "ID ASCII|hex:HEX|file:PATH", 4, "packets"],
  ["active_key", "ID", 4, "packets"],
  ["time_window", "SECS", 4, "packets"],
  ["anti_replay", "time|monotonic", 4, "packets"],
  ["mode", "enforce|permissive|receive-only", 4, "packets"],
];

const VRRP_INSTANCE_TRACK_INTERFACE: Rows = [
  ["<IF>", "IF [weight W [reverse]]", 1, "master"],
  ["weight", "INT", 1, "master"],
  ["reverse", "-", 3, "master"],
];

const VRRP_INSTANCE_TRACK_SCRIPT: Rows = [
  ["<NAME>", "NAME [weight W [reverse|noreverse]]", 1, "master"],
  ["weight", "INT", 1, "master"],
  ["reverse", "-", 3, "master"],
  ["noreverse", "-", 4, "master"],
];

const VRRP_INSTANCE_TRACK_FILE: Rows = [
  ["<NAME>", "NAME [weight W [reverse|noreverse]]", 2, "master"],
  ["weight", "INT", 2, "master"],
  ["reverse", "-", 3, "master"],
  ["noreverse", "-", 4, "master"],
];

const VRRP_INSTANCE_TRACK_PROCESS: Rows = [
  ["<NAME>", "NAME [weight W [reverse|noreverse]]", 2, "master"],
  ["weight", "INT", 2, "master"],
  ["reverse", "-", 3, "master"],
  ["noreverse", "-", 4, "master"],
];

const VRRP_INSTANCE_TRACK_BFD: Rows = [
  ["<NAME>", "NAME [weight W [reverse|noreverse]]", 3, "master"],
  ["weight", "INT", 3, "master"],
  ["reverse", "-", 4, "master"],
  ["noreverse", "-", 4, "master"],
];

const VRRP_INSTANCE_UNICAST_PEER: Rows = [
  ["<IP>", "IP [min_ttl N] [max_ttl N]", 2, "packets"],
  ["min_ttl", "TTL", 4, "packets"],
  ["max_ttl", "TTL", 4, "packets"],
];

const VRRP_SYNC_GROUP: Rows = [
  ["group", "{ VRRP_NAME ... }", 1, "master"],
  ["track_interface", "{ TRACK_LINE... }", 2, "master"],
  ["track_script", "{ TRACK_LINE... }", 2, "master"],
  ["track_file", "{ TRACK_LINE... }", 3, "master"],
  ["track_process", "{ TRACK_LINE... }", 3, "master"],
  ["track_bfd", "{ BFD_NAME... }", 3, "master"],
  ["notify_master", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_backup", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_fault", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["notify_stop", "SCRIPT [USER [GROUP]]", 2, "nothing"],
  ["notify", "SCRIPT [USER [GROUP]]", 1, "nothing"],
  ["smtp_alert", "[BOOL]", 2, "nothing"],
  ["global_tracking", "-", 4, "nothing"],
  ["sync_group_tracking_weight", "-", 3, "master"],
  ["notify_priority_changes", "[BOOL]", 4, "nothing"],
];

const VRRP_SCRIPT: Rows = [
  ["script", "SCRIPT", 1, "master"],
  ["interval", "DSECS", 1, "master"],
  ["timeout", "DSECS", 2, "master"],
  ["weight", "INT [reverse]", 1, "master"],
  ["rise", "COUNT", 1, "master"],
  ["fall", "COUNT", 1, "master"],
  ["user", "USER [GROUP]", 2, "nothing"],
  ["init_fail", "-", 3, "master"],
];

const VRRP_TRACK_PROCESS: Rows = [
  ["process", "CMD [PARAM...]", 2, "master"],
  ["param_match", "[initial|partial]", 3, "master"],
  ["weight", "INT [reverse]", 2, "master"],
  ["quorum", "COUNT", 2, "master"],
  ["quorum_max", "COUNT", 3, "master"],
  ["delay", "DSECS", 3, "master"],
  ["terminate_delay", "DSECS", 3, "master"],
  ["fork_delay", "DSECS", 3, "master"],
  ["full_command", "-", 3, "master"],
];

const TRACK_FILE: Rows = [
  ["file", "PATH", 2, "master"],
  ["weight", "INT [reverse]", 2, "master"],
  ["init_file", "[VALUE] [overwrite]", 3, "master"],
];

const VRRP_TRACK_FILE: Rows = [
  ["file", "PATH", 4, "master"],
  ["weight", "INT [reverse]", 4, "master"],
  ["init_file", "[VALUE] [overwrite]", 4, "master"],
];

const TRACK_GROUP: Rows = [
  ["group", "{ VRRP_NAME ... }", 4, "master"],
];

const GARP_GROUP: Rows = [
  ["garp_interval", "DSECS", 3, "nothing"],
  ["gna_interval", "DSECS", 3, "nothing"],
  ["interface", "IF", 3, "nothing"],
  ["interfaces", "{ IF ... }", 3, "nothing"],
];

const BFD_INSTANCE: Rows = [
  ["neighbor_ip", "IP", 3, "master"],
  ["neighbour_ip", "IP", 3, "master"],
  ["source_ip", "IP", 3, "master"],
  ["min_rx", "MSECS", 3, "master"],
  ["min_tx", "MSECS", 3, "master"],
  ["idle_tx", "MSECS", 3, "master"],
  ["multiplier", "COUNT", 3, "master"],
  ["passive", "-", 4, "master"],
  ["ttl", "TTL", 4, "master"],
  ["hoplimit", "TTL", 4, "master"],
  ["max_hops", "COUNT", 4, "master"],
  ["multihop", "[BOOL]", 4, "master"],
  ["weight", "INT [reverse]", 3, "master"],
  ["vrrp", "-", 4, "master"],
  ["checker", "-", 4, "master"],
];

/** Rows of these blocks, by block. */
export const VRRP_KEYWORDS: Record<string, Rows> = {
  "vrrp_instance": VRRP_INSTANCE,
  "vrrp_instance.authentication": VRRP_INSTANCE_AUTHENTICATION,
  "vrrp_instance.auth_hmac": VRRP_INSTANCE_AUTH_HMAC,
  "vrrp_instance.track_interface": VRRP_INSTANCE_TRACK_INTERFACE,
  "vrrp_instance.track_script": VRRP_INSTANCE_TRACK_SCRIPT,
  "vrrp_instance.track_file": VRRP_INSTANCE_TRACK_FILE,
  "vrrp_instance.track_process": VRRP_INSTANCE_TRACK_PROCESS,
  "vrrp_instance.track_bfd": VRRP_INSTANCE_TRACK_BFD,
  "vrrp_instance.unicast_peer": VRRP_INSTANCE_UNICAST_PEER,
  "vrrp_sync_group": VRRP_SYNC_GROUP,
  "vrrp_script": VRRP_SCRIPT,
  "vrrp_track_process": VRRP_TRACK_PROCESS,
  "track_file": TRACK_FILE,
  "vrrp_track_file": VRRP_TRACK_FILE,
  "track_group": TRACK_GROUP,
  "garp_group": GARP_GROUP,
  "bfd_instance": BFD_INSTANCE,
};
