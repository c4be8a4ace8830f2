// A checked configuration as keepalived.conf: every value is written out, none is left to a default, so
// that reading it gives the same configuration again. A cluster of the search becomes files that way.
// This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import type {
  Checker,
  Config,
  Forwarding,
  NotifyScripts,
  RealServer,
  Script,
  SyncGroup,
  Vip,
  VirtualServer,
  VrrpInstance,
  VrrpScript,
  WebSettings,
} from "../../conf/model.ts";

const SECOND_US = 1_000_000;

/** Lines of a block without its braces; a list inside is a block with its head in front. */
type Lines = (string | [string, Lines])[];

/**
 * The text of a configuration. Throws VipdError `config` for words that the language cannot hold:
 * a double quote, a password that is no ASCII text.
 */
export function writeConfig(config: Config): string {
  const blocks: Lines = [
    ["global_defs", globalLines(config)],
    ["vipd", [
      `lease ${onOff(config.vipd.lease)}`,
      `director ${config.vipd.director}`,
      `shell_scripts ${onOff(config.vipd.shellScripts)}`,
      ...webBlock(config.vipd.web),
    ]],
    ...config.scripts.map((one): [string, Lines] => [
      `vrrp_script ${word(one.name)}`,
      scriptLines(one),
    ]),
    ...config.groups.map((one): [string, Lines] => [
      `vrrp_sync_group ${word(one.name)}`,
      groupLines(one),
    ]),
    ...config.instances.map((one): [string, Lines] => [
      `vrrp_instance ${word(one.name)}`,
      instanceLines(one),
    ]),
    ...config.virtualServers.map(serviceBlock),
  ];
  return `${print(blocks, "").join("\n")}\n`;
}

function webBlock(web: WebSettings | null): Lines {
  if (web === null) return [];
  const { listen, tokens, origins } = web;
  return [["web", [
    `listen ${listen.address} ${listen.port}`,
    ...tokens.map(({ name, secret }) => `token ${word(name)} ${word(secret)}`),
    ...origins.map((origin) => `allow_origin ${origin}`),
  ]]];
}

