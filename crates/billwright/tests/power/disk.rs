//! A disk under a page cache, as far as a power cut can tell: what was flushed is there, of everything later any
//! part may be.
//!
//! Files: a flush makes the writes durable that were complete when it began. Of the later writes each 512-byte
//! sector may or may not have reached the disk, independently: so a write may be whole, torn or missing, and a later
//! one may be there without an earlier one. A sector that no write touched is never damaged.
//!
//! Names (making, renaming and removing files) are a journal, as file systems keep one: a cut keeps a beginning of
//! it, which reaches at least as far as the last flush of the folder, or of the file concerned, demanded.

use crate::record::Operation;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

const SECTOR: usize = 512;

#[derive(Clone, Debug)]
enum Change {
    Wrote { offset: usize, bytes: Vec<u8> },
    Cut { length: usize },
    Grew { length: usize },
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Change::Wrote { offset, bytes } => {
                reach(file, offset + bytes.len());
                file[*offset..offset + bytes.len()].copy_from_slice(bytes);
            }
            Change::Cut { length } => file.resize(*length, 0),
            Change::Grew { length } => reach(file, *length),
        }
    }

    /// As much of it as `keeps` says of each sector.
    fn apply_in_part(&self, file: &mut Vec<u8>, keeps: &mut impl FnMut() -> bool) {
        let Change::Wrote { offset, bytes } = self else {
            if keeps() {
                self.apply(file);
            }
            return;
        };
        let mut from = *offset;
        let end = offset + bytes.len();
        while from < end {
            let to = end.min((from / SECTOR + 1) * SECTOR);
            if keeps() {
                reach(file, to);
                file[from..to].copy_from_slice(&bytes[from - offset..to - offset]);
            }
            from = to;
        }
    }
}

fn reach(file: &mut Vec<u8>, length: usize) {
    if file.len() < length {
        file.resize(length, 0);
    }
}

#[derive(Clone, Debug, Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
    /// For each flush that runs: how many of `pending` it covers.
    flushes: Vec<usize>,
}

#[derive(Clone, Debug)]
enum Naming {
    Made { path: PathBuf, file: usize },
    Renamed { from: PathBuf, to: PathBuf },
    Removed { path: PathBuf },
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Made { path, file } => {
                names.insert(path.clone(), *file);
            }
            Naming::Renamed { from, to } => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Naming::Removed { path } => {
                names.remove(path);
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inode {
    File(usize),
    Folder,
    /// Rebuilt by its owner, never read after a cut.
    Scratch,
}

/// The state of a directory while a log is replayed.
#[derive(Debug, Default)]
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    inodes: HashMap<u64, Inode>,
    /// What a reader would see now.
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending_names: Vec<Naming>,
    /// For each flush of a folder that runs: how many of `pending_names` it covers.
    folder_flushes: Vec<usize>,
}

/// How much of what was not flushed a cut leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    /// Only what was flushed.
    Nothing,
    /// All of it: the cut is no worse than a crash of the program.
    Everything,
    /// Each sector with this chance, of 256.
    Sectors(u8),
    /// Each write whole or not, with this chance, of 256.
    Writes(u8),
}

impl Disk {
    /// Begins with what lies in `image`, durable. The recorded program saw it as `root`.
    pub fn new(root: &Path, image: &Path) -> Disk {
        let mut disk = Disk { root: root.to_owned(), ..Disk::default() };
        for (name, bytes) in files_below(image) {
            disk.files.push(File { durable: bytes, ..File::default() });
            disk.names.insert(name.clone(), disk.files.len() - 1);
            disk.durable_names.insert(name, disk.files.len() - 1);
        }
        disk
    }

