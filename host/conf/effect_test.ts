// What each keyword of tier 1, and each other one that vipd has, does to the model.

import { describe, expect, it } from "vitest";
import { supportedKeywords } from "./coverage.ts";
import type { Config, HttpCheck, MiscCheck, TcpCheck } from "./model.ts";
import { keywordTable } from "./schema/keywords.ts";
import { config, instance, service } from "./test_support.ts";

type Look = (model: Config) => unknown;

/** Block and keyword, a configuration with it, where to look, what to find. */
type Sample = [keyword: string, text: string, look: Look, value: unknown];

const S = 1_000_000;
const first: Look = ({ instances }) => instances[0];
const vip = ({ instances }: Config) => instances[0]!.vips[0]!;
const script = ({ scripts }: Config) => scripts[0]!;
const group = ({ groups }: Config) => groups[0]!;
const vs = ({ virtualServers }: Config) => virtualServers[0]!;
const rs = (model: Config) => vs(model).realServers[0]!;
const tcp = (model: Config) => rs(model).checkers[0] as TcpCheck;
const http = (model: Config) => rs(model).checkers[0] as HttpCheck;
const misc = (model: Config) => rs(model).checkers[0] as MiscCheck;

const global = (lines: string) => `global_defs {\n${lines}\n}\n`;
const inInstance = (lines: string, before = "") => before + instance(lines);
const withScript = (lines: string) =>
  `vrrp_script chk {\nscript "/bin/a b"\n${lines}\n}\n` + instance("track_script {\nchk\n}");
const withGroup = (lines: string) =>
  instance("", "A", 1) + instance("", "B", 2) +
  `vrrp_sync_group G {\ngroup {\nA\nB\n}\n${lines}\n}\n`;
const check = (kind: string, lines: string) => service("", `${kind} {\n${lines}\n}`);
const get = (kind: string, lines: string, url = "path /") =>
  check(kind, `${lines}\nurl {\n${url}\n}`);

const GLOBAL: Sample[] = [
  ["router_id", global("router_id a"), (c) => c.global.routerId, "a"],
  [
    "notification_email",
    global("notification_email {\na@b c@d\ne@f\n}"),
    (c) => c.global.notificationEmail,
    ["a@b", "c@d", "e@f"],
  ],
  [
    "notification_email_from",
    global("notification_email_from a@b"),
    (c) => c.global.notificationEmailFrom,
    "a@b",
  ],
  [
    "smtp_server",
    global("smtp_server mail.example 2525"),
    (c) => c.global.smtpServer,
    { host: "mail.example", port: 2525 },
  ],
  [
    "smtp_connect_timeout",
    global("smtp_connect_timeout 0"),
    (c) => c.global.smtpConnectTimeoutUs,
    S,
  ],
  ["smtp_helo_name", global("smtp_helo_name a.b"), (c) => c.global.smtpHeloName, "a.b"],
  ["smtp_alert", global("smtp_alert") + instance(), (c) => c.instances[0]!.smtpAlert, true],
  [
    "smtp_alert_vrrp",
    global("smtp_alert\nsmtp_alert_vrrp off") + instance(),
    (c) => c.instances[0]!.smtpAlert,
    false,
  ],
  [
    "smtp_alert_checker",
    global("smtp_alert_checker off") + service(),
    (c) => rs(c).smtpAlert,
    false,
  ],
  [
    "vrrp_mcast_group4",
    global("vrrp_mcast_group4 224.0.100.18") + instance(),
    (c) => c.instances[0]!.multicastGroup,
    "224.0.100.18",
  ],
  [
    "vrrp_mcast_group6",
    global("vrrp_mcast_group6 ff02::99") + instance().replace("192.0.2.51/24", "fe80::1"),
    (c) => c.instances[0]!.multicastGroup,
    "ff02::99",
  ],
  ["vrrp_version", global("vrrp_version 3") + instance(), (c) => c.instances[0]!.version, 3],
  [
    "vrrp_min_garp",
    global("vrrp_min_garp") + instance(),
    (c) => c.instances[0]!.garp,
    {
      ...{ delayUs: 0, repeat: 1, refreshUs: 0, refreshRepeat: 1 },
      ...{ lowerPrioDelayUs: 0, lowerPrioRepeat: 1 },
    },
  ],
  [
    "vrrp_down_timer_adverts",
    global("vrrp_down_timer_adverts 5") + instance(),
    (c) => c.instances[0]!.downTimerAdverts,
    5,
  ],
  [
    "vrrp_lower_prio_no_advert",
    global("vrrp_lower_prio_no_advert") + instance(),
    (c) => c.instances[0]!.lowerPrioNoAdvert,
    true,
  ],
  [
    "vrrp_higher_prio_send_advert",
    global("vrrp_higher_prio_send_advert yes") + instance(),
    (c) => c.instances[0]!.higherPrioSendAdvert,
    true,
  ],
  [
    "vrrp_skip_check_adv_addr",
    global("vrrp_skip_check_adv_addr true") + instance(),
    (c) => c.instances[0]!.skipCheckAdvAddr,
    true,
  ],
  [
    "script_user",
    global("script_user nobody :nogroup") + instance("notify /bin/a"),
    (c) => c.instances[0]!.notify.any,
    { argv: ["/bin/a"], shell: null, command: "/bin/a", user: "nobody", group: "nogroup" },
  ],
  [
    "enable_script_security",
    global("enable_script_security"),
    (c) => c.global.scriptSecurity,
    true,
  ],
];

