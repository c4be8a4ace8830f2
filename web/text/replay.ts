// Words about opened files: dumps and captures.

/** The table. */
export const REPLAY_TEXT = {
  cannotOpen: { en: "{name} cannot be opened: {problem}", zh: "无法打开 {name}：{problem}" },
  tooLarge: {
    en: "{name} is larger than {max} MiB",
    zh: "{name} 超过 {max} MiB",
  },
  tooMany: {
    en: "more than {max} events: the rest is left out",
    zh: "事件超过 {max} 个：其余部分省略",
  },
} as const;
