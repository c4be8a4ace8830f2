// What the keywords that vipd has mean, in a line each: for an editor's help and for documents. Defaults and
// ranges that are values stand as they are written in a file (meanings_test.ts tries them); others in words.
// This module is browser safe.

/** One keyword in words. */
export interface Meaning {
  /** What it does: a line without a full stop. */
  meaning: string;
  /** What holds where it is not written; "" = nothing does. */
  default: string;
  /** `1 to 255`, or in words; "" = its arguments say all. */
  range: string;
}

/** meaning, default, range. */
type Rows = Record<string, [meaning: string, byDefault?: string, range?: string]>;

/** Seconds that keepalived takes. */
const SECONDS = "0 to 4294";
const U32 = "0 to 4294967295";
const I32 = "0 to 2147483647";

const notify = (whose: string): Rows => ({
  notify_master: [`command that is run when ${whose} becomes MASTER`],
  notify_backup: [`command that is run when ${whose} becomes BACKUP`],
  notify_fault: [`command that is run when ${whose} becomes FAULT`],
  notify_stop: [`command that is run for ${whose} when the daemon stops`],
  notify: [
    `command that is run at every change of ${whose}; behind its own arguments it gets ` +
    "INSTANCE or GROUP, the name, the state and the priority",
  ],
});

const garp = (prefix: string, own: string): Rows => ({
  [`${prefix}garp_master_delay`]: [
    `seconds from becoming MASTER to the second burst of gratuitous ARP${own}; 0: no second burst`,
    prefix === "" ? "vrrp_garp_master_delay" : "5",
    SECONDS,
  ],
  [`${prefix}garp_master_repeat`]: [
    `messages for each address in a burst of a new MASTER${own}; 0 counts as 1`,
    prefix === "" ? "vrrp_garp_master_repeat" : "5",
    U32,
  ],
  [`${prefix}garp_master_refresh`]: [
    `seconds between bursts while MASTER${own}; 0: none`,
    prefix === "" ? "vrrp_garp_master_refresh" : "0",
    U32,
  ],
  [`${prefix}garp_master_refresh_repeat`]: [
    `messages for each address in a refreshing burst${own}; 0 counts as 1`,
    prefix === "" ? "vrrp_garp_master_refresh_repeat" : "1",
    U32,
  ],
  [`${prefix}garp_lower_prio_delay`]: [
    `seconds to the second burst after a MASTER heard an advert of lower priority${own}`,
    `${prefix}garp_master_delay`,
    SECONDS,
  ],
  [`${prefix}garp_lower_prio_repeat`]: [
    `messages for each address after a MASTER heard an advert of lower priority${own}; 0: none`,
    `${prefix}garp_master_repeat`,
    I32,
  ],
});

const ROOT: Rows = {
  global_defs: ["settings of the whole daemon; several blocks are one"],
  vrrp_sync_group: ["instances that change their state together", "", "a name of its own"],
  vrrp_instance: [
    "one virtual router: addresses that one of its routers holds",
    "",
    "a name of its own",
  ],
  vrrp_script: ["command that is run again and again, for track_script", "", "a name of its own"],
  virtual_server: [
    "one service that is balanced over real servers; port 0: every port of the address",
    "",
    "port 0 to 65535, mark 1 to 4294967295",
  ],
  vipd: ["what only vipd knows"],
};

const GLOBAL_DEFS: Rows = {
  router_id: ["name of this machine in mails", "name of the host"],
  notification_email: ["who gets mails about changes"],
  notification_email_from: ["sender of mails", "USER@HOST of the daemon"],
  smtp_server: [
    "mail server; without it no mail is sent",
    "",
    "port 1 to 65535, or a service name",
  ],
  smtp_connect_timeout: ["seconds to wait for the mail server; 0 counts as 1", "30", SECONDS],
  smtp_helo_name: ["name that is told to the mail server", "name of the host"],
  smtp_alert: ["every smtp_alert that is not written"],
  smtp_alert_vrrp: ["smtp_alert of instances and groups where it is not written", "smtp_alert"],
  smtp_alert_checker: ["smtp_alert of services and servers where it is not written", "smtp_alert"],
  vrrp_mcast_group4: ["group to which IPv4 adverts go", "224.0.0.18", "a multicast address"],
  vrrp_mcast_group6: ["group to which IPv6 adverts go", "ff02::12", "a multicast address"],
  ...garp("vrrp_", ""),
  vrrp_down_timer_adverts: [
    "adverts that a BACKUP misses before it takes over",
    "3",
    "1 to 100",
  ],
  vrrp_min_garp: ["one message for each address, no second burst, no refresh", "off"],
  vrrp_lower_prio_no_advert: [
    "a MASTER does not answer adverts of lower priority with one of its own at once",
    "off",
  ],
  vrrp_higher_prio_send_advert: [
    "a MASTER that yields to a higher priority sends one more advert",
    "off",
  ],
  vrrp_version: ["version of the protocol; IPv6 always has 3", "2", "2 to 3"],
  vrrp_skip_check_adv_addr: [
    "the addresses of adverts are not compared again while the sender stays the same",
    "off",
  ],
  script_user: [
    "account that scripts run as where none is written",
    "keepalived_script if there is one, else root",
  ],
  enable_script_security: ["scripts of root are not run when others could change them", "off"],
};

