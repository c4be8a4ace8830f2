// Words of the LVS view.

/** The table. */
export const BALANCE_TEXT = {
  title: { en: "Virtual servers", zh: "虚拟服务器" },
  none: {
    en: "These configurations have no virtual_server with an address: there is nothing to balance.",
    zh: "这些配置没有带地址的 virtual_server：没有可均衡的流量。",
  },
  load: { en: "Load from the playhead on", zh: "从播放头起的负载" },
  perSecond: { en: "requests per second", zh: "每秒请求数" },
  to: { en: "to", zh: "发往" },
  everyService: { en: "all services together", zh: "所有服务合计" },
  apply: { en: "send", zh: "发送" },
  stop: { en: "stop", zh: "停止" },
  now: { en: "asked for now: {count}/s", zh: "当前请求：{count}/秒" },
  noLoad: {
    en: "No requests are sent yet: choose how many and press send.",
    zh: "尚未发送请求：选择数量后点击“发送”。",
  },
  computing: { en: "computed up to {time}", zh: "已计算到 {time}" },
  director: { en: "director", zh: "调度节点" },
  nobody: { en: "nobody", zh: "无" },
  scheduler: { en: "scheduler", zh: "调度算法" },
  quorum: { en: "quorum", zh: "法定权重" },
  quorumText: {
    en: "alive weight {alive} of {quorum} needed (hysteresis {hysteresis})",
    zh: "存活权重 {alive}，需要 {quorum}（滞后 {hysteresis}）",
  },
  sorryIn: { en: "the sorry server takes the traffic", zh: "兜底服务器接管流量" },
  server: { en: "server", zh: "服务器" },
  weight: { en: "weight", zh: "权重" },
  open: { en: "open connections", zh: "打开的连接" },
  rate: { en: "requests/s", zh: "请求/秒" },
  share: { en: "share / by weight", zh: "占比 / 按权重" },
  failed: { en: "failed/s", zh: "失败/秒" },
  draining: { en: "draining", zh: "排空中" },
  out: { en: "not in the table", zh: "不在表中" },
  unserved: { en: "not served by anybody", zh: "无人服务" },
  notModelled: {
    en: "Scheduler {scheduler} is the kernel's alone: its picks are not computed here.",
    zh: "调度算法 {scheduler} 仅内核支持：此处不计算其选择。",
  },
  chart: { en: "Open connections of each server over time", zh: "各服务器打开的连接随时间变化" },
  compare: { en: "Two schedulers on the same requests", zh: "同样的请求，两种调度算法" },
  compareHint: {
    en:
      "The same arrivals and service times go through both; make a server slow and see which one notices.",
    zh: "相同的到达与服务时间分别经过两者；让某台服务器变慢，看谁能察觉。",
  },
  slowness: { en: "times as slow", zh: "倍慢" },
  run: { en: "compare", zh: "比较" },
  mean: { en: "mean answer {ms} ms", zh: "平均应答 {ms} 毫秒" },
  requests: { en: "requests", zh: "请求" },
  openMean: { en: "open, mean (most)", zh: "打开：平均（最多）" },
} as const;