const garp = (key: string) => (c: Config) =>
  Object.entries(c.instances[0]!.garp)
    .find(([name]) => name === key)![1];
const GARP_WORDS: [string, string, string, number][] = [
  ["garp_master_delay", "7", "delayUs", 7 * S],
  ["garp_master_repeat", "0", "repeat", 1],
  ["garp_master_refresh", "60", "refreshUs", 60 * S],
  ["garp_master_refresh_repeat", "2", "refreshRepeat", 2],
  ["garp_lower_prio_delay", "0", "lowerPrioDelayUs", 0],
  ["garp_lower_prio_repeat", "0", "lowerPrioRepeat", 0],
];
const GLOBAL_GARP = GARP_WORDS.map(([word, text, key, value]): Sample => [
  ...[`vrrp_${word}`, global(`vrrp_${word} ${text}`) + instance(), garp(key), value] as const,
]);
const INSTANCE_GARP = GARP_WORDS.map(([word, text, key, value]): Sample => [
  ...[word, global(`vrrp_${word} 99`) + instance(`${word} ${text}`), garp(key), value] as const,
]);

const NOTIFY = ["master", "backup", "fault", "stop"] as const;

const INSTANCE: Sample[] = [
  ["state", inInstance("state MASTER\npriority 100"), first, { stateMaster: true, priority: 100 }],
  ["state", inInstance("state MASTER"), first, { stateMaster: true, priority: 255 }],
  ["state", inInstance("state BACKUP"), first, { stateMaster: false, priority: 100 }],
  ["interface", inInstance(""), first, { interface: "eth0" }],
  ["virtual_router_id", inInstance(""), first, { vrid: 51 }],
  ["priority", inInstance("priority 7"), first, { priority: 7 }],
  ["advert_int", inInstance("advert_int 2"), first, { advertisementIntervalUs: 2 * S }],
  [
    "advert_int",
    inInstance("version 3\nadvert_int 0.05"),
    first,
    { version: 3, advertisementIntervalUs: 50_000 },
  ],
  ["version", inInstance("version 2", global("vrrp_version 3")), first, { version: 2 }],
  [
    "authentication",
    inInstance("authentication {\nauth_type PASS\nauth_pass abc\n}"),
    first,
    { auth: { type: "PASS", data: Uint8Array.of(97, 98, 99, 0, 0, 0, 0, 0) } },
  ],
  [
    "virtual_ipaddress",
    instance().replace("192.0.2.51/24", "fe80::0:1 192.0.2.1".split(" ")[0]!),
    first,
    {
      family: "INET6",
      version: 3,
      multicastGroup: "ff02::12",
      vips: [{
        ...{ family: "INET6", address: "fe80::1", prefixLength: 128, device: "eth0" },
        ...{ label: null, scope: 0 },
      }],
    },
  ],
  [
    "virtual_ipaddress_excluded",
    inInstance("virtual_ipaddress_excluded {\n2001:db8::1/64\n}"),
    ({ instances }) => instances[0]!.excludedVips.map(({ address }) => address),
    ["2001:db8::1"],
  ],
  [
    "track_interface",
    inInstance("track_interface {\neth1 weight -20\n}"),
    ({ instances }) => instances[0]!.tracks,
    [{ tracker: "eth1", watches: "INTERFACE", weight: -20, reverse: false }],
  ],
  [
    "track_script",
    withScript("weight 3 reverse"),
    ({ instances }) => instances[0]!.tracks,
    [{ tracker: "chk", watches: "SCRIPT", weight: 3, reverse: true }],
  ],
  ["dont_track_primary", inInstance("dont_track_primary"), first, { dontTrackPrimary: true }],
  ["mcast_src_ip", inInstance("mcast_src_ip 192.0.2.9"), first, { source: "192.0.2.9" }],
  ["mcast_dst_ip", inInstance("mcast_dst_ip 224.0.0.99"), first, { multicastGroup: "224.0.0.99" }],
  ["accept", inInstance("accept"), first, { name: "VI_1" }],
  ["preempt", inInstance("nopreempt\npreempt"), first, { nopreempt: false }],
  ["nopreempt", inInstance("nopreempt"), first, { nopreempt: true }],
  ["preempt_delay", inInstance("preempt_delay 1.5"), first, { preemptDelayUs: 1.5 * S }],
  ["down_timer_adverts", inInstance("down_timer_adverts 4"), first, { downTimerAdverts: 4 }],
  ["lower_prio_no_advert", inInstance("lower_prio_no_advert"), first, { lowerPrioNoAdvert: true }],
  [
    "higher_prio_send_advert",
    inInstance("higher_prio_send_advert on"),
    first,
    { higherPrioSendAdvert: true },
  ],
  ["skip_check_adv_addr", inInstance("skip_check_adv_addr"), first, { skipCheckAdvAddr: true }],
  ...NOTIFY.map((state): Sample => [
    `notify_${state}`,
    inInstance(`notify_${state} "/bin/a ${state}" nobody`),
    ({ instances }) => instances[0]!.notify[state],
    {
      ...{ argv: ["/bin/a", state], shell: null, command: `/bin/a ${state}` },
      ...{ user: "nobody", group: null },
    },
  ]),
  ["notify", inInstance("notify /bin/a"), (c) => c.instances[0]!.notify.any!.argv, ["/bin/a"]],
  ["smtp_alert", inInstance("smtp_alert off", global("smtp_alert")), first, { smtpAlert: false }],
];

