//! All faces over one set of books, through one server: the same invoice means the same everywhere, every route
//! refuses in its vendor's words, and the documents in `docs/` say what is served.

mod bodies;
mod books;
mod chargeover;
mod codes;
mod coverage;
mod cross;
mod docs;
mod documents;
mod exact;
mod lists;
mod native;
mod notes;
mod refusals;
mod routes;
mod talkdesk;
mod world;
mod zoho;
mod zoom;
