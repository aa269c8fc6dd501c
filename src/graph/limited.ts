/**
 * Runs `work` for every item, at most `limit` at a time. The first failure is thrown once nothing
 * runs any more; nothing new is begun after it.
 */
export async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  const run = async (): Promise<void> => {
    for (const item of left) {
      if (failures.length > 0) {
        return;
      }
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  if (failures.length > 0) {
    throw failures[0];
  }
}