const AUTHENTICATION: Sample[] = ["auth_type", "auth_pass"].map((keyword) => {
  const lines = "authentication {\nauth_type PASS\nauth_pass pBkfC1ax\n}";
  const data = new TextEncoder().encode("pBkfC1ax");
  return [keyword, instance(lines), first, { auth: { type: "PASS", data } }];
});

const SCRIPT: Sample[] = [
  ["script", withScript(""), (c) => script(c).script.argv, ["/bin/a", "b"]],
  ["interval", withScript("interval 0.5"), script as Look, { intervalUs: S / 2, timeoutUs: S / 2 }],
  ["interval", withScript("interval 0"), script as Look, { intervalUs: S }],
  ["timeout", withScript("interval 2\ntimeout 1"), script as Look, { timeoutUs: S }],
  ["weight", withScript("weight -5"), (c) => c.instances[0]!.tracks[0]!.weight, -5],
  ["rise", withScript("rise 3"), script as Look, { rise: 3, fall: 1 }],
  ["fall", withScript("fall 3"), script as Look, { rise: 1, fall: 3 }],
  ["user", withScript("user nobody"), (c) => script(c).script.user, "nobody"],
];

const GROUP: Sample[] = [
  ["group", withGroup(""), (c) => [group(c).members, c.instances[1]!.group], [["A", "B"], "G"]],
  ...NOTIFY.map((state): Sample => [
    `notify_${state}`,
    withGroup(`notify_${state} /bin/a`),
    (c) => group(c).notify[state]!.argv,
    ["/bin/a"],
  ]),
  ["notify", withGroup("notify /bin/a"), (c) => group(c).notify.any!.argv, ["/bin/a"]],
  ["smtp_alert", withGroup("smtp_alert"), group as Look, { smtpAlert: true }],
  [
    "sync_group_tracking_weight",
    withGroup("sync_group_tracking_weight\ntrack_interface {\neth1 weight 5\n}"),
    (c) => [group(c).trackingWeight, c.instances.map(({ tracks }) => tracks[0]!.weight)],
    [true, [5, 5]],
  ],
  [
    "track_interface",
    withGroup("track_interface {\neth1 weight 5\n}"),
    (c) => c.instances.map(({ tracks }) => tracks),
    Array(2).fill([{ tracker: "eth1", watches: "INTERFACE", weight: 0, reverse: false }]),
  ],
  [
    "track_script",
    `vrrp_script chk {\nscript /bin/a\n}\n${withGroup("track_script {\nchk\n}")}`,
    (c) => script(c).trackedBy,
    ["A", "B"],
  ],
];