function print(lines: Lines, indent: string): string[] {
  return lines.flatMap((line) => {
    if (typeof line === "string") return [`${indent}${line}`];
    const [head, inner] = line;
    return [`${indent}${head} {`, ...print(inner, `${indent}    `), `${indent}}`];
  });
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

function seconds(us: number): string {
  // Never in exponents: the smallest is a microsecond.
  return (us / SECOND_US).toFixed(6).replace(/\.?0+$/, "");
}

/** A word, in quotes where it needs them. */
function word(text: string): string {
  if (/^[A-Za-z0-9_./:@+-]+$/.test(text)) return text;
  if (!/["\n\r]/.test(text)) return `"${text}"`;
  throw new VipdError("config", `${JSON.stringify(text)} cannot stand in a configuration file`, {
    hint: "use text without double quotes and line ends",
  });
}

function flags(...all: [string, boolean][]): string[] {
  return all.flatMap(([keyword, isSet]) => isSet ? [keyword] : []);
}

function globalLines({ global }: Config): Lines {
  const { smtpServer } = global;
  return [
    ...global.routerId === null ? [] : [`router_id ${word(global.routerId)}`],
    ...global.notificationEmail.length === 0 ? [] : [
      ["notification_email", global.notificationEmail.map(word)] as [string, Lines],
    ],
    ...global.notificationEmailFrom === null
      ? []
      : [`notification_email_from ${word(global.notificationEmailFrom)}`],
    ...smtpServer === null ? [] : [`smtp_server ${word(smtpServer.host)} ${smtpServer.port}`],
    `smtp_connect_timeout ${seconds(global.smtpConnectTimeoutUs)}`,
    ...global.smtpHeloName === null ? [] : [`smtp_helo_name ${word(global.smtpHeloName)}`],
    ...flags(["enable_script_security", global.scriptSecurity]),
  ];
}

function command({ command }: Script): string {
  return word(command);
}

function account({ user, group }: Script): string {
  if (user === null) return "";
  return group === null ? ` ${word(user)}` : ` ${word(user)} ${word(group)}`;
}

function scriptLines(one: VrrpScript): Lines {
  return [
    `script ${command(one.script)}`,
    ...one.script.user === null ? [] : [`user${account(one.script)}`],
    `interval ${seconds(one.intervalUs)}`,
    `timeout ${seconds(one.timeoutUs)}`,
    `weight ${one.weight}${one.reverse ? " reverse" : ""}`,
    `rise ${one.rise}`,
    `fall ${one.fall}`,
  ];
}

const NOTIFY_WORDS: [keyof NotifyScripts, string][] = [
  ["master", "notify_master"],
  ["backup", "notify_backup"],
  ["fault", "notify_fault"],
  ["stop", "notify_stop"],
  ["any", "notify"],
];

function notifyLines(notify: NotifyScripts): string[] {
  return NOTIFY_WORDS.flatMap(([key, keyword]) => {
    const script = notify[key];
    return script === null ? [] : [`${keyword} ${command(script)}${account(script)}`];
  });
}

function groupLines(one: SyncGroup): Lines {
  return [
    ["group", one.members.map(word)],
    ...flags(["sync_group_tracking_weight", one.trackingWeight]),
    `smtp_alert ${onOff(one.smtpAlert)}`,
    ...notifyLines(one.notify),
  ];
}

function instanceLines(one: VrrpInstance): Lines {
  const { garp } = one;
  return [
    `state ${one.stateMaster ? "MASTER" : "BACKUP"}`,
    `interface ${word(one.interface)}`,
    `virtual_router_id ${one.vrid}`,
    `priority ${one.priority}`,
    `version ${one.version}`,
    `advert_int ${seconds(one.advertisementIntervalUs)}`,
    ...flags(["nopreempt", one.nopreempt], ["dont_track_primary", one.dontTrackPrimary]),
    ...one.preemptDelayUs === 0 ? [] : [`preempt_delay ${seconds(one.preemptDelayUs)}`],
    `down_timer_adverts ${one.downTimerAdverts}`,
    `lower_prio_no_advert ${onOff(one.lowerPrioNoAdvert)}`,
    `higher_prio_send_advert ${onOff(one.higherPrioSendAdvert)}`,
    `skip_check_adv_addr ${onOff(one.skipCheckAdvAddr)}`,
    ...authLines(one),
    `mcast_dst_ip ${one.multicastGroup}`,
    ...one.source === null ? [] : [`mcast_src_ip ${one.source}`],
    `garp_master_delay ${seconds(garp.delayUs)}`,
    `garp_master_repeat ${garp.repeat}`,
    `garp_master_refresh ${seconds(garp.refreshUs)}`,
    `garp_master_refresh_repeat ${garp.refreshRepeat}`,
    `garp_lower_prio_delay ${seconds(garp.lowerPrioDelayUs)}`,
    `garp_lower_prio_repeat ${garp.lowerPrioRepeat}`,
    ...addressBlock("virtual_ipaddress", one.vips),
    ...addressBlock("virtual_ipaddress_excluded", one.excludedVips),
    ...one.tracks.map(({ tracker, watches, weight, reverse }): [string, Lines] => [
      watches === "SCRIPT" ? "track_script" : "track_interface",
      [`${word(tracker)} weight ${weight} ${reverse ? "reverse" : "noreverse"}`],
    ]),
    ...notifyLines(one.notify),
    `smtp_alert ${onOff(one.smtpAlert)}`,
  ];
}

function authLines({ auth, name }: VrrpInstance): Lines {
  if (auth === null) return [];
  const end = auth.data.indexOf(0);
  const bytes = auth.data.subarray(0, end < 0 ? auth.data.length : end);
  if (bytes.some((byte) => byte < 0x21 || byte > 0x7e)) {
    throw new VipdError("config", `${name}: this password is no ASCII text`, {
      hint: "write another one",
    });
  }
  const password = word(String.fromCharCode(...bytes));
  return [["authentication", ["auth_type PASS", `auth_pass ${password}`]]];
}

function addressBlock(keyword: string, vips: readonly Vip[]): Lines {
  if (vips.length === 0) return [];
  const lines = vips.map(({ address, prefixLength, device, label, scope }) => {
    const options = `${label === null ? "" : ` label ${label}`}${
      scope === 0 ? "" : ` scope ${scope}`
    }`;
    return `${address}/${prefixLength} dev ${device}${options}`;
  });
  return [[keyword, lines]];
}

function method({ method, tunnel }: Forwarding): string {
  if (tunnel === null) return method;
  const type = tunnel.type.toLowerCase() + (tunnel.type === "GUE" ? ` port ${tunnel.port}` : "");
  return `${method} type ${type} ${tunnel.checksum.toLowerCase()}`;
}

function serviceBlock(one: VirtualServer): [string, Lines] {
  const { key, persistence, sorryServer } = one;
  const head = key.kind === "FWMARK" ? `fwmark ${key.mark}` : `${key.address} ${key.port}`;
  return [`virtual_server ${head}`, [
    ...key.kind === "FWMARK"
      ? [`ip_family ${key.family === "INET" ? "inet" : "inet6"}`]
      : [`protocol ${key.protocol}`],
    `lb_algo ${one.scheduler}`,
    `lb_kind ${method(one.forwarding)}`,
    ...persistence === null ? [] : [
      `persistence_timeout ${seconds(persistence.timeoutUs)}`,
      `persistence_granularity ${persistence.granularity}`,
    ],
    `quorum ${one.quorum}`,
    `hysteresis ${one.hysteresis}`,
    `smtp_alert ${onOff(one.smtpAlert)}`,
    ...sorryServer === null ? [] : [
      `sorry_server ${sorryServer.address} ${sorryServer.port === 0 ? "" : sorryServer.port}`
        .trim(),
      `sorry_server_lvs_method ${method(sorryServer.forwarding)}`,
    ],
    ...one.realServers.map(serverBlock),
  ]];
}

function serverBlock(one: RealServer): [string, Lines] {
  return [`real_server ${one.address} ${one.port}`, [
    `weight ${one.weight}`,
    `lvs_method ${method(one.forwarding)}`,
    `inhibit_on_failure ${onOff(one.inhibitOnFailure)}`,
    `alpha ${onOff(one.alpha)}`,
    `smtp_alert ${onOff(one.smtpAlert)}`,
    ...one.checkers.map((checker): [string, Lines] => [checker.kind, checkerLines(checker)]),
  ]];
}

function checkerLines(one: Checker): Lines {
  const times = [
    `delay_loop ${seconds(one.delayLoopUs)}`,
    `retry ${one.retry}`,
    `delay_before_retry ${seconds(one.delayBeforeRetryUs)}`,
    `warmup ${seconds(one.warmupUs)}`,
  ];
  if (one.kind === "MISC_CHECK") {
    return [
      ...times,
      `misc_path ${command(one.script)}`,
      `misc_timeout ${seconds(one.timeoutUs)}`,
      ...flags(["misc_dynamic", one.dynamic]),
      ...one.script.user === null ? [] : [`user${account(one.script)}`],
    ];
  }
  const connect: Lines = [
    ...times,
    `connect_ip ${one.target.address}`,
    `connect_port ${one.target.port}`,
    `connect_timeout ${seconds(one.connectTimeoutUs)}`,
  ];
  if (one.kind === "TCP_CHECK") return connect;
  return [
    ...connect,
    ...one.sni === null ? [] : ["enable_sni", `sni_name ${word(one.sni)}`],
    ...one.urls.map(({ path, host, statusCodes, digest }): [string, Lines] => ["url", [
      `path ${word(path)}`,
      `virtualhost ${word(host)}`,
      `status_code ${statusCodes.map(({ from, to }) => `${from}-${to}`).join(" ")}`,
      ...digest === null ? [] : [`digest ${digest}`],
    ]]),
  ];
}
