/** Bundles the bin and its worker into `outdir`, which is emptied first. */
export function bundle(outdir: string): Promise<void>;