const address = (options: string) => instance().replace("/24", `/24 ${options}`);
const ADDRESS: Sample[] = [
  ["<ADDRESS>", instance(), vip as Look, {
    address: "192.0.2.51",
    prefixLength: 24,
    family: "INET",
  }],
  ["<ADDRESS>", instance().replace("/24", ""), vip as Look, { prefixLength: 32, device: "eth0" }],
  ["dev", address("dev eth1"), vip as Look, { device: "eth1" }],
  ["label", address("label eth0:0"), vip as Look, { label: "eth0:0" }],
  ["scope", address("scope link"), vip as Look, { scope: 253 }],
];

const track = (line: string) =>
  `vrrp_script chk {\nscript /bin/a\n}\n${instance(`track_script {\nchk ${line}\n}`)}`;
const trackInterface = (line: string) => instance(`track_interface {\neth1 ${line}\n}`);
const tracks: Look = (c) => c.instances[0]!.tracks[0];
const TRACK_SCRIPT: Sample[] = [
  ["<NAME>", track(""), tracks, { tracker: "chk", weight: 0 }],
  ["weight", track("weight 5"), tracks, { weight: 5 }],
  ["reverse", track("weight 5 reverse"), tracks, { reverse: true }],
  ["noreverse", track("weight 5 noreverse"), tracks, { reverse: false }],
];
const TRACK_INTERFACE: Sample[] = [
  ["<IF>", trackInterface(""), tracks, { tracker: "eth1", weight: 0 }],
  ["weight", trackInterface("weight 254"), tracks, { weight: 253 }],
  ["reverse", trackInterface("weight 5 reverse"), tracks, { reverse: true }],
  ["noreverse", trackInterface("weight 5 noreverse"), tracks, { reverse: false }],
];

