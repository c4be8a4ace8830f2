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
  newName: { en: "Name of the node", zh: "节点名称" },
  format: { en: "Format", zh: "格式化" },
  find: { en: "Find", zh: "查找" },
  errors: { en: "{count} errors", zh: "{count} 个错误" },
  warnings: { en: "{count} warnings", zh: "{count} 个警告" },
  clean: { en: "No problem found", zh: "未发现问题" },
  problems: { en: "Problems of all nodes", zh: "所有节点的问题" },
  fix: { en: "Mend it: {text}", zh: "修正：{text}" },
  remove: { en: "take it out", zh: "删除" },
  default: { en: "default", zh: "默认" },
  range: { en: "range", zh: "范围" },
  hint: { en: "What to do: {hint}", zh: "建议：{hint}" },
  tooMany: { en: "{count} nodes are the most", zh: "最多 {count} 个节点" },
} as const;
