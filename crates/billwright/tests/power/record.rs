//! Builds the recorder and reads what it wrote.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

const MAGIC: u32 = 0x4257_5243;
const HEAD_BYTES: usize = 48;

/// One operation of the recorded program, see recorder.c.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Opened {
        inode: u64,
        path: PathBuf,
        is_new: bool,
        is_folder: bool,
    },
    Wrote {
        inode: u64,
        offset: u64,
        bytes: Vec<u8>,
    },
    Cut {
        inode: u64,
        length: u64,
    },
    Grew {
        inode: u64,
        length: u64,
    },
    Removed {
        path: PathBuf,
    },
    Renamed {
        from: PathBuf,
        to: PathBuf,
    },
    MadeFolder {
        path: PathBuf,
    },
    FlushBegan {
        inode: u64,
    },
    FlushEnded {
        inode: u64,
    },
    /// A call that the recorder cannot replay.
    NotKnown {
        call: String,
    },
}

/// An operation and the length that the log had once it was written.
#[derive(Clone, Debug)]
pub struct Entry {
    pub operation: Operation,
    pub log_bytes: u64,
}

/// Compiles the recorder into a folder.
pub fn build(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power/recorder.c");
    let library = folder.join("recorder.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .output()
        .unwrap_or_else(|error| panic!("the power checks need a C compiler ({compiler}): {error}"));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

/// Reads a log from its beginning. A record that the killed program could not finish ends it.
pub struct Log {
    from: BufReader<File>,
    log_bytes: u64,
}

impl Log {
    pub fn open(path: &Path) -> Log {
        let file = File::open(path).expect("the recorder made a log: is the program linked dynamically?");
        Log { from: BufReader::with_capacity(1 << 20, file), log_bytes: 0 }
    }

    fn filled(&mut self, bytes: &mut [u8]) -> bool {
        match self.from.read_exact(bytes) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
            Err(error) => panic!("the log cannot be read: {error}"),
        }
    }
}

impl Iterator for Log {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let mut head = [0_u8; HEAD_BYTES];
        if !self.filled(&mut head) {
            return None;
        }
        let word = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let long = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        assert_eq!(word(0), MAGIC, "the log is damaged behind byte {}", self.log_bytes);
        let (inode, offset, length) = (long(8), long(16), long(24));
        let mut payload = vec![0_u8; usize::try_from(long(40)).expect("a payload fits into memory")];
        if !self.filled(&mut payload) {
            return None;
        }
        self.log_bytes += (HEAD_BYTES + payload.len()) as u64;
        let operation = match word(4) {
            1 => Operation::Opened { inode, path: path(&payload), is_new: offset == 1, is_folder: length == 1 },
            2 => Operation::Wrote { inode, offset, bytes: payload },
            3 => Operation::Cut { inode, length },
            4 => Operation::Grew { inode, length },
            5 => Operation::Removed { path: path(&payload) },
            6 => {
                let end = payload.iter().position(|&byte| byte == 0).expect("two paths");
                Operation::Renamed { from: path(&payload[..end]), to: path(&payload[end + 1..]) }
            }
            7 => Operation::MadeFolder { path: path(&payload) },
            8 => Operation::FlushBegan { inode },
            9 => Operation::FlushEnded { inode },
            10 => Operation::NotKnown { call: String::from_utf8_lossy(&payload).into_owned() },
            other => panic!("the log has an operation {other}"),
        };
        Some(Entry { operation, log_bytes: self.log_bytes })
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::str::from_utf8(bytes).expect("paths are text"))
}