const replaced = (from: string, to: string) => service().replace(from, to);
const VIRTUAL_SERVER: Sample[] = [
  ["delay_loop", service("delay_loop 6"), (c) => tcp(c).delayLoopUs, 6 * S],
  ["lb_algo", replaced("lb_algo wlc", "lb_algo mh"), vs as Look, { scheduler: "mh" }],
  ["lvs_sched", replaced("lb_algo wlc", "lvs_sched rr"), vs as Look, { scheduler: "rr" }],
  [
    "lb_kind",
    replaced("lb_kind DR", "lb_kind TUN type gue port 6080 csum"),
    (c) => rs(c).forwarding,
    { method: "TUN", tunnel: { type: "GUE", port: 6080, checksum: "CSUM" } },
  ],
  [
    "lvs_method",
    replaced("lb_kind DR", "lvs_method NAT"),
    (c) => vs(c).forwarding,
    { method: "NAT", tunnel: null },
  ],
  ["hashed", service("hashed"), vs as Look, { scheduler: "wlc" }],
  [
    "protocol",
    replaced("protocol TCP", "protocol UDP"),
    (c) => [vs(c).name, vs(c).key],
    [
      "[192.0.2.1]:udp:80",
      { kind: "ADDRESS", family: "INET", address: "192.0.2.1", port: 80, protocol: "UDP" },
    ],
  ],
  [
    "persistence_timeout",
    service("persistence_timeout"),
    (c) => vs(c).persistence,
    { timeoutUs: 360 * S, granularity: 32 },
  ],
  [
    "persistence_granularity",
    service("persistence_timeout 50\npersistence_granularity 255.255.255.0"),
    (c) => vs(c).persistence,
    { timeoutUs: 50 * S, granularity: 24 },
  ],
  [
    "ip_family",
    "virtual_server fwmark 3 {\nlb_algo rr\nlb_kind TUN\nip_family inet6\n" +
    "real_server 192.0.2.9 80 {\n}\n}",
    (c) => [vs(c).name, vs(c).key],
    ["FWM 3 inet6", { kind: "FWMARK", family: "INET6", mark: 3 }],
  ],
  ["inhibit_on_failure", service("inhibit_on_failure"), rs as Look, { inhibitOnFailure: true }],
  ["alpha", service("alpha"), rs as Look, { alpha: true }],
  ["quorum", service("quorum 2\nweight 2"), vs as Look, { quorum: 2 }],
  ["hysteresis", service("quorum 2\nweight 2\nhysteresis 1"), vs as Look, { hysteresis: 1 }],
  ["weight", service("weight 9"), rs as Look, { weight: 9 }],
  ["retry", service("retry 7"), (c) => tcp(c).retry, 7],
  ["delay_before_retry", service("delay_before_retry 7"), (c) => tcp(c).delayBeforeRetryUs, 7 * S],
  ["warmup", service("warmup 7"), (c) => tcp(c).warmupUs, 7 * S],
  ["connect_timeout", service("connect_timeout 7"), (c) => tcp(c).connectTimeoutUs, 7 * S],
  [
    "virtualhost",
    service("virtualhost a.b", "HTTP_GET {\nurl {\npath /\n}\n}"),
    (c) => http(c).urls[0]!.host,
    "a.b",
  ],
  ["smtp_alert", service("smtp_alert"), vs as Look, { smtpAlert: true }],
  [
    "sorry_server",
    service("sorry_server 192.0.2.99"),
    (c) => vs(c).sorryServer,
    {
      ...{ name: "[192.0.2.99]:tcp:80", family: "INET", address: "192.0.2.99", port: 80 },
      forwarding: { method: "DR", tunnel: null },
    },
  ],
  [
    "sorry_server_lvs_method",
    service("sorry_server 192.0.2.99 81\nsorry_server_lvs_method NAT"),
    (c) => vs(c).sorryServer,
    {
      ...{ name: "[192.0.2.99]:tcp:81", family: "INET", address: "192.0.2.99", port: 81 },
      forwarding: { method: "NAT", tunnel: null },
    },
  ],
  ["real_server", service(), (c) => rs(c).name, "[198.51.100.1]:tcp:80"],
];

