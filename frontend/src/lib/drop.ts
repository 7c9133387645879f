/** What was dropped on the page or chosen: files, with their paths in the folders they came in. */

export interface Dropped {
  readonly path: string;
  readonly file: File;
}

/** More files than a class hands in: somebody dropped a whole disk. */
const MOST = 20_000;

/** Files from a chooser; those of a chosen folder know their path. */
export const chosenFiles = (list: FileList | null): Dropped[] =>
  [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Files from a drop, also those in folders.  Begin at once: the drop is empty a moment later. */
export function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  const plain = chosenFiles(transfer.files);
  return entries.some((entry) => entry.isDirectory) ? walk(entries) : Promise.resolve(plain);
}

async function walk(entries: FileSystemEntry[]): Promise<Dropped[]> {
  const found: Dropped[] = [];
  const queue = [...entries];
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    if (found.length === MOST) throw new RangeError(`There are more than ${MOST} files in it.`);
    if (isFolder(entry)) queue.push(...(await children(entry)));
    else found.push({ path: entry.fullPath.replace(/^\//, ""), file: await fileOf(entry as FileSystemFileEntry) });
  }
  return found;
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A folder tells its children a hundred at a time, and nothing when there are no more. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

const isLog = ({ path }: Dropped): boolean => /\.(log|zip)$/i.test(path);

/** Whether the files are a scenario to run and no logs to grade. */
export const isScenario = (files: readonly Dropped[]): boolean =>
  files.length === 1 && !files[0]!.path.includes("/") && /\.(conf|txt)$/i.test(files[0]!.path);

/** Of many files the logs; a single file is taken at its giver's word. */
export const logsAmong = (files: readonly Dropped[]): readonly Dropped[] =>
  files.length === 1 ? files : files.filter(isLog);

/** The folder that all paths share, if they share one. */
export function folderOf(files: readonly Dropped[]): string | null {
  const first = files[0]?.path.split("/")[0] ?? "";
  return files.length && files.every(({ path }) => path.startsWith(`${first}/`)) ? first : null;
}
