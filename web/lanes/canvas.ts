// What the page's canvases share: their size in device pixels, and drawing only when something changed.

/** Sets a canvas to the size of its box. Answers whether it changed. */
export function fitCanvas(canvas: HTMLCanvasElement): boolean {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

/** A context that counts in CSS pixels. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d")!;
  const ratio = globalThis.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Remembers the values that a picture was made of. */
export class Changed {
  #values: readonly unknown[] = [];

  /** Whether any value is another than at the last call. */
  since(...values: unknown[]): boolean {
    const before = this.#values;
    const isSame = before.length === values.length &&
      values.every((value, i) => Object.is(value, before[i]));
    this.#values = values;
    return !isSame;
  }
}
