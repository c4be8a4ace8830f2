export function runProcess(_o: { argv: string[]; timeoutUs: number }): Promise<unknown> { return Promise.resolve(0); }
