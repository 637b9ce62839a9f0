//! The samples on both databases.

mod books;
mod credentials;
mod vendors;
