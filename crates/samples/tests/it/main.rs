//! The samples on both databases.

mod books;
mod bulk;
mod company;
mod credentials;
mod vendors;