    fn inner(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).expect("the recorder looks below the root").to_owned()
    }

    fn file(&mut self, inode: u64) -> Option<&mut File> {
        match self.inodes.get(&inode) {
            Some(Inode::File(file)) => Some(&mut self.files[*file]),
            Some(Inode::Folder | Inode::Scratch) => None,
            None => panic!("the log speaks of inode {inode}, which nobody opened"),
        }
    }

    fn rename(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.pending_names.push(naming);
    }

    fn change(&mut self, inode: u64, change: Change) {
        if let Some(file) = self.file(inode) {
            file.pending.push(change);
        }
    }

    /// Does what the program did.
    pub fn replay(&mut self, operation: Operation) {
        let size = |number: u64| usize::try_from(number).expect("files of tests fit into memory");
        match operation {
            Operation::Opened { inode, path, is_folder: true, .. } => {
                assert!(path.starts_with(&self.root));
                self.inodes.insert(inode, Inode::Folder);
            }
            Operation::Opened { inode, path, is_new, .. } => self.open(inode, &path, is_new),
            Operation::Wrote { inode, offset, bytes } => {
                self.change(inode, Change::Wrote { offset: size(offset), bytes });
            }
            Operation::Cut { inode, length } => self.change(inode, Change::Cut { length: size(length) }),
            Operation::Grew { inode, length } => self.change(inode, Change::Grew { length: size(length) }),
            Operation::Removed { path } => {
                let path = self.inner(&path);
                self.rename(Naming::Removed { path });
            }
            Operation::Renamed { from, to } => {
                let (from, to) = (self.inner(&from), self.inner(&to));
                self.rename(Naming::Renamed { from, to });
            }
            // Folders come into being with the first file in them.
            Operation::MadeFolder { .. } => {}
            Operation::FlushBegan { inode } => self.flush_began(inode),
            Operation::FlushEnded { inode } => self.flush_ended(inode),
            Operation::NotKnown { call } => panic!("the program wrote by {call}, which cannot be replayed"),
        }
    }

    fn open(&mut self, inode: u64, path: &Path, is_new: bool) {
        let name = self.inner(path);
        if name.to_string_lossy().ends_with("-shm") {
            self.inodes.insert(inode, Inode::Scratch);
            return;
        }
        if is_new {
            self.files.push(File::default());
            let file = self.files.len() - 1;
            self.inodes.insert(inode, Inode::File(file));
            self.rename(Naming::Made { path: name, file });
            return;
        }
        let file = *self.names.get(&name).unwrap_or_else(|| panic!("{} was opened but not made", name.display()));
        self.inodes.insert(inode, Inode::File(file));
    }

    fn flush_began(&mut self, inode: u64) {
        if let Some(file) = self.file(inode) {
            file.flushes.push(file.pending.len());
        } else if self.inodes[&inode] == Inode::Folder {
            self.folder_flushes.push(self.pending_names.len());
        }
    }

    /// When several flushes of one file run, the one that ended is taken to be the one that covers least.
    fn flush_ended(&mut self, inode: u64) {
        match self.inodes[&inode] {
            Inode::Scratch => {}
            Inode::Folder => {
                let covered = self.folder_flushes.remove(0);
                self.keep_names(covered);
            }
            Inode::File(index) => {
                let file = &mut self.files[index];
                let covered = file.flushes.remove(0);
                for change in file.pending.drain(..covered) {
                    change.apply(&mut file.durable);
                }
                for later in &mut file.flushes {
                    *later -= covered;
                }
                let made = |naming: &Naming| matches!(naming, Naming::Made { file, .. } if *file == index);
                if let Some(at) = self.pending_names.iter().rposition(made) {
                    self.keep_names(at + 1);
                }
            }
        }
    }

    fn keep_names(&mut self, covered: usize) {
        for naming in self.pending_names.drain(..covered.min(self.pending_names.len())) {
            naming.apply(&mut self.durable_names);
        }
        for later in &mut self.folder_flushes {
            *later = later.saturating_sub(covered);
        }
    }

    /// What each file would hold after a cut now.
    pub fn after_a_cut(&self, luck: Luck, random: &mut fastrand::Rng) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut names = self.durable_names.clone();
        let kept = match luck {
            Luck::Nothing => 0,
            Luck::Everything => self.pending_names.len(),
            Luck::Sectors(_) | Luck::Writes(_) => random.usize(..=self.pending_names.len()),
        };
        for naming in &self.pending_names[..kept] {
            naming.apply(&mut names);
        }
        names
            .into_iter()
            .map(|(name, file)| {
                let file = &self.files[file];
                let mut bytes = file.durable.clone();
                for change in &file.pending {
                    match luck {
                        Luck::Nothing => {}
                        Luck::Everything => change.apply(&mut bytes),
                        Luck::Writes(chance) if random.u8(..) < chance => change.apply(&mut bytes),
                        Luck::Writes(_) => {}
                        Luck::Sectors(chance) => change.apply_in_part(&mut bytes, &mut || random.u8(..) < chance),
                    }
                }
                (name, bytes)
            })
            .collect()
    }

    /// Bytes that were written and not flushed.
    pub fn pending_bytes(&self) -> usize {
        let of = |change: &Change| match change {
            Change::Wrote { bytes, .. } => bytes.len(),
            Change::Cut { .. } | Change::Grew { .. } => 0,
        };
        self.names.values().map(|&file| self.files[file].pending.iter().map(of).sum::<usize>()).sum()
    }
}

/// All regular files below a folder but indexes of write-ahead logs, which are rebuilt from the logs.
pub fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).expect("the folder can be read") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() && !path.to_string_lossy().ends_with("-shm") {
                let name = path.strip_prefix(folder).expect("it lies below").to_owned();
                found.insert(name, fs::read(&path).expect("the file can be read"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