const server = (lines: string) => service("", `${lines}\nTCP_CHECK {\n}`);
const REAL_SERVER: Sample[] = [
  ["weight", server("weight 0"), rs as Look, { weight: 0 }],
  ["lvs_method", server("lvs_method NAT"), (c) => rs(c).forwarding.method, "NAT"],
  ["inhibit_on_failure", server("inhibit_on_failure"), rs as Look, { inhibitOnFailure: true }],
  ["alpha", server("alpha on"), rs as Look, { alpha: true }],
  ["smtp_alert", server("smtp_alert off"), rs as Look, { smtpAlert: false }],
  ["retry", server("retry 7"), (c) => tcp(c).retry, 7],
  ["delay_before_retry", server("delay_before_retry 7"), (c) => tcp(c).delayBeforeRetryUs, 7 * S],
  ["warmup", server("warmup 7"), (c) => tcp(c).warmupUs, 7 * S],
  ["connect_timeout", server("connect_timeout 7"), (c) => tcp(c).connectTimeoutUs, 7 * S],
  ["delay_loop", server("delay_loop 7"), (c) => tcp(c).delayLoopUs, 7 * S],
  [
    "virtualhost",
    service("", "virtualhost a.b\nHTTP_GET {\nurl {\npath /\n}\n}"),
    (c) => http(c).urls[0]!.host,
    "a.b",
  ],
  ["TCP_CHECK", check("TCP_CHECK", ""), tcp as Look, { kind: "TCP_CHECK", retry: 1 }],
  ["HTTP_GET", get("HTTP_GET", ""), http as Look, { kind: "HTTP_GET", delayBeforeRetryUs: 3 * S }],
  ["SSL_GET", get("SSL_GET", ""), http as Look, { kind: "SSL_GET", sni: null }],
  [
    "MISC_CHECK",
    check("MISC_CHECK", "misc_path /bin/a"),
    misc as Look,
    { kind: "MISC_CHECK", retry: 0, dynamic: false },
  ],
];

const TIMES: [string, string, string, unknown][] = [
  ["retry", "5", "retry", 5],
  ["delay_before_retry", "0.5", "delayBeforeRetryUs", S / 2],
  ["warmup", "4", "warmupUs", 4 * S],
  ["delay_loop", "4", "delayLoopUs", 4 * S],
];
const CONNECTING: [string, string, string, unknown][] = [
  ...TIMES,
  ["connect_timeout", "3", "connectTimeoutUs", 3 * S],
  ["connect_port", "8080", "target", { family: "INET", address: "198.51.100.1", port: 8080 }],
  ["connect_ip", "192.0.2.77", "target", { family: "INET", address: "192.0.2.77", port: 80 }],
];

function checkerSamples(kind: string, words: typeof TIMES, rest = ""): Sample[] {
  return words.map(([word, text, key, value]) => [
    ...[word, check(kind, `${word} ${text}\n${rest}`), tcp as Look, { [key]: value }] as const,
  ]);
}

function httpSamples(kind: "HTTP_GET" | "SSL_GET"): Sample[] {
  const url = "url {\npath /\n}";
  return [
    ...checkerSamples(kind, [...CONNECTING, ["nb_get_retry", "5", "retry", 5]], url),
    ["virtualhost", get(kind, "virtualhost a.b"), (c) => http(c).urls[0]!.host, "a.b"],
    ["url", get(kind, "url {\npath /a\n}"), (c) => http(c).urls.map(({ path }) => path), [
      "/a",
      "/",
    ]],
    [
      "enable_sni",
      get(kind, "virtualhost a.b\nenable_sni"),
      (c) => http(c).sni,
      kind === "SSL_GET" ? "a.b" : null,
    ],
    [
      "sni_name",
      get(kind, "enable_sni\nsni_name c.d"),
      (c) => http(c).sni,
      kind === "SSL_GET" ? "c.d" : null,
    ],
  ];
}

