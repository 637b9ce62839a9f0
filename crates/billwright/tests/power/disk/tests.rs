use super::*;

fn disk() -> (Disk, fastrand::Rng) {
    (Disk { root: PathBuf::from("/d"), ..Disk::default() }, fastrand::Rng::with_seed(1))
}

fn made(inode: u64, name: &str) -> Operation {
    Operation::Opened { inode, path: Path::new("/d").join(name), is_new: true, is_folder: false }
}

fn wrote(inode: u64, offset: u64, bytes: &[u8]) -> Operation {
    Operation::Wrote { inode, offset, bytes: bytes.to_vec() }
}

fn left(disk: &Disk, luck: Luck, random: &mut fastrand::Rng, name: &str) -> Option<Vec<u8>> {
    disk.after_a_cut(luck, random).remove(Path::new(name))
}

#[test]
fn a_flush_covers_what_was_written_before_it_began() {
    let (mut disk, mut random) = disk();
    disk.replay(made(1, "a"));
    disk.replay(wrote(1, 0, b"one"));
    disk.replay(Operation::FlushBegan { inode: 1 });
    disk.replay(wrote(1, 3, b"two"));
    assert_eq!(left(&disk, Luck::Nothing, &mut random, "a"), None);
    disk.replay(Operation::FlushEnded { inode: 1 });
    assert_eq!(left(&disk, Luck::Nothing, &mut random, "a").as_deref(), Some(&b"one"[..]));
    assert_eq!(left(&disk, Luck::Everything, &mut random, "a").as_deref(), Some(&b"onetwo"[..]));
    assert_eq!(disk.pending_bytes(), 3);
}

#[test]
fn sectors_are_torn_apart_but_never_damaged() {
    let (mut disk, mut random) = disk();
    disk.replay(made(1, "a"));
    disk.replay(wrote(1, 0, &[1; 2048]));
    disk.replay(Operation::FlushBegan { inode: 1 });
    disk.replay(Operation::FlushEnded { inode: 1 });
    disk.replay(wrote(1, 700, &[2; 1000]));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let bytes = left(&disk, Luck::Sectors(128), &mut random, "a").expect("it is there");
        assert!(bytes[..700].iter().chain(&bytes[1700..]).all(|&byte| byte == 1));
        for part in [&bytes[700..1024], &bytes[1024..1536], &bytes[1536..1700]] {
            assert!(part.iter().all(|&byte| byte == part[0]));
        }
        seen.insert((bytes[700], bytes[1024], bytes[1536]));
    }
    assert_eq!(seen.len(), 8, "every mixture occurs");
}

#[test]
fn names_are_kept_in_order() {
    let (mut disk, mut random) = disk();
    disk.inodes.insert(9, Inode::Folder);
    disk.replay(made(1, "new"));
    disk.replay(Operation::Renamed { from: "/d/new".into(), to: "/d/a".into() });
    disk.replay(made(2, "b"));
    disk.replay(Operation::Removed { path: "/d/a".into() });
    for _ in 0..100 {
        let names = disk.after_a_cut(Luck::Writes(128), &mut random);
        assert!(!names.contains_key(Path::new("b")) || !names.contains_key(Path::new("new")));
    }
    disk.replay(Operation::FlushBegan { inode: 2 });
    disk.replay(Operation::FlushEnded { inode: 2 });
    let names = disk.after_a_cut(Luck::Nothing, &mut random);
    assert_eq!(names.keys().map(|name| name.to_str()).collect::<Vec<_>>(), [Some("a"), Some("b")]);
    disk.replay(Operation::FlushBegan { inode: 9 });
    disk.replay(Operation::FlushEnded { inode: 9 });
    assert_eq!(disk.after_a_cut(Luck::Nothing, &mut random).len(), 1);
}

#[test]
fn a_removed_files_inode_may_be_used_again() {
    let (mut disk, mut random) = disk();
    disk.replay(made(1, "a"));
    disk.replay(wrote(1, 0, b"old"));
    disk.replay(Operation::Removed { path: "/d/a".into() });
    disk.replay(made(1, "b"));
    disk.replay(wrote(1, 0, b"new"));
    let all = disk.after_a_cut(Luck::Everything, &mut random);
    assert_eq!(all.into_values().collect::<Vec<_>>(), [b"new"]);
}

#[test]
fn an_index_is_no_part_of_the_image() {
    let (mut disk, mut random) = disk();
    disk.replay(made(1, "x.db-shm"));
    disk.replay(wrote(1, 0, b"index"));
    assert!(disk.after_a_cut(Luck::Everything, &mut random).is_empty());
}
