/** Packs a dropped folder into one zip, so that its paths travel with it. */

export interface Packed {
  readonly path: string;
  readonly file: Blob;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0, names in UTF-8, deflated, and the first day that a zip can name. */
const VERSION = 20;
const UTF8 = 0x800;
const DEFLATED = 8;
const DAY = 0x21;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** `told` hears after each file how many are packed. */
export async function zip(files: readonly Packed[], told: (done: number) => void = () => {}): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let size = 0;
  for (const [i, { path, file }] of files.entries()) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const packed = await deflated(file);
    const name = new TextEncoder().encode(path);
    const fields = [VERSION, UTF8, DEFLATED, 0, DAY].map((value) => [value, 2] as const);
    const sizes = [[crc32(bytes), 4], [packed.size, 4], [bytes.length, 4], [name.length, 2], [0, 2]] as const;
    const local = header([LOCAL, 4], ...fields, ...sizes);
    const rest = [[0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]] as const;
    const central = header([CENTRAL, 4], [VERSION, 2], ...fields, ...sizes, ...rest);
    parts.push(local, name, packed);
    directory.push(central, name);
    offset += local.byteLength + name.length + packed.size;
    size += central.byteLength + name.length;
    told(i + 1);
  }
  const count = [[files.length, 2], [files.length, 2]] as const;
  const end = header([END, 4], [0, 2], [0, 2], ...count, [size, 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

const deflated = (file: Blob): Promise<Blob> =>
  new Response(file.stream().pipeThrough(new CompressionStream("deflate-raw"))).blob();

/** Numbers, little end first, each with its width in bytes. */
function header(...fields: (readonly [value: number, width: 2 | 4])[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, width]) => sum + width, 0)));
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return view.buffer;
}
