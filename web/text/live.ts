// Words of the panel in which directors are watched.

/** The table. */
export const LIVE_TEXT = {
  title: { en: "Watch directors live", zh: "实时观察调度器" },
  intro: {
    en: "A running vipd answers here when its vipd { web { } } block has a token. It is only read.",
    zh: "正在运行的 vipd 若在 vipd { web { } } 中配置了令牌，即可在此观察。仅只读。",
  },
  address: { en: "Address", zh: "地址" },
  addressExample: { en: "http://192.0.2.1:8112", zh: "http://192.0.2.1:8112" },
  token: { en: "Token", zh: "令牌" },
  add: { en: "Watch", zh: "观察" },
  remove: { en: "Stop watching {name}", zh: "停止观察 {name}" },
  removeShort: { en: "Stop", zh: "停止" },
  show: { en: "Show them", zh: "显示" },
  list: { en: "Directors", zh: "调度器" },
  none: { en: "No director is watched.", zh: "尚未观察任何调度器。" },
  connecting: { en: "connecting", zh: "连接中" },
  up: { en: "connected", zh: "已连接" },
  lost: { en: "lost", zh: "已失联" },
  tryAgainAt: { en: "next try at {time}", zh: "将于 {time} 重试" },
  givenUp: { en: "given up", zh: "已放弃" },
  clockAhead: { en: "its clock is {ms} ms ahead", zh: "其时钟快 {ms} 毫秒" },
  clockBehind: { en: "its clock is {ms} ms behind", zh: "其时钟慢 {ms} 毫秒" },
} as const;
