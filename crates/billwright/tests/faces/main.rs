//! All faces over one set of books, through one server: the same invoice means the same everywhere, every route
//! refuses in its vendor's words, and the documents in `docs/` say what is served.

mod bodies;
mod books;
mod chargeover;
mod coverage;
mod cross;
mod exact;
mod lists;
mod native;
mod refusals;
mod routes;
mod documents;
mod talkdesk;
mod world;
mod zoho;
mod zoom;
