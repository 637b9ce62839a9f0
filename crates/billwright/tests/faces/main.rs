//! All faces over one set of books, through one server: the same invoice means the same everywhere, every route
//! refuses in its vendor's words, and the documents in `docs/` say what is served.

mod books;
mod chargeover;
mod cross;
mod exact;
mod lists;
mod native;
mod documents;
mod talkdesk;
mod world;
mod zoho;
mod zoom;
