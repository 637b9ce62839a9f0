//! One invoice read through every face, and the same lists through every face's filters.

use domain::invoice::State;
use store::Db;

use crate::books::Books;
use crate::world::World;
use crate::{chargeover, native, talkdesk, zoho, zoom};

testkit::on_both_databases! {
    async fn one_invoice_means_the_same_everywhere(db: Db) {
        let world = World::open(db).await;
        let books = Books::load(&world).await;
        for view in &books.company {
            native::check(&world, view).await;
            zoho::check(&world, view).await;
            zoom::check(&world, view).await;
            chargeover::check(&world, view).await;
        }
        let rows = talkdesk::rows(&world).await;
        for (view, line) in talkdesk::listed(books.company.iter()) {
            talkdesk::compare(view, line, &rows);
        }
        // No draft, and as many rows as there are lines; a correction of the company drops none.
        assert_eq!(rows.len(), talkdesk::listed(books.all()).count());
        assert!(books.all().any(|view| view.summary.state == State::Draft));
    }
}
