// Words of the editor.

/** The table. */
export const EDITOR_TEXT = {
  tabs: { en: "Configuration files, one a node", zh: "配置文件，每个节点一个" },
  editor: { en: "keepalived.conf of {name}", zh: "{name} 的 keepalived.conf" },
  leave: {
    en: "Escape, then Tab leaves the editor.",
    zh: "按 Escape 再按 Tab 离开编辑器。",
  },
  add: { en: "Add a node", zh: "添加节点" },
  close: { en: "Close {name}", zh: "关闭 {name}" },
  rename: { en: "Rename {name}", zh: "重命名 {name}" },
  newName: { en: "New name of {name}", zh: "{name} 的新名称" },
  renameIt: { en: "Rename", zh: "重命名" },
  cancel: { en: "Cancel", zh: "取消" },
  nameEmpty: { en: "A node needs a name.", zh: "节点需要名称。" },
  nameLetters: {
    en: "A name has letters, digits, dots, dashes and underscores.",
    zh: "名称只能包含字母、数字、点、横线和下划线。",
  },
  nameLong: { en: "A name has at most {max} characters.", zh: "名称最多 {max} 个字符。" },
  nameTaken: { en: "Another node has this name.", zh: "另一个节点已使用此名称。" },
  format: { en: "Format", zh: "格式化" },
  oneError: { en: "1 error", zh: "1 个错误" },
  errors: { en: "{count} errors", zh: "{count} 个错误" },
  oneWarning: { en: "1 warning", zh: "1 个警告" },
  warnings: { en: "{count} warnings", zh: "{count} 个警告" },
  clean: { en: "No problem found", zh: "未发现问题" },
  problems: { en: "Problems of all nodes", zh: "所有节点的问题" },
  moreProblems: { en: "{count} more are not listed", zh: "另有 {count} 个未列出" },
  error: { en: "error", zh: "错误" },
  warning: { en: "warning", zh: "警告" },
  info: { en: "note", zh: "提示" },
  fix: { en: "Mend it: {text}", zh: "修正：{text}" },
  remove: { en: "take it out", zh: "删除" },
  default: { en: "default", zh: "默认" },
  range: { en: "range", zh: "范围" },
  hint: { en: "What to do: {hint}", zh: "建议：{hint}" },
  unsupported: {
    en: "vipd does not have this yet, and does not start with it: it would matter",
    zh: "vipd 尚不支持，且因其影响行为而拒绝启动",
  },
  ignored: { en: "vipd does not have this yet and ignores it", zh: "vipd 尚不支持，将忽略" },
} as const;

/** CodeMirror's own phrases, which are English. */
export const EDITOR_PHRASES: Readonly<Record<string, { zh: string }>> = {
  "Control character": { zh: "控制字符" },
  "Selection deleted": { zh: "已删除所选内容" },
  Completions: { zh: "补全" },
  Diagnostics: { zh: "诊断" },
  "No diagnostics": { zh: "没有诊断" },
  close: { zh: "关闭" },
};
