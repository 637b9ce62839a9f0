//! Power cuts: a server's writes are recorded, and every image that a cut could have left on the disk must hold what
//! was acknowledged before it. kill -9 cannot show this: the page cache survives it.

mod disk;
mod record;
mod story;
