export function describeTransition(_r: unknown): string {
  return "";
}