const VRRP_INSTANCE: Rows = {
  state: ["what it begins with; who stays MASTER is decided by the priorities", "BACKUP"],
  interface: ["where its adverts go, and its addresses if they name no other", "must be written"],
  virtual_router_id: [
    "number of the virtual router: the same on its routers, no other's on the segment",
    "must be written",
    "1 to 255",
  ],
  priority: [
    "the highest is MASTER; 255: owner of the addresses",
    "100, with state MASTER 255",
    "1 to 255",
  ],
  advert_int: [
    "seconds between adverts; version 2 has whole ones, version 3 steps of 0.01 up to 40.95",
    "1",
    "0.01 to 255",
  ],
  version: ["version of the protocol; IPv6 always has 3", "vrrp_version", "2 to 3"],
  authentication: ["password of version 2; it goes over the wire in clear"],
  virtual_ipaddress: ["addresses of the virtual router, as adverts carry them"],
  virtual_ipaddress_excluded: ["addresses that the MASTER holds and adverts do not carry"],
  track_interface: ["other interfaces on which its state or priority depends"],
  track_script: ["scripts on which its state or priority depends"],
  dont_track_primary: ["the state of its own interface does not matter", "off"],
  mcast_src_ip: ["source of its adverts", "first address of the interface"],
  mcast_dst_ip: [
    "group to which its adverts go",
    "vrrp_mcast_group4, vrrp_mcast_group6",
    "a multicast address",
  ],
  accept: ["packets to the addresses are answered", "on"],
  skip_check_adv_addr: [
    "the addresses of adverts are not compared again while the sender stays the same",
    "vrrp_skip_check_adv_addr",
  ],
  preempt: ["takes back what nopreempt said", "on"],
  nopreempt: [
    "a BACKUP of higher priority leaves a MASTER that runs alone",
    "off",
    "not with state MASTER or priority 255",
  ],
  preempt_delay: [
    "seconds before a BACKUP takes over from a MASTER of lower priority",
    "0",
    "0 to 1000",
  ],
  ...notify("the instance"),
  smtp_alert: ["mail at every change", "smtp_alert_vrrp, smtp_alert, off"],
  ...garp("", " of this instance"),
  down_timer_adverts: [
    "adverts that it misses as BACKUP before it takes over",
    "vrrp_down_timer_adverts",
    "1 to 100",
  ],
  lower_prio_no_advert: [
    "as MASTER it does not answer adverts of lower priority with one of its own at once",
    "vrrp_lower_prio_no_advert",
  ],
  higher_prio_send_advert: [
    "as MASTER that yields to a higher priority it sends one more advert",
    "vrrp_higher_prio_send_advert",
  ],
};

const AUTHENTICATION: Rows = {
  auth_type: ["PASS: a password in clear; AH is not supported"],
  auth_pass: ["the password: the same on all routers, of which 8 bytes are sent"],
};

const track = (name: string, what: string): Rows => ({
  [name]: [what],
  weight: [
    "what is added to the priority: above 0 while it is well, below 0 while it is not; 0: FAULT",
    name === "<IF>" ? "0" : "that of the script",
    "-253 to 253",
  ],
  reverse: ["well and not well change places", "off"],
});

const VRRP_SYNC_GROUP: Rows = {
  group: ["names of its instances", "must be written"],
  track_interface: ["interfaces on which all its instances depend"],
  track_script: ["scripts on which all its instances depend"],
  ...notify("the group"),
  smtp_alert: ["mail at every change", "smtp_alert_vrrp, smtp_alert, off"],
  sync_group_tracking_weight: ["what is tracked may have weights in this group", "off"],
};

