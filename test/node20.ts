// What vitest 5 takes for granted and Node 20 lacks: without it vitest runs the tests but dies while it
// prints what failed. Loaded by the configuration into vitest's own process; no test sees it.

interface WithGroupBy {
  groupBy?: <K, V>(items: Iterable<V>, keyOf: (item: V, index: number) => K) => Map<K, V[]>;
}

(Map as WithGroupBy).groupBy ??= <K, V>(
  items: Iterable<V>,
  keyOf: (item: V, index: number) => K,
): Map<K, V[]> => {
  const groups = new Map<K, V[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};
