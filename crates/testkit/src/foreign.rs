//! Vendors' ids, as an import would have kept them.

use domain::id::TenantId;
use store::Db;
use store::names::ForeignId;

/// From now on `face` calls the object `id` of this kind (`invoice`, `tenant`, ...) by `foreign_id`.
pub async fn remember_foreign_id(db: &Db, tenant: TenantId, face: &str, kind: &str, id: i64, foreign_id: &str) {
    let name = ForeignId { kind: kind.to_owned(), id, foreign_id: foreign_id.to_owned() };
    let face = face.to_owned();
    let work = store::body(move |tx| {
        let (face, name) = (face.clone(), name.clone());
        Box::pin(async move { store::names::insert_foreign_id(tx, &face, &name, None).await })
    });
    db.write(tenant, work).await.expect("the foreign id is new");
}