const VRRP_SCRIPT: Rows = {
  script: ["the command; exit status 0 is well", "must be written"],
  interval: ["seconds between its runs; 0 counts as 1", "1", SECONDS],
  timeout: ["seconds after which a run is ended and has failed", "interval", SECONDS],
  weight: [
    "what it adds to the priority: above 0 while it succeeds, below 0 while it fails; 0: FAULT",
    "0",
    "-253 to 253",
  ],
  rise: ["successes in a row until it is well", "1", "1 to 2147483647"],
  fall: ["failures in a row until it is not", "1", "1 to 2147483647"],
  user: ["account that it runs as", "script_user"],
};

const ADDRESS_LINE: Rows = {
  "<ADDRESS>": ["an address, and its length if it is no host's", "length 32, IPv6 128"],
  dev: ["interface that gets the address", "interface of the instance"],
  scope: [
    "how far the address reaches; IPv4 only",
    "global",
    "0 to 255, or host, link, site, global",
  ],
  label: ["name under which tools list the address; IPv4 only", "", "at most 15 characters"],
};

/** Values of checks, where a service or server gives them to the checkers inside. */
const checkDefaults = (from: string): Rows => ({
  delay_loop: ["seconds between checks", from === "" ? "60" : from, "0.000001 to 4294967295"],
  retry: ["further tries before a check has failed", from || "that of each checker", I32],
  delay_before_retry: ["seconds between tries", from || "that of each checker", SECONDS],
  warmup: [
    "the first check comes at random within so many seconds",
    from || "delay_loop",
    SECONDS,
  ],
  connect_timeout: ["seconds to wait for a connection", from || "5", "0.000001 to 4294"],
  virtualhost: ["host name that HTTP checks ask for", from || "address and port"],
});

const VIRTUAL_SERVER: Rows = {
  ...checkDefaults(""),
  lb_algo: ["how a server is chosen for a connection", "wlc"],
  lvs_sched: ["lb_algo by its other name", "wlc"],
  lb_kind: ["how packets come to the servers: rewritten, to their MAC address, in a tunnel", "NAT"],
  lvs_method: ["lb_kind by its other name", "NAT"],
  hashed: ["nothing: it is so anyway"],
  protocol: ["what the service speaks", "UDP"],
  persistence_timeout: [
    "seconds for which a client stays with its server; without a number 360",
    "no persistence",
    "1 to 2678400",
  ],
  persistence_granularity: [
    "clients of one network count as one",
    "32, IPv6 128",
    "a netmask, IPv6 1 to 128",
  ],
  ip_family: ["family of a service by mark", "that of its servers"],
  alpha: ["servers are down until a check says otherwise", "off"],
  inhibit_on_failure: ["a server that fails keeps its place with weight 0", "off"],
  quorum: ["weight of servers that must be up", "1", "1 to 2147483647"],
  hysteresis: [
    "how far beyond the quorum the weight must go to regain or lose it",
    "0",
    "below quorum",
  ],
  weight: ["weight of servers where it is not written", "1", "1 to 2147483647"],
  smtp_alert: ["mail when the quorum changes", "smtp_alert_checker, smtp_alert, off"],
  sorry_server: ["who serves while the quorum is lost", "", "port 1 to 65535"],
  sorry_server_lvs_method: ["how packets come to the sorry server", "lb_kind"],
  real_server: ["one server", "port of the service"],
};

const REAL_SERVER: Rows = {
  ...checkDefaults("that of the service"),
  weight: ["its share; 0: no new connections", "that of the service", I32],
  lvs_method: ["how packets come to it", "lb_kind of the service"],
  inhibit_on_failure: ["when it fails it keeps its place with weight 0", "that of the service"],
  alpha: ["it is down until a check says otherwise", "that of the service"],
  smtp_alert: ["mail when it goes up or down", "smtp_alert_checker, smtp_alert, on"],
  HTTP_GET: ["asks for pages and looks at status or content"],
  SSL_GET: ["HTTP_GET over TLS"],
  TCP_CHECK: ["connects"],
  MISC_CHECK: ["runs a command; exit status 0 is up"],
};