const MD5 = "D41D8CD98F00B204E9800998ECF8427E";
function urlSamples(kind: string): Sample[] {
  const look: Look = (c) => http(c).urls[0];
  return [
    ["path", get(kind, "", "path /a?b=c"), look, { path: "/a?b=c", host: "198.51.100.1:80" }],
    ["digest", get(kind, "", `path /\ndigest ${MD5}`), look, { digest: MD5.toLowerCase() }],
    ["status_code", get(kind, ""), look, { statusCodes: [{ from: 200, to: 299 }] }],
    [
      "status_code",
      get(kind, "", "path /\nstatus_code 200 300-399"),
      look,
      { statusCodes: [{ from: 200, to: 200 }, { from: 300, to: 399 }] },
    ],
    ["virtualhost", get(kind, "virtualhost x.y", "path /\nvirtualhost a.b"), look, { host: "a.b" }],
  ];
}

const MISC: Sample[] = [
  ...checkerSamples("MISC_CHECK", TIMES, "misc_path /bin/a"),
  [
    "misc_path",
    check("MISC_CHECK", 'misc_path "/bin/a b"'),
    (c) => misc(c).script.argv,
    ["/bin/a", "b"],
  ],
  ["misc_timeout", check("MISC_CHECK", "misc_path /bin/a"), misc as Look, { timeoutUs: 60 * S }],
  [
    "misc_timeout",
    check("MISC_CHECK", "misc_path /bin/a\nmisc_timeout 0"),
    misc as Look,
    { timeoutUs: 60 * S },
  ],
  [
    "misc_timeout",
    check("MISC_CHECK", "misc_path /bin/a\nmisc_timeout 9"),
    misc as Look,
    { timeoutUs: 9 * S },
  ],
  ["misc_dynamic", check("MISC_CHECK", "misc_path /bin/a\nmisc_dynamic"), misc as Look, {
    dynamic: true,
  }],
  [
    "user",
    check("MISC_CHECK", "misc_path /bin/a\nuser nobody"),
    (c) => misc(c).script.user,
    "nobody",
  ],
];

const VIPD: Sample[] = [
  ["lease", "vipd {\nlease off\n}", (c) => c.vipd, { lease: false }],
  ["director", "vipd {\ndirector kernel\n}", (c) => c.vipd, { director: "kernel" }],
  ["shell_scripts", "vipd {\nshell_scripts no\n}", (c) => c.vipd, { shellScripts: false }],
  ["web", "vipd {\nweb {\n}\n}", (c) => c.vipd.web, {
    listen: { family: "INET", address: "127.0.0.1", port: 8112 },
    tokens: [],
    origins: [],
  }],
];

const web = (line: string) => `vipd {\nweb {\ntoken first 0123456789abcdef\n${line}\n}\n}`;
const WEB: Sample[] = [
  ["listen", web("listen 2001:db8::1 80"), (c) => c.vipd.web!.listen, {
    family: "INET6",
    address: "2001:db8::1",
    port: 80,
  }],
  ["listen", web("listen 192.0.2.1"), (c) => c.vipd.web!.listen.port, 8112],
  ["token", web("token ops 0123456789abcdeF"), (c) => c.vipd.web!.tokens, [
    { name: "first", secret: "0123456789abcdef" },
    { name: "ops", secret: "0123456789abcdeF" },
  ]],
  ["allow_origin", web("allow_origin https://OPS.example.net:443/"), (c) => c.vipd.web!.origins, [
    "https://ops.example.net",
  ]],
];

