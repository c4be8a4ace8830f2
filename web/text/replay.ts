// Words about opened files: dumps and captures.

/** The table. */
export const REPLAY_TEXT = {
  tooLarge: {
    en: "the file is larger than {max} MiB",
    zh: "文件超过 {max} MiB",
  },
  tooMany: {
    en: "more than {max} events: the rest is left out",
    zh: "事件超过 {max} 个：其余部分省略",
  },
  limits: { en: "What the file cannot tell", zh: "文件无法说明的内容" },
  progress: { en: "Told: {done} of {of}", zh: "已读取：{done} / {of}" },
  equal: {
    en: "Replayed: everything comes out as it did.",
    zh: "重放完成：输出与当时完全一致。",
  },
  differs: {
    en: "The replay differs from what happened, first:",
    zh: "重放与当时不同，首个差异：",
  },
  entryTitle: { en: "Input at the playhead", zh: "播放位置的输入" },
  entryPlace: {
    en: "{half}, input {sequence}, {time} ({position} of {of})",
    zh: "{half}，输入 {sequence}，{time}（第 {position} / {of} 个）",
  },
  core: { en: "core", zh: "核心" },
  engine: { en: "engine", zh: "引擎" },
  entryBefore: { en: "Input before", zh: "上一输入" },
  entryNext: { en: "Next input", zh: "下一输入" },
  entryNone: { en: "No input yet.", zh: "尚无输入。" },
  entryDiffers: {
    en: "What comes out of it now is not what came out then.",
    zh: "此输入现在的输出与当时不同。",
  },
} as const;