/** Values of a checker's own, with its defaults for retry and the pause before it. */
const checkTimes = (retry: string, pause: string): Rows => ({
  retry: ["further tries before it has failed", `that of the server or service, ${retry}`, I32],
  delay_before_retry: ["seconds between tries", `that of the server or service, ${pause}`, SECONDS],
  warmup: ["the first check comes at random within so many seconds", "delay_loop", SECONDS],
  delay_loop: [
    "seconds between checks",
    "that of the server or service, 60",
    "0.000001 to 4294967295",
  ],
});

const connect = (retry: string, pause: string): Rows => ({
  ...checkTimes(retry, pause),
  connect_ip: ["address to connect to", "that of the server"],
  connect_port: ["port to connect to", "that of the server", "1 to 65535"],
  connect_timeout: [
    "seconds to wait for a connection and for each piece of an answer",
    "that of the server or service, 5",
    "0.000001 to 4294",
  ],
});

const HTTP_GET: Rows = {
  ...connect("1", "3"),
  nb_get_retry: ["retry by its old name", "", I32],
  virtualhost: ["host name that is asked for", "that of the server or service"],
  url: ["one page, and what is expected of it", "must be written"],
  enable_sni: ["nothing: there is no TLS"],
  sni_name: ["nothing: there is no TLS"],
};

const SSL_GET: Rows = {
  ...HTTP_GET,
  enable_sni: ["the name is sent in the TLS handshake", "off"],
  sni_name: ["name that is sent in the TLS handshake", "virtualhost"],
};

const URL_ROWS: Rows = {
  path: ["what is asked for", "must be written", "it begins with /"],
  digest: ["MD5 of the content", "", "32 hexadecimal digits"],
  status_code: ["status codes that are well", "200-299", "100 to 599"],
  virtualhost: ["host name that is asked for", "that of the check, server or service"],
};

const MISC_CHECK: Rows = {
  ...checkTimes("0", "1"),
  misc_path: ["the command", "must be written"],
  misc_timeout: ["seconds after which it is ended and has failed", "delay_loop", SECONDS],
  misc_dynamic: ["an exit status of 2 to 255 sets the weight to it less 2", "off"],
  user: ["account that it runs as", "script_user"],
};

const VIPD: Rows = {
  lease: ["the kernel removes an address when the daemon that renews it is gone", "on"],
  director: ["who forwards packets of services: IPVS of the kernel or vipd itself", "auto"],
  shell_scripts: ["a script that needs a shell gets one", "on"],
  web: ["serves the page and lets it follow the daemon", "not served"],
};

const WEB: Rows = {
  listen: ["where it is served", "127.0.0.1 8112", "port 1 to 65535"],
  token: [
    "who may follow the daemon: a name for the log, and a secret",
    "nobody may",
    "a secret of 16 to 256 characters",
  ],
  allow_origin: ["a page of another server that may connect", "the daemon's own page"],
};

const SERVER = "virtual_server.real_server";

/** By block of the keyword table. */
const MEANINGS: Record<string, Rows> = {
  ROOT,
  "vipd.conf": { vipd: ROOT.vipd! },
  global_defs: GLOBAL_DEFS,
  vrrp_instance: VRRP_INSTANCE,
  "vrrp_instance.authentication": AUTHENTICATION,
  "vrrp_instance.track_interface": track("<IF>", "an interface"),
  "vrrp_instance.track_script": {
    ...track("<NAME>", "name of a vrrp_script"),
    noreverse: ["takes back the reverse of the script"],
  },
  vrrp_sync_group: VRRP_SYNC_GROUP,
  vrrp_script: VRRP_SCRIPT,
  address_line: ADDRESS_LINE,
  virtual_server: VIRTUAL_SERVER,
  [SERVER]: REAL_SERVER,
  [`${SERVER}.TCP_CHECK`]: connect("1", "1"),
  [`${SERVER}.HTTP_GET`]: HTTP_GET,
  [`${SERVER}.HTTP_GET.url`]: URL_ROWS,
  [`${SERVER}.SSL_GET`]: SSL_GET,
  [`${SERVER}.SSL_GET.url`]: URL_ROWS,
  [`${SERVER}.MISC_CHECK`]: MISC_CHECK,
  vipd: VIPD,
  "vipd.web": WEB,
};

/** What a keyword of a block means; null for those that vipd does not have. */
export function meaningOf(block: string, keyword: string): Meaning | null {
  const rows = Object.hasOwn(MEANINGS, block) ? MEANINGS[block]! : {};
  if (!Object.hasOwn(rows, keyword)) return null;
  const [meaning, byDefault = "", range = ""] = rows[keyword]!;
  return { meaning, default: byDefault, range };
}