const ROOT: Sample[] = [
  ["global_defs", global("router_id a") + global("smtp_server b"), (c) => c.global, {
    routerId: "a",
    smtpServer: { host: "b", port: 25 },
  }],
  ["vrrp_sync_group", withGroup(""), (c) => group(c).name, "G"],
  ["vrrp_instance", instance(), (c) => c.instances.length, 1],
  ["vrrp_script", withScript(""), script as Look, { name: "chk", trackedBy: ["VI_1"] }],
  ["virtual_server", service(), vs as Look, { name: "[192.0.2.1]:tcp:80" }],
  [
    "virtual_server",
    "virtual_server fwmark 7 {\nlb_algo rr\nlb_kind NAT\nreal_server 192.0.2.9 80 {\n}\n}",
    (c) => [vs(c).name, rs(c).name, rs(c).port],
    ["FWM 7", "[192.0.2.9]:0", 0],
  ],
  ["vipd", "vipd {\n}", (c) => c.vipd, {
    lease: true,
    director: "auto",
    shellScripts: true,
    web: null,
  }],
];

const CHECKER = "virtual_server.real_server";
const SAMPLES: Record<string, Sample[]> = {
  ROOT,
  vipd: VIPD,
  "vipd.web": WEB,
  global_defs: [...GLOBAL, ...GLOBAL_GARP],
  vrrp_instance: [...INSTANCE, ...INSTANCE_GARP],
  "vrrp_instance.authentication": AUTHENTICATION,
  "vrrp_instance.track_script": TRACK_SCRIPT,
  "vrrp_instance.track_interface": TRACK_INTERFACE,
  vrrp_script: SCRIPT,
  vrrp_sync_group: GROUP,
  address_line: ADDRESS,
  virtual_server: VIRTUAL_SERVER,
  [CHECKER]: REAL_SERVER,
  [`${CHECKER}.TCP_CHECK`]: checkerSamples("TCP_CHECK", CONNECTING),
  [`${CHECKER}.HTTP_GET`]: httpSamples("HTTP_GET"),
  [`${CHECKER}.HTTP_GET.url`]: urlSamples("HTTP_GET"),
  [`${CHECKER}.SSL_GET`]: httpSamples("SSL_GET"),
  [`${CHECKER}.SSL_GET.url`]: urlSamples("SSL_GET"),
  [`${CHECKER}.MISC_CHECK`]: MISC,
};

for (const [block, samples] of Object.entries(SAMPLES)) {
  describe(`${block} in the model`, () => {
    it.each(samples)("%s", (_keyword, text, look, value) => {
      const found = look(config(text));
      const isPart = typeof value === "object" && value !== null && !Array.isArray(value);
      if (isPart) expect(found).toMatchObject(value);
      else expect(found).toEqual(value);
    });
  });
}

describe("the samples", () => {
  it("show the effect of every keyword that vipd has", () => {
    const shown = new Set(
      Object.entries(SAMPLES).flatMap(([block, samples]) =>
        samples.map(([keyword]) => `${block} ${keyword}`)
      ),
    );
    shown.add("vipd.conf vipd"); // document_test.ts
    const supported = [...supportedKeywords()].flatMap(([block, keywords]) =>
      [...keywords].map((keyword) => `${block} ${keyword}`)
    );
    expect(supported.filter((keyword) => !shown.has(keyword))).toEqual([]);
  });

  it("show every keyword of tier 1", () => {
    const tier1 = [...keywordTable()].flatMap(([block, rows]) =>
      [...rows.values()].filter(({ tier }) => tier === 1).map(({ keyword }) => ({ block, keyword }))
    );
    const missing = tier1.filter(({ block, keyword }) =>
      !(SAMPLES[block] ?? []).some(([word]) => word === keyword)
    );
    expect(tier1.length).toBeGreaterThan(80);
    expect(missing).toEqual([]);
  });
});

describe("the model", () => {
  it("is plain data that crosses to a worker", () => {
    const model = config(withScript("") + service());
    expect(structuredClone(model)).toEqual(model);
  });
});
